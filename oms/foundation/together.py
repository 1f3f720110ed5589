"""Acts on many rows at once, in as many statements as on one: what one row refuses stops none of the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Model

from oms.foundation.actions import Action, Condition, cleaned, unmet
from oms.foundation.actor import Actor
from oms.foundation.refusals import Denied, NotFound, Refused

Row = TypeVar("Row", bound=Model)


@dataclass(slots=True)
class Together(Generic[Row]):
    """What became of rows that were acted on together, by id."""

    done: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)

    def only(self, pk: int) -> Row:
        """Return the one row of an act on one; raises its refusal."""
        if pk in self.refused:
            raise self.refused[pk]
        return self.done[pk]


def allowed(
    ids: Iterable[int], rows: Sequence[Row], conditions: Sequence[Condition]
) -> tuple[list[Row], dict[int, Refused]]:
    """Return the locked rows that fulfil every condition, and why the others of the ids do not."""
    refused: dict[int, Refused] = {pk: NotFound("There is nothing with this number.") for pk in ids}
    fit = []
    for row in rows:
        del refused[row.pk]
        reasons = unmet(row, conditions)
        if reasons:
            refused[row.pk] = Refused(reasons=reasons)
        else:
            fit.append(row)
    return fit, refused


def run_together(
    action: Action, *, principal: Any, ids: Sequence[int], data: Mapping[str, Any], actor: Actor
) -> Together[Any]:
    """Do an act on rows that the caller has found in the principal's scope; each is done or refused by itself.

    :raises Denied: without the permission. :raises Invalid: for bad input.
    """
    if not principal.has_perm(action.permission):
        raise Denied(f"Your role may not do this ({action.permission}).")
    values = cleaned(action, data, principal)
    return _done(action, list(ids), values, actor) if ids else Together()


def _done(action: Action, ids: Sequence[int], values: Mapping[str, Any], actor: Actor) -> Together[Any]:
    """Do the act on all rows."""
    act: Any = action.together
    return in_halves(ids, lambda part: act(**{f"{action.subject}s": part}, actor=actor, **values), action.locks)


def in_halves(
    ids: Sequence[int],
    act: Callable[[Sequence[int]], Together[Row]],
    locks: Callable[[Sequence[int]], Any] | None = None,
) -> Together[Row]:
    """Do an act on all rows, and on the halves where a row that cannot go with the others refuses all of them.

    The refusal has let go of every lock. All of them are taken again before the first half: the second would else begin
    anew at the orders while the first holds stock, and two bulk acts could wait for each other crosswise.
    """
    try:
        with transaction.atomic():
            return act(ids)
    except Refused as refusal:
        if len(ids) == 1:
            return Together(refused={ids[0]: refusal})
    if locks is not None:
        locks(ids)
    middle = len(ids) // 2
    one, other = (in_halves(part, act, locks) for part in (ids[:middle], ids[middle:]))
    return Together({**one.done, **other.done}, {**one.refused, **other.refused})
