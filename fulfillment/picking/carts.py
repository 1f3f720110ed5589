"""Carts: what a tote holds, how much of a cart an order takes, and into which tote its pieces go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_TOTES = 12


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart with totes of one size."""

    totes: int
    pieces: int
    """So many pieces a tote holds."""
    volume: int | None = None
    """So many cubic millimetres a tote holds; None is without limit."""

    def room(self, pieces: int, volume: int) -> int:
        """Return how many pieces of a tote something takes, bulky things more than they are."""
        bulk = -(-volume * self.pieces // self.volume) if self.volume else 0
        return max(pieces, bulk)

    def totes_for(self, room: int) -> int:
        """Return how many totes something of a size takes, at least one."""
        return max(1, -(-room // self.pieces))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one order in one bin."""

    key: int
    bin: str
    quantity: int
    volume: int = 0
    """Of all of them, in cubic millimetres; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class Demand:
    """An order that is to be picked, or the part of it in one zone."""

    key: int
    pieces: tuple[Pieces, ...]

    def room(self, cart: Cart) -> int:
        """Return how much of a cart's totes it takes."""
        return cart.room(sum(one.quantity for one in self.pieces), sum(one.volume for one in self.pieces))


def own_totes(demands: Sequence[Demand], cart: Cart, turn: Mapping[int, int]) -> dict[int, int]:
    """Return by pieces the number of a tote that belongs to their order alone; a large order fills several.

    :param turn: by pieces, when the walk comes to them
    """
    totes: dict[int, int] = {}
    first = 0
    for demand in demands:
        count = cart.totes_for(demand.room(cart))
        filled = 0
        for one in sorted(demand.pieces, key=lambda one: turn[one.key]):
            totes[one.key] = min(first + min(filled // cart.pieces, count - 1), MOST_TOTES - 1)
            filled += cart.room(one.quantity, one.volume)
        first += count
    return totes


def shared_totes(demands: Sequence[Demand], cart: Cart) -> dict[int, int]:
    """Return by pieces the number of a tote that orders share; an order lies in one tote where it fits into one."""
    left = [cart.pieces] * cart.totes
    totes: dict[int, int] = {}
    for demand in sorted(demands, key=lambda one: -one.room(cart)):
        parts = [demand.pieces] if demand.room(cart) <= max(left) else [(one,) for one in demand.pieces]
        for part in parts:
            at = _tote(left, cart.room(*_size(part)))
            left[at] -= cart.room(*_size(part))
            totes |= {one.key: at for one in part}
    return totes


def _size(pieces: Iterable[Pieces]) -> tuple[int, int]:
    """Return number and volume of some pieces."""
    rows = list(pieces)
    return sum(one.quantity for one in rows), sum(one.volume for one in rows)


def _tote(left: Sequence[int], room: int) -> int:
    """Return the first tote with room, else the emptiest."""
    fitting = [at for at, free in enumerate(left) if free >= room]
    return fitting[0] if fitting else max(range(len(left)), key=lambda at: left[at])
