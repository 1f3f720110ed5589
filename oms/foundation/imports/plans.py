"""What a file would do: for each of its entries, whether a row is made or changed, or why it is not taken."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django.db import models

from oms.foundation.tables import RowFault


class Verb(models.TextChoices):
    """What taking an entry does."""

    CREATE = "create", "new"
    CHANGE = "change", "changed"
    SAME = "same", "unchanged"
    REFUSE = "refuse", "refused"


WRITES = (Verb.CREATE, Verb.CHANGE)


class Entry(Protocol):
    """One thing that a file tells of, such as a product or an order, with the rows it stands in."""

    @property
    def row(self) -> int:
        """The first of its rows, as a spreadsheet counts."""

    @property
    def key(self) -> str:
        """What makes it one of its kind, such as a SKU."""

    @property
    def rows(self) -> tuple[int, ...]:
        """All of its rows."""

    @property
    def faults(self) -> tuple[RowFault, ...]:
        """Why it cannot be taken, whatever is stored; empty when it can be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking one entry does, or has done.

    ``changes`` are [before, after] by column, as JSON holds them; ``note`` is what its person should know about an
    entry that is taken all the same.
    """

    row: int
    key: str
    verb: Verb
    changes: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    faults: tuple[RowFault, ...] = ()
    object_id: int | None = None

    def made(self, object_id: int) -> "Plan":
        """Return the plan with the row that it was carried out on."""
        return replace(self, object_id=object_id)


Earlier = Callable[[Iterable[str]], Mapping[str, Plan]]
Seen = Mapping[int, Plan]


def nothing_earlier(keys: Iterable[str]) -> Mapping[str, Plan]:
    """Return no plan: what stands earlier in the file is stored already."""
    return {}


def refused(entry: Entry | Plan, *faults: RowFault) -> Plan:
    """Return that an entry is not taken, and why."""
    return Plan(entry.row, entry.key, Verb.REFUSE, faults=faults)


def as_seen(plan: Plan, seen: Seen | None) -> Plan:
    """Return the plan when it is what its person saw in the preview, or that nobody looked; refuse it otherwise.

    What needs nothing any more, or is refused anyway, stays as it is.
    """
    if seen is None or plan.verb not in WRITES:
        return plan
    known = seen.get(plan.row)
    if known is not None and (known.verb, known.changes) == (plan.verb, plan.changes):
        return plan
    return refused(plan, RowFault(plan.row, "", "changed_since", _since(plan, known)))


def _since(plan: Plan, known: Plan | None) -> str:
    """Return what is different from the preview."""
    before = known or plan
    what = plan.key
    if before.verb == plan.verb == Verb.CHANGE:
        both = {*plan.changes, *before.changes}
        names = sorted(name for name in both if plan.changes.get(name) != before.changes.get(name))
        what = f"{', '.join(names)} of {plan.key}"
    did = "made" if before.verb == Verb.CREATE else "changed"
    return f"{what} was {did} by somebody else since the preview; look at it, then import this row again."
