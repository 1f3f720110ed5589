"""The floor of a location: in which order a walk goes past its bins, how far that is, and past which points.

Where the aisles make a rectangle the walk is a shortest one; of any other floor only the distances across and along are
known, and the walk is a short one. Bins that nobody measured come last, by their codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fulfillment.picking.codes import bin_order
from fulfillment.picking.grid import Grid, Point, Spot, grid_of
from fulfillment.picking.layout import Place
from fulfillment.picking.matrix import short_tour
from fulfillment.picking.routing import shortest_walk

PATIENCE = 200
"""A walk that is searched for begins at so many stops, divided by how many it has."""
FRONT, BACK, SAME = "front", "back", "same"


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one stop to the next: how long, past which points, and into which aisle from which end."""

    length: int
    points: tuple[Point, ...]
    aisle: str = ""
    side: str = ""
    """``front`` or ``back`` where it comes into another aisle, ``same`` where it stays in one."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Stops in the order of a walk, those that nobody measured last, and how long the measured part is."""

    order: tuple[int, ...]
    length: int | None
    """In millimetres, from the depot and back to it; None where no stop was measured."""


@dataclass(frozen=True, slots=True)
class Site:
    """The floor of a location."""

    spots: Mapping[str, Spot]
    """The measured bins, by code."""
    grid: Grid | None
    """None where the aisles make no rectangle."""
    depot: Point
    """Where walks begin and end."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """By code of every bin, measured or not."""

    def point(self, code: str) -> Point | None:
        """Return where a bin stands, None where nobody measured it."""
        spot = self.spots.get(code)
        return spot.point if spot else None

    def place(self, code: str) -> Place | None:
        """Return the place of a bin in the rectangle, None where it is not known."""
        point = self.point(code)
        return None if self.grid is None or point is None else self.grid.place(point)

    def tour(self, codes: Sequence[str]) -> Walked:
        """Return the order in which a walk goes past some bins, and how long it is."""
        known = [at for at, code in enumerate(codes) if code in self.spots]
        others = sorted(set(range(len(codes))) - set(known), key=lambda at: (bin_order(codes[at]), at))
        stops = list(dict.fromkeys(codes[at] for at in known))
        turn = {stops[at]: rank for rank, at in enumerate(self._order(stops))}
        order = sorted(known, key=lambda at: (turn[codes[at]], at))
        return Walked((*order, *others), self.length([codes[at] for at in order]))

    def by_code(self, codes: Sequence[str]) -> Walked:
        """Return the order of the codes, as lists without a floor plan have it, and how long that walk is."""
        order = sorted(range(len(codes)), key=lambda at: (bin_order(codes[at]), at))
        return Walked(tuple(order), self.length([codes[at] for at in order]))

    def length(self, codes: Sequence[str]) -> int | None:
        """Return how far it is from the depot past the measured ones of some bins, in their order, and back."""
        legs = self.legs(codes)
        return sum(leg.length for leg in legs) if legs else None

    def legs(self, codes: Sequence[str]) -> list[Leg]:
        """Return the ways from the depot to each measured bin, and the way back as the last one; none without bins."""
        points = [point for code in codes if (point := self.point(code)) is not None]
        return [self.leg(one, other) for one, other in pairwise([self.depot, *points, self.depot])] if points else []

    def leg(self, one: Point, other: Point) -> Leg:
        """Return the shortest way from one point to another."""
        if self.grid is None:
            return Leg(abs(one[0] - other[0]) + abs(one[1] - other[1]), (one, (other[0], one[1]), other))
        return _leg(self.grid, self.grid.place(one), self.grid.place(other))

    def _order(self, stops: Sequence[str]) -> Sequence[int]:
        """Return the numbers of measured bins in the order of a shortest walk, or a short one where none is proven."""
        points = [self.spots[code].point or self.depot for code in stops]
        if self.grid is not None:
            return shortest_walk(self.grid.layout, [self.grid.place(point) for point in points]).order
        points.append(self.depot)
        between = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in points] for a in points]
        return short_tour(between, depot=len(stops), beginnings=max(1, PATIENCE // len(points))).order


def site_of(spots: Iterable[Spot]) -> Site:
    """Read the bins of a location as a floor.

    Walks begin where parcels are packed; where no packing bench was measured, at the front of the first aisle.
    """
    rows = list(spots)
    measured = {one.code: one for one in rows if one.point is not None}
    benches = [one.point for one in measured.values() if one.packing and one.point is not None]
    grid = grid_of([one for one in measured.values() if one.shelf], benches)
    depot = grid.depot if grid else _middle(benches or [one.point for one in measured.values() if one.point][:1])
    return Site(measured, grid, depot, {one.code: one.zone for one in rows})


def _middle(points: Sequence[Point]) -> Point:
    """Return the middle of some points."""
    count = len(points) or 1
    return sum(x for x, _ in points) // count, sum(y for _, y in points) // count


def _leg(grid: Grid, one: Place, other: Place) -> Leg:
    """Return the shortest way between two places of a rectangle."""
    here, there = grid.depth(one), grid.depth(other)
    begin, end, name = grid.point(one.aisle, here), grid.point(other.aisle, there), grid.names[other.aisle]
    if one.aisle == other.aisle:
        return Leg(abs(here - there), (begin, end), name, SAME)
    across = grid.crossing(one, other)
    depth = grid.depths[across]
    length = abs(here - depth) + abs(grid.columns[one.aisle] - grid.columns[other.aisle]) + abs(there - depth)
    points = (begin, grid.point(one.aisle, depth), grid.point(other.aisle, depth), end)
    return Leg(length, points, name, FRONT if depth <= there else BACK)
