"""Whose turn it is when stock comes in: by priority, then by age, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Coming = Mapping[int, Sequence[tuple[str, int]]]
"""product_id -> (ISO day, pieces on their way), the earliest first."""


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """A place in the queue of those who wait, the smallest first; no two orders have the same."""

    since: datetime
    """Since when it counts as waiting: a step of priority counts as some days more."""
    order_id: int


def turn_of(short_since: datetime, priority: int, order_id: int, step: timedelta) -> Turn:
    """Return the turn of an order that waits since a moment.

    Each step of priority counts as if the order had waited ``step`` longer. Whatever the clock says, two orders keep
    their order in the queue; and an order is passed at most by those that began to wait within (difference of
    priority) × ``step`` after it, never by later ones.
    """
    return Turn(short_since - priority * step, order_id)


@dataclass(frozen=True, slots=True)
class Claim:
    """Pieces of a product that a line of a waiting order lacks."""

    turn: Turn
    line_id: int
    product_id: int
    pieces: int


def days_of(claims: Iterable[Claim], coming: Coming) -> dict[int, str]:
    """Return by line the ISO day on which what it lacks is there, those before it in turn served first.

    A line for which not enough is on its way has none.
    """
    left = {product_id: list(parts) for product_id, parts in coming.items()}
    days = {}
    for claim in sorted(claims, key=lambda one: (one.turn, one.line_id)):
        day = _pour(left.get(claim.product_id, []), claim.pieces)
        if day:
            days[claim.line_id] = day
    return days


def left_for(turn: Turn, claims: Iterable[Claim], coming: Coming) -> dict[int, list[tuple[str, int]]]:
    """Return by product what is on its way beyond the claims that come before a turn."""
    left = {product_id: list(parts) for product_id, parts in coming.items()}
    for claim in claims:
        if claim.turn < turn:
            _pour(left.get(claim.product_id, []), claim.pieces)
    return {product_id: parts for product_id, parts in left.items() if parts}


def day_of(parts: Iterable[tuple[str, int]], pieces: int) -> str:
    """Return the ISO day on which so many pieces are there; "" when fewer are on their way."""
    return _pour(list(parts), pieces)


def _pour(parts: list[tuple[str, int]], pieces: int) -> str:
    """Take pieces out of parts, the earliest first; return the day of the last one, "" when there are too few."""
    day = ""
    while pieces > 0 and parts:
        day, there = parts.pop(0)
        if there > pieces:
            parts.insert(0, (day, there - pieces))
        pieces -= there
    return day if pieces <= 0 else ""
