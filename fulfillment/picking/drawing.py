"""A floor drawn: its aisles and bins, and the walks through it, as numbers for a picture whose front lies below.

A unit of the picture is a decimetre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fulfillment.picking.grid import Point
from fulfillment.picking.site import Site

UNIT = 100
EDGE = 25
COLOURS, LANES = 12, 5
MOST_NAMES = 13
NEAR = 6
"""A bench in front of the aisles, by at most so many halves of a bin, stands where their names would."""
MOST_NUMBERED = 60
"""Stops are numbered in the picture up to so many; more are dots."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with a word."""

    x: int
    y: int
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """A walk: its number, the colour, the way as an SVG path, and its stops."""

    number: int
    colour: int
    path: str
    stops: tuple[Mark, ...]
    shift: int
    """How far beside the middle of the aisle the way is drawn, so that walks can be told apart."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A floor plan."""

    width: int
    height: int
    size: int
    """How large a mark is, so that it can be read at any size of the floor."""
    bins: str
    """All bins as one SVG path."""
    aisles: tuple[Mark, ...]
    lines: tuple[Line, ...]
    depot: Mark
    count: int
    """How many bins are drawn."""

    @property
    def dot(self) -> int:
        """Return how large a stop without a number is."""
        return self.size // 2 + 1

    @property
    def start(self) -> Point:
        """Return the upper left corner of the square where walks begin."""
        return self.depot.x - self.dot, self.depot.y - self.dot

    @property
    def side(self) -> int:
        """Return the side of that square."""
        return 2 * self.dot


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the floor lies in the picture."""

    left: int
    high: int

    def at(self, point: Point) -> Point:
        """Return a point of the floor in the picture."""
        return (point[0] - self.left) // UNIT + EDGE, (self.high - point[1]) // UNIT + EDGE


def colour_of(number: int) -> int:
    """Return the number of the colour of a walk."""
    return (number - 1) % COLOURS


def drawn(site: Site, walks: Mapping[int, Sequence[str]]) -> Drawing | None:
    """Draw some walks, by number the bins in their order; None where nobody has measured the floor."""
    points = [spot.point for spot in site.spots.values() if spot.point is not None]
    if not points:
        return None
    ways = (point for codes in walks.values() for leg in site.legs(codes) for point in leg.points)
    across, along = zip(*points, site.depot, *ways, strict=True)
    frame = _Frame(min(across), max(along))
    width, height = frame.at((max(across), min(along)))
    numbered = sum(len(set(codes)) for codes in walks.values()) <= MOST_NUMBERED
    size = max(width, height) // 50 + 3
    lanes = {number: (at % LANES - LANES // 2) * size // 5 for at, number in enumerate(walks)} if len(walks) > 1 else {}
    return Drawing(
        width=width + EDGE,
        height=height + EDGE,
        size=size,
        bins=_squares({frame.at(point) for point in points}, _half(points)),
        aisles=_names(site, frame, _half(points), size // 2 + 1),
        lines=tuple(_line(site, number, own, frame, numbered, lanes.get(number, 0)) for number, own in walks.items()),
        depot=Mark(*frame.at(site.depot), "start"),
        count=len(points),
    )


def _half(points: Sequence[Point]) -> int:
    """Return half the side of a bin in the picture, so that neighbours do not touch."""
    sides = (sorted({point[side] for point in points}) for side in (0, 1))
    steps = [back - front for values in sides for front, back in pairwise(values) if back - front >= UNIT]
    return max(1, min(10, min(steps, default=1000) * 2 // 5 // UNIT))


def _squares(middles: set[Point], half: int) -> str:
    """Return squares around points as one SVG path."""
    square = f"h{2 * half}v{2 * half}h-{2 * half}z"
    return "".join(f"M{x - half} {y - half}{square}" for x, y in sorted(middles))


def _names(site: Site, frame: _Frame, half: int, dot: int) -> tuple[Mark, ...]:
    """Return the names of the aisles where they begin, as many as can be read beside each other.

    They stand below the bench, and below the mark of the start: half a bin and half the mark are so large.
    """
    grid = site.grid
    if grid is None or grid.turned:
        return ()
    every = -(-len(grid.names) // MOST_NAMES)
    fronts = [frame.at(grid.point(at, grid.depths[0])) for at in range(len(grid.names))]
    lows = [frame.at(spot.point)[1] + half for spot in site.spots.values() if spot.packing and spot.point]
    lows.append(frame.at(site.depot)[1] + dot)
    below = [low for low in lows if 0 < low - fronts[0][1] <= NEAR * max(half, dot)]
    marks = (Mark(x, max([y, *below]), name) for (x, y), name in zip(fronts, grid.names, strict=True))
    return tuple(mark for at, mark in enumerate(marks) if at % every == 0 and mark.word)


def _line(site: Site, number: int, codes: Sequence[str], frame: _Frame, numbered: bool, shift: int) -> Line:
    """Draw one walk: all its ways, and every bin that it stops at once, with its turns."""
    corners = [frame.at(point) for leg in site.legs(codes) for point in leg.points]
    path = "M" + "L".join(f"{x} {y}" for x, y in corners) if corners else ""
    turns: dict[Point, list[str]] = {}
    for turn, code in enumerate(dict.fromkeys(codes), 1):
        if (point := site.point(code)) is not None:
            turns.setdefault(frame.at(point), []).append(str(turn))
    stops = tuple(Mark(x, y, "·".join(own[:2]) if numbered else "") for (x, y), own in turns.items())
    return Line(number, colour_of(number), path, stops, shift)
