"""A wave: orders that wait to be picked on one floor with carts of one size; and what it is cut into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.picking.layout import Layout, Place


@dataclass(frozen=True, slots=True)
class Wave:
    """Orders that are to be picked."""

    layout: Layout
    orders: tuple[tuple[Place, ...], ...]
    """By order: where its items lie, an item a place."""
    sizes: tuple[int, ...]
    """By order: how much of a cart it takes."""
    capacity: int
    """What a cart holds."""

    def __post_init__(self) -> None:
        """Refuse what no cart can hold."""
        if any(size > self.capacity for size in self.sizes):
            raise ValueError("An order is larger than a cart.")

    def part(self, orders: Sequence[int]) -> Wave:
        """Return a wave of some of the orders, numbered anew."""
        own = tuple(self.orders[order] for order in orders), tuple(self.sizes[order] for order in orders)
        return Wave(self.layout, *own, self.capacity)


@dataclass(frozen=True, slots=True)
class Batches:
    """Orders by cart, and how long the shortest walks of all carts are together."""

    batches: tuple[tuple[int, ...], ...]
    length: int


def members_of(batch: int) -> list[int]:
    """Return the numbers of the orders in a batch that is written as bits."""
    members = []
    while batch:
        lowest = batch & -batch
        members.append(lowest.bit_length() - 1)
        batch ^= lowest
    return members


def bits_of(orders: Sequence[int]) -> int:
    """Write a batch as bits."""
    return sum(1 << order for order in orders)


def portions_of(wave: Wave, most: int) -> list[list[int]]:
    """Return the orders in as few portions of about the same size as may be, those of neighbouring aisles together."""
    middles = [sum(place.aisle for place in order) / max(1, len(order)) for order in wave.orders]
    ranked = sorted(range(len(middles)), key=lambda order: (middles[order], order))
    count = -(-len(ranked) // most)
    return [sorted(ranked[part * len(ranked) // count : (part + 1) * len(ranked) // count]) for part in range(count)]
