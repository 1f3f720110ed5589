"""Batches at once: Clarke and Wright's savings, counted anew after every merge (C&W(ii)), on exact walks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fulfillment.picking.book import Book
from fulfillment.picking.states import Floats
from fulfillment.picking.wave import Batches, Wave


def batch_at_once(wave: Wave) -> Batches:
    """Return good batches in a fraction of a second: what a person waits for who opens a wave."""
    book = Book(wave)
    return book.batches(merge_by_savings(book))


def merge_by_savings(book: Book) -> list[int]:
    """Begin with a cart an order and merge the two whose common walk saves most, as long as two fit one cart."""
    batches = [1 << order for order in range(len(book.wave.orders))]
    sizes = np.array(book.wave.sizes, dtype=np.int64)
    saved = np.full((len(batches), len(batches)), -np.inf)
    for one in range(len(batches)):
        _count(book, batches, sizes, saved, one)
    while batches and saved.max() > -np.inf:
        one, other = sorted(divmod(int(saved.argmax()), len(batches)))
        batches[one] |= batches[other]
        sizes[one] += sizes[other]
        batches[other] = 0
        saved[other, :] = saved[:, other] = -np.inf
        _count(book, batches, sizes, saved, one)
    return [batch for batch in batches if batch]


def _count(book: Book, batches: list[int], sizes: npt.NDArray[np.int64], saved: Floats, one: int) -> None:
    """Note what merging one batch with each other one would save."""
    fitting = np.flatnonzero(sizes + sizes[one] <= book.wave.capacity).tolist()
    others = [other for other in fitting if other != one and batches[other]]
    book.measure(batches[one] | batches[other] for other in others)
    known = book.length
    row = [known[batches[one]] + known[batches[at]] - known[batches[one] | batches[at]] for at in others]
    saved[one, :] = saved[:, one] = -np.inf
    saved[one, others] = saved[others, one] = row
