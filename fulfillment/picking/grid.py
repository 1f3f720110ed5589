"""From measured bins to a rectangle: which aisles there are, where they are crossed, and where each point lies in them.

Bins tell where they stand across the aisles (x) and along them (y), in millimetres. An aisle is what bears one name;
bins without a name make an aisle with those of the same x. A cross aisle runs before the first bins, behind the last
ones, and wherever all aisles have a gap at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import TypeAlias

from fulfillment.picking.codes import bin_order
from fulfillment.picking.layout import Layout, Place

MARGIN = 1000
"""From the outermost bins of an aisle to the middle of the cross aisle, in millimetres."""
CROSSING = 1500
"""A gap that is so much wider than the usual step from bin to bin is a cross aisle, where all aisles have it."""
Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """A bin; without ``x`` and ``y`` nobody has measured where it stands."""

    code: str
    x: int | None = None
    y: int | None = None
    aisle: str = ""
    zone: str = ""
    packing: bool = False
    shelf: bool = True
    """Whether it stands in an aisle, as docks and packing benches do not."""

    @property
    def point(self) -> Point | None:
        """Return where it stands."""
        return None if self.x is None or self.y is None else (self.x, self.y)


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of aisles and cross aisles; ``turned`` where the aisles run along x."""

    layout: Layout
    columns: tuple[int, ...]
    """The middle of each aisle."""
    depths: tuple[int, ...]
    """Of each cross aisle, the front first."""
    names: tuple[str, ...]
    turned: bool

    @property
    def depot(self) -> Point:
        """Return where every walk begins and ends."""
        return self.point(self.layout.depot_aisle, self.depths[self.layout.depot_crossing])

    def place(self, point: Point) -> Place:
        """Return the place of a point, the nearest one where it stands in no aisle."""
        across, along = turn(point, self.turned)
        depth = min(max(along, self.depths[0]), self.depths[-1])
        block = min(bisect_right(self.depths, depth), len(self.depths) - 1) - 1
        return Place(nearest(self.columns, across), block, depth - self.depths[block])

    def point(self, aisle: int, depth: int) -> Point:
        """Return the point in an aisle at a depth."""
        return turn((self.columns[aisle], depth), self.turned)

    def depth(self, place: Place) -> int:
        """Return how far from the front a place lies, on the scale of the bins."""
        return self.depths[place.block] + place.at

    def crossing(self, one: Place, other: Place) -> int:
        """Return the cross aisle of the shortest way between places of two aisles."""
        here, there = self.depth(one), self.depth(other)
        return min(range(len(self.depths)), key=lambda at: abs(here - self.depths[at]) + abs(there - self.depths[at]))


def turn(point: Point, turned: bool) -> Point:
    """Return a point with its sides exchanged where the floor is turned."""
    return (point[1], point[0]) if turned else point


def nearest(values: Sequence[int], wanted: int) -> int:
    """Return the number of the value that is nearest to another."""
    return min(range(len(values)), key=lambda at: abs(values[at] - wanted))


def grid_of(shelves: Sequence[Spot], benches: Sequence[Point]) -> Grid | None:
    """Return the rectangle that shelves stand in, upright or turned; None where their aisles overlap.

    :param benches: where parcels are packed; walks begin at the crossing nearest to their middle, else at the first
    """
    for turned in (False, True):
        bins = [(turn(one.point, turned), one.aisle) for one in shelves if one.point is not None]
        aisles = _aisles(bins)
        if aisles and all(left[-1] < right[0] for (_, left), (_, right) in pairwise(aisles)):
            return _rectangle(aisles, [along for (_, along), _ in bins], benches, turned)
    return None


def _aisles(bins: Iterable[tuple[Point, str]]) -> list[tuple[str, list[int]]]:
    """Return the aisles from left to right: the name of each, and where across its bins stand; none where one lies."""
    found: dict[tuple[str, int], list[Point]] = defaultdict(list)
    for point, name in bins:
        found[name, 0 if name else point[0]].append(point)
    for points in found.values():
        across, along = zip(*points, strict=True)
        if len(found) == 1 and max(across) - min(across) > max(along) - min(along):
            return []
    columns = [(name, sorted(across for across, _ in points)) for (name, _), points in found.items()]
    return sorted(columns, key=lambda one: (one[1][0], bin_order(one[0])))


def _rectangle(
    aisles: Sequence[tuple[str, Sequence[int]]], along: Sequence[int], benches: Sequence[Point], turned: bool
) -> Grid:
    """Return the rectangle of some aisles with the cross aisles that the depths of all bins show."""
    columns = tuple((across[0] + across[-1]) // 2 for _, across in aisles)
    depths = _cross_aisles(along)
    places = [turn(point, turned) for point in benches]
    heights = tuple(back - front for front, back in pairwise(depths))
    gaps = tuple(right - left for left, right in pairwise(columns))
    layout = Layout(
        heights=(heights,) * len(columns),
        along=(gaps,) * len(depths),
        depot_aisle=nearest(columns, sum(across for across, _ in places) // len(places)) if places else 0,
        depot_crossing=nearest(depths, sum(depth for _, depth in places) // len(places)) if places else 0,
    )
    return Grid(layout, columns, depths, tuple(name for name, _ in aisles), turned)


def _cross_aisles(along: Sequence[int]) -> tuple[int, ...]:
    """Return the depths of the cross aisles: at both ends, and in the middle of every gap that all aisles share."""
    depths = sorted(set(along))
    steps = [back - front for front, back in pairwise(depths)]
    wide = median_low(steps) + CROSSING if steps else 0
    inner = [(front + back) // 2 for front, back in pairwise(depths) if back - front >= wide]
    return (depths[0] - MARGIN, *inner, depths[-1] + MARGIN)
