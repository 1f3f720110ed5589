"""The clients' own book: what the shop has acknowledged to them, and every answer that should not have come."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund the shop has said yes to: the order's number and minor units."""

    number: str
    amount: int


@dataclass
class Notebook:
    """Acknowledged orders by the channel's number, acknowledged refunds, counts, and what was wrong."""

    orders: dict[str, str] = field(default_factory=dict)
    refunds: list[Refunded] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    shipped: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, external_id: str, number: str) -> None:
        """Note that an order was taken; another number for the same order is wrong."""
        with self.lock:
            known = self.orders.setdefault(external_id, number)
        if known != number:
            self.complain(f"order {external_id} was answered as {known} and as {number}")

    def count(self, what: str, times: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.counts[what] += times

    def complain(self, sentence: str) -> None:
        """Note an answer that should not have come."""
        with self.lock:
            self.wrong.append(sentence)
