"""What packing looks at: pieces, boxes, and where a piece lies; all frozen, in millimetres, grams and minor units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Sides: TypeAlias = tuple[int, int, int]
"""Three lengths in millimetres along x, y and z; z is up."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece to pack."""

    sides: Sides
    """As it stands upright: two sides of its floor, then its height; each more than 0."""
    grams: int = 0
    upright: bool = False
    """This side up: it may be turned on its floor, not tipped over."""
    fragile: bool = False
    """Nothing may lie above it."""

    @property
    def volume(self) -> int:
        """Cubic millimetres."""
        return self.sides[0] * self.sides[1] * self.sides[2]

    def ways(self) -> tuple[Sides, ...]:
        """Return each different way it can be turned, in a fixed order."""
        x, y, z = self.sides
        tipped = () if self.upright else ((x, z, y), (z, x, y), (y, z, x), (z, y, x))
        return tuple(sorted({(x, y, z), (y, x, z), *tipped}))


@dataclass(frozen=True, slots=True)
class Box:
    """One kind of carton."""

    inner: Sides
    cost: int = 0
    most_g: int | None = None
    """The heaviest contents; None for any weight."""

    @property
    def volume(self) -> int:
        """Cubic millimetres inside."""
        return self.inner[0] * self.inner[1] * self.inner[2]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one piece lies: its corner nearest to the origin of the box, and its sides as turned."""

    at: Sides
    sides: Sides


Packing: TypeAlias = tuple[Placed, ...]
"""Where the pieces lie, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Pieces that are alike for the search."""

    ways: tuple[Sides, ...]
    """How it may be turned."""
    edges: Sides
    """The short, the middle and the long side."""
    volume: int
    fragile: bool

    def within(self, inner: Sides) -> Sort | None:
        """Return it with only the ways in which it goes into a box, None when it does not."""
        x, y, z = inner
        ways = tuple([way for way in self.ways if way[0] <= x and way[1] <= y and way[2] <= z])
        if len(ways) == len(self.ways):
            return self
        return Sort(ways, self.edges, self.volume, self.fragile) if ways else None


def sort_of(piece: Piece) -> Sort:
    """Return a piece as the search sees it."""
    short, middle, long = sorted(piece.sides)
    return Sort(piece.ways(), (short, middle, long), piece.volume, piece.fragile)
