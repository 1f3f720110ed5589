"""What becomes of an order that is short, as its channel or customer wants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fulfillment.sourcing.decision import Portion, Shortage
from fulfillment.sourcing.snapshot import OrderSnapshot
from fulfillment.sourcing.turns import day_of

WHOSE = {"channel": "as its channel wants", "customer": "as its customer wants"}


@dataclass(frozen=True, slots=True)
class Consequence:
    """The policy that is followed, the ISO day on which all is expected, and both in a sentence; "" where unknown."""

    when_short: str = ""
    expected_on: str = ""
    sentence: str = ""


def consequence_of(order: OrderSnapshot, portions: Sequence[Portion], shortages: Sequence[Shortage]) -> Consequence:
    """Return what becomes of an order; nothing when it lacks nothing, or was recorded without its policy."""
    if not shortages or not order.when_short:
        return Consequence()
    expected_on = _expected_on(order, shortages)
    words = _words(order.when_short, some=bool(portions), expected_on=expected_on)
    whose = WHOSE.get(order.when_short_of, "")
    return Consequence(order.when_short, expected_on, f"{words}{', ' if whose else ''}{whose}.")


def _words(policy: str, *, some: bool, expected_on: str) -> str:
    """Return what happens, without its end."""
    if policy == "split":
        return "What is there ships now, the rest later" if some else "It waits until some of it is there"
    if policy == "backorder":
        return f"It is back-ordered {f'for {written(expected_on)}' if expected_on else 'without a day'}"
    return {
        "hold": "It is held for a person",
        "offer": "It waits for all of it, and substitutes that are there are offered",
    }.get(policy, "It waits until all of it is there")


def written(day: str) -> str:
    """Return an ISO day as people write it: 03 Dec 2026."""
    return f"{date.fromisoformat(day):%d %b %Y}"


def _expected_on(order: OrderSnapshot, shortages: Sequence[Shortage]) -> str:
    """Return the day on which the last missing piece is expected; "" when that of one product is not known."""
    missing: Counter[int] = Counter()
    for one in shortages:
        missing[one.product_id] += one.missing
    days = [
        day_of(sorted((day, units) for product, day, units in order.coming if product == product_id), pieces)
        for product_id, pieces in missing.items()
    ]
    return max(days) if all(days) else ""
