"""The health of stock as a weight: parcels from young or shallow stock are dearer, so old and deep stock goes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.sourcing.rules import amount
from fulfillment.sourcing.snapshot import Rules
from oms.foundation.wording import count

DAYS_A_WEEK, MOST_WEEKS = 7, 52


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a location holds of the wanted products: units, and days since the oldest came in (None: not known)."""

    name: str
    depth: int
    age: int | None


def health_fees(shelves: Sequence[Shelf], rules: Rules) -> list[tuple[int, tuple[str, ...]]]:
    """Return what each shelf adds to a parcel, in minor units, and why; each is compared with the best of them."""
    known = [shelf for shelf in shelves if shelf.age is not None]
    oldest = max(known, key=lambda shelf: shelf.age or 0, default=None)
    deepest = max(shelves, key=lambda shelf: shelf.depth, default=None)
    told = []
    for shelf in shelves:
        young = _young(shelf, oldest, rules) if oldest else (0, "")
        shallow = _shallow(shelf, deepest, rules) if deepest else (0, "")
        told.append((young[0] + shallow[0], tuple(words for fee, words in (young, shallow) if fee)))
    return told


def _young(shelf: Shelf, oldest: Shelf, rules: Rules) -> tuple[int, str]:
    """Return what younger stock than the oldest adds: by whole weeks, at most a year of them."""
    if shelf.age is None or oldest.age is None:
        return 0, ""
    fee = rules.young_stock_fee * min(MOST_WEEKS, (oldest.age - shelf.age) // DAYS_A_WEEK)
    days = f"its stock is {count(shelf.age, 'day')} old, that of {oldest.name} {oldest.age}"
    return fee, f"{days}, which adds {amount(fee)}"


def _shallow(shelf: Shelf, deepest: Shelf, rules: Rules) -> tuple[int, str]:
    """Return what shallower stock than the deepest adds: the fee times the share that it has less, rounded down."""
    fee = rules.shallow_stock_fee * (deepest.depth - shelf.depth) // max(1, deepest.depth)
    depth = f"it holds {count(shelf.depth, 'unit')}, {deepest.name} {deepest.depth}"
    return fee, f"{depth}, which adds {amount(fee)}"
