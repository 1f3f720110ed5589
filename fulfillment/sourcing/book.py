"""What is left of stock and capacity while a batch of orders is decided."""

from __future__ import annotations

from collections.abc import Iterable

from fulfillment.sourcing.decision import Portion
from fulfillment.sourcing.snapshot import Node, Snapshot


class Book:
    """Stock and capacity of one snapshot, minus what earlier orders of the batch have taken."""

    __slots__ = ("_ages", "_parcels", "_stock", "_taken", "nodes")

    def __init__(self, snapshot: Snapshot) -> None:
        """Open the book on a snapshot; the snapshot itself is never changed."""
        self.nodes = tuple(sorted(snapshot.nodes, key=lambda node: (node.code, node.location_id)))
        self._stock = snapshot.stock
        self._ages = snapshot.ages
        self._taken: dict[tuple[int, int], int] = {}
        self._parcels: dict[int, int] = {}

    def units_left(self, product_id: int, location_id: int) -> int:
        """Return the units that can still be promised, never below zero."""
        key = (product_id, location_id)
        level = self._stock.get(key)
        if level is None:
            return 0
        left = level[1] - self._taken.get(key, 0) if self._taken else level[1]
        return left if left > 0 else 0

    def age_of(self, product_id: int, location_id: int) -> int | None:
        """Return the days since the oldest piece of a product came to a location; None where that is not known."""
        return self._ages.get((product_id, location_id))

    def stock_level_id(self, product_id: int, location_id: int) -> int:
        """Return the stock level that holds a product at a location; 0 where it never lay."""
        return self._stock.get((product_id, location_id), (0, 0))[0]

    def copy(self) -> Book:
        """Return a book of its own that stands where this one does."""
        other = Book.__new__(Book)
        other.nodes, other._stock, other._ages = self.nodes, self._stock, self._ages
        other._taken, other._parcels = dict(self._taken), dict(self._parcels)
        return other

    def has_capacity(self, node: Node) -> bool:
        """Say whether a location can send one more parcel today."""
        return node.capacity_left is None or node.capacity_left > self._parcels.get(node.location_id, 0)

    def take(self, portions: Iterable[Portion]) -> None:
        """Subtract one order's portions, and one parcel for each location that ships."""
        shipping = set()
        for portion in portions:
            for product_id, _, pieces in portion.takes:
                key = (product_id, portion.location_id)
                self._taken[key] = self._taken.get(key, 0) + pieces
            shipping.add(portion.location_id)
        for location_id in shipping:
            self._parcels[location_id] = self._parcels.get(location_id, 0) + 1
