"""How long the shortest walks of many pick lists are, all at once: the same steps as for one, on tables of many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import gcd
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.states import Floats, machine_of

Bits: TypeAlias = npt.NDArray[np.uint8]
"""A row a pick list, a bit a spot of the floor."""
AT_ONCE = 512
"""So many walks are measured together: enough to forget Python, few enough for the processor's cache."""
EXACT = 2.0**24
"""Whole numbers below are exact in single precision."""
NEVER = 2.0**100
"""Longer than any walk, and never lost in a sum."""


class Lengths:
    """Measures the shortest walks of pick lists that are made up of the same spots of one floor."""

    def __init__(self, layout: Layout, lists: Sequence[Sequence[Place]]) -> None:
        """Take the spots of all lists; each list is kept as bits."""
        self._layout = layout
        self._machine = machine_of(layout.crossings)
        spots = sorted({layout.depot, *chain.from_iterable(lists)})
        self._unit = gcd(*chain(*layout.heights, *layout.along), *(spot.at for spot in spots)) or 1
        farthest = 4 * (sum(map(sum, layout.heights)) + sum(map(sum, layout.along))) // self._unit
        self._kind: type[np.floating[Any]] = np.float32 if farthest < EXACT else np.float64
        by_stretch: dict[tuple[int, int], list[Place]] = {}
        for spot in spots:
            by_stretch.setdefault((spot.aisle, spot.block), []).append(spot)
        self._number = {stretch: number for number, stretch in enumerate(by_stretch)}
        self._place(list(by_stretch.values()))
        self.lists = self._bits(lists)

    def _place(self, stretches: Sequence[Sequence[Place]]) -> None:
        """Number the spots so that the first ones of all stretches come first, then the second ones, and so on."""
        layout, count = self._layout, len(stretches)
        self._shape = (max(map(len, stretches)), count)
        heights = [layout.heights[spots[0].aisle][spots[0].block] // self._unit for spots in stretches]
        self._height = np.array(heights, dtype=self._kind)[:, None]
        self._to_front = np.zeros((*self._shape, 1), dtype=self._kind)
        self._to_back = np.zeros((*self._shape, 1), dtype=self._kind)
        self._bit: dict[Place, int] = {}
        for at, spots in enumerate(stretches):
            for rank, spot in enumerate(spots):
                self._bit[spot] = rank * count + at
                self._to_front[rank, at] = spot.at // self._unit
                self._to_back[rank, at] = heights[at] - spot.at // self._unit

    def _bits(self, lists: Sequence[Sequence[Place]]) -> Bits:
        """Return the spots of each list, and the depot, as bits."""
        taken = np.zeros((len(lists), self._shape[0] * self._shape[1]), dtype=bool)
        taken[:, self._bit[self._layout.depot]] = True
        for row, places in zip(taken, lists, strict=True):
            row[[self._bit[place] for place in places]] = True
        return np.packbits(taken, axis=1)

    def of(self, lists: Bits) -> list[int]:
        """Return the length of the shortest walk of each list."""
        lengths: list[int] = []
        for start in range(0, len(lists), AT_ONCE):
            units = np.rint(self._measure(self._ways(lists[start : start + AT_ONCE]))).astype(np.int64)
            lengths += (units * self._unit).tolist()
        return lengths

    def _ways(self, lists: Bits) -> Floats:
        """Return how long each way through each stretch is, by stretch, way and list.

        The gap left out from both sides may lie at an end here; then the way is no shorter than from the other end
        alone, and nothing is gained by it.
        """
        ranks, count = self._shape
        taken = np.unpackbits(np.ascontiguousarray(lists.T), axis=0, count=ranks * count).reshape(ranks, count, -1)
        none = (taken.max(axis=0) == 0).astype(self._kind)
        back = (taken * self._to_back).max(axis=0)
        depths = taken * self._to_front
        front = np.zeros_like(back)
        gap = np.zeros_like(back)
        stride = np.empty_like(back)
        for depth in depths:
            np.subtract(depth, front, out=stride)
            np.maximum(gap, stride, out=gap)
            np.maximum(front, depth, out=front)
        np.maximum(gap, self._height - front, out=gap)
        never = none * NEVER
        ways = np.empty((count, 6, len(lists)), dtype=self._kind)
        ways[:, 0] = (1 - none) * NEVER
        ways[:, 1] = self._height
        ways[:, 2] = 2 * self._height
        ways[:, 3] = 2 * front + never
        ways[:, 4] = 2 * back + never
        ways[:, 5] = 2 * (self._height - gap) + never
        return ways

    def _measure(self, ways: Floats) -> Floats:
        """Go over the floor once for all lists."""
        layout, machine = self._layout, self._machine
        now: Floats = np.full((machine.size, ways.shape[2]), np.inf, dtype=self._kind)
        now[machine.start] = 0
        for aisle in range(layout.aisles):
            for block, step in enumerate(machine.blocks):
                number = self._number.get((aisle, block))
                now = step.many(now, self._bare(layout.heights[aisle][block]) if number is None else ways[number])
            if aisle < layout.aisles - 1:
                for crossing, step in enumerate(machine.crossings):
                    length = layout.along[crossing][aisle] / self._unit
                    now = step.many(now, np.array([[0], [length], [2 * length]], dtype=self._kind))
        return np.asarray(now[machine.closed].min(axis=0))

    def _bare(self, height: int) -> Floats:
        """Return how long the ways through a stretch are in which nothing is ever picked."""
        length = height / self._unit
        return np.array([[0], [length], [2 * length], [np.inf], [np.inf], [np.inf]], dtype=self._kind)
