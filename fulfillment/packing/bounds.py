"""Proofs that pieces cannot all go into a box, each by one look at every piece.

A length is exchanged for another by a function under which lengths that fit side by side still do; when the volumes
after the exchange are more than the box holds, nothing fits (dual feasible functions: Fekete & Schepers 2004).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import TypeAlias

from fulfillment.packing.pieces import Piece, Sides, Sort

Exchange: TypeAlias = Callable[[int, int], int]
"""Takes a length and the length there is; both are exchanged, the latter for itself."""
Exchanges: TypeAlias = tuple[Exchange, Exchange, Exchange]
"""One for each of x, y and z."""


def as_it_is(length: int, room: int) -> int:
    """Leave a length."""
    return length


def half(length: int, room: int) -> int:
    """Count more than half as the whole, less than half as nothing: two such lengths never lie side by side."""
    if 2 * length == room:
        return length
    return room if 2 * length > room else 0


def third(length: int, room: int) -> int:
    """Count more than two thirds as the whole, less than a third as nothing."""
    if 3 * length > 2 * room:
        return room
    return length if 3 * length >= room else 0


def _each(*exchanges: Exchange) -> tuple[Exchanges, ...]:
    """Return each way to exchange the lengths along x, y and z."""
    return tuple(product(exchanges, exchanges, exchanges))


QUICK = _each(as_it_is, half)
SLOW = tuple(one for one in _each(as_it_is, half, third) if one not in QUICK)


def too_much(sorts: Sequence[Sort], inner: Sides, exchanges: Iterable[Exchanges]) -> bool:
    """Say whether it is proven that the pieces cannot all lie in a box."""
    x, y, z = inner
    room = x * y * z
    for along_x, along_y, along_z in exchanges:
        filled = 0
        for sort in sorts:
            filled += min(along_x(a, x) * along_y(b, y) * along_z(c, z) for a, b, c in sort.ways)
            if filled > room:
                return True
    return False


def sums_of(pieces: Iterable[Piece], longest: int) -> int:
    """Return as bits the lengths up to the longest that pieces side by side can have: bit 7 is 7 millimetres."""
    mask, sums = (1 << (longest + 1)) - 1, 1
    for piece in pieces:
        longer = sums
        for side in set(piece.sides):
            if side <= longest:
                longer |= sums << side
        sums = longer & mask
    return sums


def trimmed(inner: Sides, sums: int) -> Sides:
    """Return the part of a box that pieces pushed towards its origin can reach; what fits at all fits in there."""
    x, y, z = ((sums & ((1 << (side + 1)) - 1)).bit_length() - 1 for side in inner)
    return x, y, z
