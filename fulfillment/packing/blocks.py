"""Many pieces at once: blocks of equal ones, the largest that goes into the free room first (Eley 2002)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from fulfillment.packing.pieces import Packing, Placed, Sides, Sort
from fulfillment.packing.spaces import Space, cut, volume


@dataclass(frozen=True, slots=True)
class Block:
    """Equal pieces side by side."""

    at: Sides
    way: Sides
    count: Sides
    """Pieces along x, y and z."""


MOST_SORTS = 8
"""So many sorts of pieces, the largest that are left, are compared at a time."""
MOST_SPACES = 60
"""So much free room is remembered, the largest blocks of it: the work stays in bounds for thousands of pieces."""


def stacked(sorts: Sequence[Sort], inner: Sides) -> Packing | None:
    """Return where the pieces lie, or nothing when blocks do not find a place for all of them."""
    left: dict[Sort, list[int]] = {}
    for number in sorted(range(len(sorts)), key=lambda number: (sorts[number].fragile, -sorts[number].volume)):
        left.setdefault(sorts[number], []).append(number)
    spaces: list[Space] = [(0, 0, 0, *inner)]
    places: dict[int, Placed] = {}
    while left:
        chosen = _largest(left, spaces, inner[2])
        if chosen is None:
            return None
        sort, block = chosen
        for place in _pieces(block):
            places[left[sort].pop()] = place
        if not left[sort]:
            del left[sort]
        spaces = cut(spaces, _taken(sort, block, inner[2]), _least(left))
        if len(spaces) > MOST_SPACES:
            spaces = sorted(spaces, key=volume, reverse=True)[:MOST_SPACES]
    return tuple(places[number] for number in range(len(sorts)))


def _least(left: dict[Sort, list[int]]) -> Sides:
    """Return the smallest short, middle and long side of what is left."""
    short, middle, long = (min((sort.edges[side] for sort in left), default=0) for side in range(3))
    return short, middle, long


def _largest(left: dict[Sort, list[int]], spaces: list[Space], roof: int) -> tuple[Sort, Block] | None:
    """Return the block of the largest volume; fragile pieces wait until nothing else is left."""
    best: tuple[tuple[int, ...], Sort, Block] | None = None
    firm = [sort for sort in islice(left, MOST_SORTS) if not sort.fragile]
    for sort in firm or islice(left, MOST_SORTS):
        for space in spaces:
            for block in _blocks(sort, len(left[sort]), space, roof):
                x, y, z = block.at
                merit = (sort.volume * block.count[0] * block.count[1] * block.count[2], -z, -y, -x)
                if best is None or merit > best[0]:
                    best = merit, sort, block
    return best and best[1:]


def _blocks(sort: Sort, count: int, space: Space, roof: int) -> Iterator[Block]:
    """Yield the largest block of up to so many pieces in a space, by the way in which they are turned."""
    x, y, z, u, v, w = space
    if sort.fragile and w != roof:
        return
    for way in sort.ways:
        columns, rows, layers = (u - x) // way[0], (v - y) // way[1], (w - z) // way[2]
        if columns and rows and layers:
            if sort.fragile:
                layers = 1
            columns = min(columns, count)
            rows = min(rows, count // columns)
            layers = min(layers, count // (columns * rows))
            yield Block((x, y, z), way, (columns, rows, layers))


def _pieces(block: Block) -> Iterator[Placed]:
    """Yield the pieces of a block."""
    (x, y, z), (a, b, c), (columns, rows, layers) = block.at, block.way, block.count
    for layer in range(layers):
        for row in range(rows):
            for column in range(columns):
                yield Placed((x + column * a, y + row * b, z + layer * c), block.way)


def _taken(sort: Sort, block: Block, roof: int) -> Space:
    """Return what a block takes of the room; a fragile one takes all above it, too."""
    (x, y, z), (a, b, c), (columns, rows, layers) = block.at, block.way, block.count
    return x, y, z, x + a * columns, y + b * rows, roof if sort.fragile else z + c * layers
