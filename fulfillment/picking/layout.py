"""The geometry of a floor: parallel aisles crossed by cross aisles, and places in them.

All lengths are whole units, such as millimetres. The front is where cross aisle 0 runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is picked: in which aisle, in which block, and how far from the block's front cross aisle."""

    aisle: int
    block: int
    at: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A floor whose every cross aisle crosses every aisle; lengths may differ from stretch to stretch."""

    heights: tuple[tuple[int, ...], ...]
    """By aisle and block: how long the aisle is between two cross aisles."""
    along: tuple[tuple[int, ...], ...]
    """By cross aisle and gap: how far it is to the next aisle."""
    depot_aisle: int
    depot_crossing: int = 0
    """Every walk begins and ends where this aisle and this cross aisle meet."""

    @classmethod
    def rectangle(cls, *, aisles: int, spacing: int, crossings: Sequence[int], depot_aisle: int) -> Self:
        """Return a floor with aisles at equal distances, cross aisles at given depths and the depot on the first.

        :param spacing: from one aisle to the next
        :param crossings: the depths of the cross aisles, ascending
        """
        blocks = tuple(back - front for front, back in pairwise(crossings))
        return cls(
            heights=(blocks,) * aisles,
            along=((spacing,) * (aisles - 1),) * len(crossings),
            depot_aisle=depot_aisle,
        )

    @property
    def aisles(self) -> int:
        """Return how many aisles there are."""
        return len(self.heights)

    @property
    def depot(self) -> Place:
        """Return where every walk begins and ends, as a place of the block behind or in front of it."""
        if self.depot_crossing < self.crossings - 1:
            return Place(self.depot_aisle, self.depot_crossing, 0)
        return Place(self.depot_aisle, self.depot_crossing - 1, self.heights[self.depot_aisle][-1])

    @property
    def crossings(self) -> int:
        """Return how many cross aisles there are, one more than blocks."""
        return len(self.along)


def without_unused(layout: Layout, places: Iterable[Place]) -> tuple[Layout, dict[int, int]]:
    """Return a floor without the aisles in which none of some places lies, and by aisle that is left its new number.

    Walks are as long as before where cross aisles are equally long everywhere: nobody needs an aisle to pass it by.
    """
    kept = sorted({layout.depot_aisle, *(place.aisle for place in places)})
    numbers = {aisle: number for number, aisle in enumerate(kept)}
    along = tuple(tuple(sum(gaps[left:right]) for left, right in pairwise(kept)) for gaps in layout.along)
    heights = tuple(layout.heights[aisle] for aisle in kept)
    return Layout(heights, along, numbers[layout.depot_aisle], layout.depot_crossing), numbers


def distances(layout: Layout, places: Sequence[Place]) -> list[list[int]]:
    """Return the shortest way between any two places of a floor whose cross aisles are equally long everywhere.

    Between aisles one walks along one cross aisle; that is the shortest way where stretches of a cross aisle and the
    depths of the blocks are the same in every aisle.
    """
    reach = [[0, *accumulate(gaps)] for gaps in layout.along]
    depths = [[0, *accumulate(blocks)] for blocks in layout.heights]
    depth = [depths[place.aisle][place.block] + place.at for place in places]

    def between(one: int, other: int) -> int:
        """Return the way between two places."""
        here, there = places[one].aisle, places[other].aisle
        if here == there:
            return abs(depth[one] - depth[other])
        return min(
            abs(depth[one] - depths[here][cross])
            + abs(reach[cross][here] - reach[cross][there])
            + abs(depth[other] - depths[there][cross])
            for cross in range(layout.crossings)
        )

    return [[between(one, other) for other in range(len(places))] for one in range(len(places))]
