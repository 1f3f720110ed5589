"""Objections: a right room may refuse a left room's act, without the left room knowing it."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from oms.foundation.refusals import Reason, Refused

Objector = Callable[[Sequence[int]], dict[int, list[Reason]]]
OBJECTORS: dict[str, list[Objector]] = defaultdict(list)


def objects_to(act: str) -> Callable[[Objector], Objector]:
    """Register a function of ids that returns reasons against an act, such as ``orders.cancel``, by id."""

    def register(function: Objector) -> Objector:
        """Remember the objector."""
        if function not in OBJECTORS[act]:
            OBJECTORS[act].append(function)
        return function

    return register


def objections(act: str, ids: Sequence[int]) -> dict[int, list[Reason]]:
    """Return every reason against the act, by id; ids without one are absent."""
    found: dict[int, list[Reason]] = defaultdict(list)
    for objector in OBJECTORS.get(act, ()):
        for pk, reasons in objector(ids).items():
            found[pk].extend(reasons)
    return {pk: reasons for pk, reasons in found.items() if reasons}


def refuse_objections(act: str, pk: int) -> None:
    """Raise :class:`Refused` with every objection of the rooms on the right; the row is locked by the caller."""
    reasons = objections(act, [pk]).get(pk)
    if reasons:
        raise Refused(reasons=reasons)
