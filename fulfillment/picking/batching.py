"""Batches worth waiting for: which orders share a cart, so that all carts together walk the least.

Orders are exchanged between carts, round after round from the best that is known, until the effort is spent. Where few
batches are possible at all, the best choice among all of them is looked for at the end, and most often proven. The same
wave and effort give the same batches, unless time runs out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfillment.picking.book import Book
from fulfillment.picking.exchange import Exchange
from fulfillment.picking.partition import Left, choose
from fulfillment.picking.savings import merge_by_savings
from fulfillment.picking.wave import Batches, Wave, portions_of

MOST_BATCHES = 40_000
"""Up to so many possible batches all of them are measured."""
MOST_ORDERS = 200
"""A larger wave is divided before; every order is compared with every other one."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try."""

    rounds: int = 16
    steps: int = 200
    """Exchanges a round."""
    kicks: int = 8
    """Exchanges by chance, before each round but the first."""
    branches: int = 100
    """How many branches the solver tries at the end."""
    seed: int = 1


USUAL = Effort()


def forever() -> float:
    """Tell that thirty years are left."""
    return 1e9


def batch_well(wave: Wave, effort: Effort = USUAL, left: Left = forever) -> Batches:
    """Return batches whose walks are, together, as short as the effort finds.

    :param left: tells how many seconds are left; with none left, what is known is returned
    """
    if len(wave.orders) > MOST_ORDERS:
        return _by_portions(wave, effort, left)
    book = Book(wave)
    batches = merge_by_savings(book)
    if len(batches) < 2 or left() <= 0:
        return book.batches(batches)
    everything = _all_batches(book)
    search = Exchange(book, batches, np.random.default_rng(effort.seed))
    search.run(effort.steps, left)
    for _ in range(1, effort.rounds):
        if left() <= 0:
            break
        search.restart(search.best, kicks=effort.kicks)
        search.run(effort.steps, left)
    if everything and left() > 0:
        found = choose(book.length, len(wave.orders), below=search.least, branches=effort.branches, left=left)
        return book.batches(found.batches or search.best)
    return book.batches(search.best)


def _all_batches(book: Book) -> bool:
    """Measure every batch that fits a cart; tell whether they are few enough."""
    wave = book.wave
    every: list[int] = []
    growing = [(0, 0, 0)]
    while growing and len(every) <= MOST_BATCHES:
        batch, load, first = growing.pop()
        for order in range(first, len(wave.sizes)):
            if load + wave.sizes[order] <= wave.capacity:
                every.append(batch | 1 << order)
                growing.append((batch | 1 << order, load + wave.sizes[order], order + 1))
    if len(every) > MOST_BATCHES:
        return False
    book.measure(every)
    return True


def _by_portions(wave: Wave, effort: Effort, left: Left) -> Batches:
    """Divide a large wave by where its orders lie, and batch each portion in its share of the time."""
    portions = portions_of(wave, MOST_ORDERS)
    batches: list[tuple[int, ...]] = []
    length = 0
    for number, orders in enumerate(portions):
        kept = left() * (len(portions) - number - 1) / (len(portions) - number)
        found = batch_well(wave.part(orders), effort, _without(left, kept))
        batches += [tuple(orders[order] for order in batch) for batch in found.batches]
        length += found.length
    return Batches(tuple(sorted(batches)), length)


def _without(left: Left, kept: float) -> Left:
    """Return what tells the seconds left when some are kept for later."""
    return lambda: left() - kept
