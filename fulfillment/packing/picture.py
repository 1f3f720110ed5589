"""How pieces lie in a box, layer by layer from above, in whole units for a drawing; pure, and without anybody's words.

A layer is a height on which pieces stand. What reaches up into it from below is an outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.packing.pieces import Packing, Placed, Sides

WIDE = 320
"""Units across; the page scales it."""
GAP, HEAD = 14, 22
MOST_LAYERS = 8
LEAST_LETTER, MOST_LETTER = 8, 24


@dataclass(frozen=True, slots=True)
class Shape:
    """One piece in one layer: a rectangle with the number of its product in the middle."""

    number: int
    is_below: bool
    x: int
    y: int
    wide: int
    deep: int
    letter: int

    @property
    def middle(self) -> tuple[int, int]:
        """Return where the number stands."""
        return self.x + self.wide // 2, self.y + self.deep // 2


@dataclass(frozen=True, slots=True)
class Layer:
    """What stands on one height, and what reaches up into it."""

    height: int
    top: int
    shapes: tuple[Shape, ...]

    @property
    def floor(self) -> int:
        """Return where the box begins below the layer's heading."""
        return self.top + HEAD

    @property
    def line(self) -> int:
        """Return where the heading is written."""
        return self.floor - 7


@dataclass(frozen=True, slots=True)
class Picture:
    """The layers of a box, one below the other."""

    deep: int
    high: int
    layers: tuple[Layer, ...]
    wide: int = WIDE


def picture(inner: Sides, packing: Packing, numbers: Sequence[int]) -> Picture:
    """Return the picture; ``numbers`` names each piece, alike ones the same."""
    heights = sorted({placed.at[2] for placed in packing})[:MOST_LAYERS]
    scale = WIDE / inner[0]
    deep = round(inner[1] * scale)
    step = HEAD + deep + GAP
    layers = tuple(_layer(height, packing, numbers, scale, place * step) for place, height in enumerate(heights))
    return Picture(deep, len(heights) * step, layers)


def _layer(height: int, packing: Packing, numbers: Sequence[int], scale: float, top: int) -> Layer:
    """Return one layer."""
    shapes = [
        _shape(placed, number, scale, top + HEAD, placed.at[2] < height)
        for placed, number in zip(packing, numbers, strict=True)
        if placed.at[2] <= height < placed.at[2] + placed.sides[2]
    ]
    return Layer(height, top, tuple(shapes))


def _shape(placed: Placed, number: int, scale: float, top: int, is_below: bool) -> Shape:
    """Return one piece as a rectangle."""
    wide, deep = round(placed.sides[0] * scale), round(placed.sides[1] * scale)
    letter = max(LEAST_LETTER, min(wide // 2, deep // 2, MOST_LETTER))
    return Shape(number, is_below, round(placed.at[0] * scale), top + round(placed.at[1] * scale), wide, deep, letter)
