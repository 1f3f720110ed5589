"""A short walk where all that is known is how far it is from spot to spot: mezzanines, one-way aisles, odd corners.

Nearest neighbour from several beginnings, each improved by 2-opt and by moving chains of up to three stops (or-opt).
The way there may be another than the way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

from fulfillment.picking.tour import Tour

Matrix: TypeAlias = Sequence[Sequence[int]]
BEGINNINGS = 8
LONGEST_CHAIN = 3


def short_tour(between: Matrix, *, depot: int, beginnings: int = BEGINNINGS) -> Tour:
    """Return a short closed walk from the depot past every other row of a table of distances.

    :param between: from row to column, whole units
    :param beginnings: about so many first stops are tried; fewer for long walks that somebody waits for
    """
    others = [stop for stop in range(len(between)) if stop != depot]
    if not others:
        return Tour(0, ())
    firsts = sorted(others, key=lambda stop: (between[depot][stop], stop))
    step = max(1, len(firsts) // beginnings)
    walks = [_improved(_nearest(between, depot, first), between) for first in firsts[::step]]
    best = min(walks, key=lambda stops: (_length(stops, between), stops))
    return Tour(_length(best, between), tuple(best[1:-1]))


def _length(stops: Sequence[int], between: Matrix) -> int:
    """Return how far it is past stops in order."""
    return sum(between[one][other] for one, other in pairwise(stops))


def _nearest(between: Matrix, depot: int, first: int) -> list[int]:
    """Go from the depot to a first stop, then always to the nearest that is left, and back to the depot."""
    stops, left = [depot, first], set(range(len(between))) - {depot, first}
    while left:
        here = between[stops[-1]]
        stops.append(min(left, key=lambda stop: (here[stop], stop)))
        left.remove(stops[-1])
    return [*stops, depot]


def _improved(stops: list[int], between: Matrix) -> list[int]:
    """Turn and move parts of a walk as long as that shortens it."""
    while True:
        better = _turned(stops, between) or _moved(stops, between)
        if better is None:
            return stops
        stops = better


def _turned(stops: list[int], between: Matrix) -> list[int] | None:
    """Return the walk with the part turned round that saves most, or None."""
    there = [0, *accumulate(between[one][other] for one, other in pairwise(stops))]
    back = [0, *accumulate(between[other][one] for one, other in pairwise(stops))]
    most, best = 0, None
    for first in range(1, len(stops) - 2):
        before, here = stops[first - 1], stops[first]
        kept, row = between[before][here], between[here]
        for last in range(first + 1, len(stops) - 1):
            end, after = stops[last], stops[last + 1]
            saved = kept + between[end][after] - between[before][end] - row[after]
            saved += there[last] - there[first] - back[last] + back[first]
            if saved > most:
                most, best = saved, (first, last)
    if best is None:
        return None
    first, last = best
    return [*stops[:first], *stops[first : last + 1][::-1], *stops[last + 1 :]]


def _moved(stops: list[int], between: Matrix) -> list[int] | None:
    """Return the walk with the chain moved elsewhere, turned round or not, that saves most, or None."""
    most, best = 0, None
    for size in range(1, LONGEST_CHAIN + 1):
        for first in range(1, len(stops) - size):
            chain, rest = stops[first : first + size], [*stops[:first], *stops[first + size :]]
            opened = _length(stops[first - 1 : first + size + 1], between) - between[rest[first - 1]][rest[first]]
            for put in (chain, chain[::-1]) if size > 1 else (chain,):
                saved, at = _cheapest(put, rest, between)
                if opened - saved > most:
                    most, best = opened - saved, [*rest[:at], *put, *rest[at:]]
    return best


def _cheapest(chain: Sequence[int], rest: Sequence[int], between: Matrix) -> tuple[int, int]:
    """Return what putting a chain into a walk costs where it costs least, and where that is."""
    inside, end = _length(chain, between), between[chain[-1]]
    head = chain[0]
    return min(
        (between[one][head] + inside + end[other] - between[one][other], at)
        for at, (one, other) in enumerate(pairwise(rest), 1)
    )
