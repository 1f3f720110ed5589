"""The run of an import: entries are taken chunk by chunk, each in a transaction, and every refusal is named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from oms.foundation.actor import Actor
from oms.foundation.imports.plans import WRITES, Earlier, Plan, Seen, Verb, refused
from oms.foundation.tables import RowFault, Table

MOST_ROWS = 3_000


class OpenedFile(Protocol):
    """A file opened as its kind.

    ``most`` is how many entries make a chunk; ``depends`` tells whether an entry's plan can depend on those before it.
    """

    table: Table
    most: int

    @property
    def depends(self) -> bool:
        """Tell whether what an entry does can depend on entries before it."""

    @property
    def unused(self) -> list[str]:
        """Return the columns that mean nothing here."""

    def entries(self, skip: int = 0) -> Iterator[Any]:
        """Read the file anew and yield its entries, always in the same order, without the first few."""

    def plan(self, entries: Sequence[Any], earlier: Earlier) -> list[Plan]:
        """Return what storing good entries would do, in their order; ``earlier`` tells of the chunks before."""

    def store(self, entries: Sequence[Any], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Store good entries in one transaction, those alone that do what was ``seen``, and return what was done."""


@dataclass
class Outcome:
    """What became of a file; ``noted`` are entries that were taken although something is the matter with them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    noted: int = 0
    faults: list[RowFault] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Return how many entries were taken."""
        return self.created + self.changed + self.unchanged

    def add(self, plans: Iterable[Plan]) -> None:
        """Add what became of a chunk."""
        for plan in plans:
            self.created += plan.verb == Verb.CREATE
            self.changed += plan.verb == Verb.CHANGE
            self.unchanged += plan.verb == Verb.SAME
            self.refused += plan.verb == Verb.REFUSE
            self.noted += bool(plan.note) and plan.verb in WRITES
            self.faults += plan.faults


class Planned:
    """The plans of a dry run, for entries after them that depend on them."""

    def __init__(self) -> None:
        self.by_key: dict[str, Plan] = {}

    def __call__(self, keys: Iterable[str]) -> dict[str, Plan]:
        """Return the plans of the keys."""
        return {key: self.by_key[key] for key in keys if key in self.by_key}

    def add(self, plans: Iterable[Plan]) -> None:
        """Remember what a chunk would do."""
        self.by_key |= {plan.key: plan for plan in plans if plan.verb in WRITES}


def run_import(opened: OpenedFile, *, actor: Actor, dry_run: bool = False) -> Outcome:
    """Store every good entry of the file and name the others; with ``dry_run`` nothing is written."""
    outcome, planned = Outcome(unused=opened.unused), Planned()
    for chunk in chunks(opened.entries(), opened.most):
        plans = plan_chunk(opened, chunk, planned) if dry_run else store_chunk(opened, chunk, actor)
        outcome.add(plans)
        if dry_run and opened.depends:
            planned.add(plans)
    unreadable = opened.table.faults
    outcome.refused += len(unreadable)
    outcome.faults = sorted([*outcome.faults, *unreadable], key=lambda fault: fault.row)
    return outcome


def plan_chunk(opened: OpenedFile, chunk: Sequence[Any], earlier: Earlier) -> list[Plan]:
    """Return what storing a chunk would do, in the order of its entries."""
    return _in_order(chunk, opened.plan(good(chunk), earlier))


def store_chunk(opened: OpenedFile, chunk: Sequence[Any], actor: Actor) -> list[Plan]:
    """Store the good entries of a chunk and return what was done, in the order of its entries."""
    return _in_order(chunk, opened.store(good(chunk), actor))


def good(chunk: Sequence[Any]) -> list[Any]:
    """Return the entries that could be read."""
    return [entry for entry in chunk if not entry.faults]


def _in_order(chunk: Sequence[Any], plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans of all entries, those at fault refused."""
    known = iter(plans)
    return [refused(entry, *entry.faults) if entry.faults else next(known) for entry in chunk]


def chunks(entries: Iterable[Any], most: int) -> Iterator[list[Any]]:
    """Yield the entries in lists of at most so many, and of about three thousand rows."""
    chunk: list[Any] = []
    rows = 0
    for entry in entries:
        chunk.append(entry)
        rows += len(entry.rows)
        if len(chunk) >= most or rows >= MOST_ROWS:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk
