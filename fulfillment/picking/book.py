"""The book of batches: how long the walk of each is, measured once and many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fulfillment.picking.lengths import Bits, Lengths
from fulfillment.picking.routing import shortest_walk
from fulfillment.picking.tour import MOST_CROSSINGS
from fulfillment.picking.wave import Batches, Wave, members_of

LONGEST = 200_000
"""Batches in a book before it forgets; some 40 MB."""


class Book:
    """Lengths of batches of one wave; a batch is written as bits, an order a bit."""

    def __init__(self, wave: Wave) -> None:
        """Begin with nothing measured."""
        self.wave = wave
        self.length: dict[int, int] = {0: 0}
        """By batch, written as bits; an order alone is always here."""
        self._lengths = Lengths(wave.layout, wave.orders) if wave.layout.crossings <= MOST_CROSSINGS else None
        self.measure(1 << order for order in range(len(wave.orders)))

    def measure(self, batches: Iterable[int]) -> None:
        """Measure batches that are not in the book yet."""
        new = [batch for batch in dict.fromkeys(batches) if batch not in self.length]
        if new and self._lengths is None:
            self.length.update((batch, self._walked(batch)) for batch in new)
        elif new and self._lengths is not None:
            new.sort(key=int.bit_count, reverse=True)
            self.length.update(zip(new, self._lengths.of(self._bits(new, self._lengths.lists)), strict=True))

    def measure_with(self, batches: Sequence[tuple[int, Sequence[int]]]) -> None:
        """Measure batches, and each with each one of some orders added, where that is not in the book yet."""
        if self._lengths is None:
            self.measure([batch for batch, _ in batches])
            self.measure(batch | 1 << order for batch, orders in batches for order in orders)
            return
        known, lists = self.length, self._lengths.lists
        new: list[int] = []
        rows: list[Bits] = []
        for batch, orders in batches:
            fresh = [order for order in orders if batch | 1 << order not in known]
            if batch and (fresh or batch not in known):
                own = self._bits([batch], lists)
                new += [batch | 1 << order for order in fresh]
                rows.append(lists[fresh] | own)
                if batch not in known:
                    new.append(batch)
                    rows.append(own)
        if new:
            known.update(zip(new, self._lengths.of(np.concatenate(rows)), strict=True))

    def forget(self, kept: Iterable[int]) -> None:
        """Forget all batches but the orders alone and some, where the book has grown long."""
        if len(self.length) > LONGEST:
            alone = (1 << order for order in range(len(self.wave.orders)))
            self.length = {batch: self.length[batch] for batch in (0, *alone, *kept)}

    def batches(self, chosen: Iterable[int]) -> Batches:
        """Write chosen batches as orders by cart, in the order of their first orders."""
        self.measure(chosen)
        carts = sorted(tuple(members_of(batch)) for batch in chosen if batch)
        return Batches(tuple(carts), sum(self.length[batch] for batch in chosen))

    def size(self, batch: int) -> int:
        """Return how much of a cart a batch takes."""
        return sum(self.wave.sizes[order] for order in members_of(batch))

    @staticmethod
    def _bits(batches: Sequence[int], lists: Bits) -> Bits:
        """Return the spots of batches, the one with most orders first."""
        members = [members_of(batch) for batch in batches]
        joined = lists[[batch[0] for batch in members]]
        for turn in range(1, len(members[0])):
            more = [batch[turn] for batch in members if len(batch) > turn]
            joined[: len(more)] |= lists[more]
        return joined

    def _walked(self, batch: int) -> int:
        """Return the length of one batch's walk on a floor that is too large for tables."""
        wave = self.wave
        return shortest_walk(wave.layout, [place for order in members_of(batch) for place in wave.orders[order]]).length
