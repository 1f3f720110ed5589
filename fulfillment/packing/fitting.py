"""Whether pieces fit into one box, and where each lies: several searches, bounded in steps, so that they replay.

On 400 orders with known optima the first search by itself misses the cheapest box of five, all together of none. What
costs time is a box into which the pieces do not go and of which that is not proven: it sees all the searches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fulfillment.packing.blocks import stacked
from fulfillment.packing.bounds import SLOW, too_much
from fulfillment.packing.pieces import Packing, Placed, Sides, Sort
from fulfillment.packing.tree import Tree

STEPS = 120
"""Places tried in one search of up to eight pieces before the next begins otherwise; as many more for each further
piece, five times as many at most."""
FEW, MOST_TIMES = 8, 5
MANY = 24
"""More pieces than this are laid in blocks of equal ones."""


def by_volume(sort: Sort) -> tuple[int, ...]:
    """Put large pieces first."""
    return -sort.volume, *sort.edges


def by_length(sort: Sort) -> tuple[int, ...]:
    """Put long pieces first."""
    return -sort.edges[2], -sort.edges[1], -sort.edges[0]


def by_width(sort: Sort) -> tuple[int, ...]:
    """Put pieces first that are wide whichever way they lie."""
    return -sort.edges[1], -sort.edges[2], -sort.edges[0]


def by_thickness(sort: Sort) -> tuple[int, ...]:
    """Put thick pieces first."""
    return -sort.edges[0], -sort.edges[1], -sort.edges[2]


def nudged(turn: int) -> Callable[[Sort], tuple[int, ...]]:
    """Put large pieces first, some of them earlier or later than they are large, and others each turn."""

    def rank(sort: Sort) -> tuple[int, ...]:
        """Return the volume times a number that is as good as drawn."""
        short, middle, long = sort.edges
        return -sort.volume * (50 + (31 * short + 17 * middle + 7 * long + 53 * turn) % 101), *sort.edges

    return rank


@dataclass(frozen=True, slots=True)
class Start:
    """How one search goes."""

    rank: Callable[[Sort], tuple[int, ...]]
    all_corners: bool


FIRST = Start(by_volume, all_corners=False)
OTHERS = (
    Start(by_volume, all_corners=True),
    Start(by_length, all_corners=True),
    Start(by_length, all_corners=False),
    Start(by_thickness, all_corners=False),
    Start(by_width, all_corners=True),
)
MORE = tuple(Start(nudged(turn), all_corners=turn % 2 == 0) for turn in range(1, 9))
"""For boxes that would not be full, where another order of the pieces is likely to be found."""
NOT_FULL = 0.7


def fit(sorts: Sequence[Sort], inner: Sides, *, steps: int = STEPS) -> Packing | None:
    """Return where the pieces lie in a box, or nothing when no place was found for all; each has a way into it.

    Lying is a proof; not finding is one only where :mod:`fulfillment.packing.bounds` says so.
    """
    if not sorts:
        return ()
    if len(sorts) > MANY:
        return stacked(sorts, inner) or (_search(sorts, inner, FIRST, steps) if len(sorts) < steps else None)
    steps *= min(MOST_TIMES, max(1, len(sorts) - FEW + 1))
    found = _search(sorts, inner, FIRST, steps)
    if found or too_much(sorts, inner, SLOW):
        return found
    x, y, z = inner
    roomy = sum(sort.volume for sort in sorts) <= NOT_FULL * x * y * z
    for start in (*OTHERS, *MORE) if roomy else OTHERS:
        if found := _search(sorts, inner, start, steps):
            return found
    return None


def _search(sorts: Sequence[Sort], inner: Sides, start: Start, steps: int) -> Packing | None:
    """Run one search; fragile pieces come last, for nothing may lie above them."""
    order = sorted(range(len(sorts)), key=lambda at: (sorts[at].fragile, start.rank(sorts[at]), at))
    lies = Tree([sorts[at] for at in order], inner, steps, start.all_corners).grow()
    if lies is None:
        return None
    places: list[Placed] = [lies[0]] * len(lies)
    for at, lie in zip(order, lies, strict=True):
        places[at] = lie
    return tuple(places)
