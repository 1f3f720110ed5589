"""What is counted of a course of events: parcels, kilometres, cost, late promises, pieces that were missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parcel:
    """One location's part of one order: planned on a day, so far to go, at a cost where rates are known."""

    day: str
    km: int | None = None
    cost: int | None = None
    late: bool | None = None
    """Whether it comes after the promised day; None where no day is promised, or nothing known about the way."""

    def to_row(self) -> list[Any]:
        """Return its values in their order."""
        return list(astuple(self))


@dataclass(slots=True)
class Figures:
    """Sums over orders; every order counts once, as it stood when it was over."""

    orders: int = 0
    parcels: int = 0
    split: int = 0
    several_lines: int = 0
    km: int = 0
    km_parcels: int = 0
    cost: int = 0
    cost_parcels: int = 0
    promised: int = 0
    late: int = 0
    short_orders: int = 0
    units: int = 0
    units_short: int = 0

    def add(self, parcels: Iterable[Parcel], *, lines: int, units: int, short: int) -> None:
        """Count one order."""
        parcels = list(parcels)
        self.orders += 1
        self.parcels += len(parcels)
        self.split += len(parcels) > 1
        self.several_lines += lines > 1
        self.units += units
        self.units_short += short
        self.short_orders += short > 0
        for one in parcels:
            if one.km is not None:
                self.km, self.km_parcels = self.km + one.km, self.km_parcels + 1
            if one.cost is not None:
                self.cost, self.cost_parcels = self.cost + one.cost, self.cost_parcels + 1
        known = [one.late for one in parcels if one.late is not None]
        self.promised += bool(known)
        self.late += any(known)

    def to_json(self) -> dict[str, int]:
        """Return the sums by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Side:
    """How one order ended in one course of events."""

    parcels: int
    km: int | None
    cost: int | None
    short: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """An order that ends otherwise under the other rules."""

    order_id: int
    before: Side
    after: Side


def side_of(parcels: Iterable[Parcel], *, short: int, sentence: str) -> Side:
    """Return how an order ended; kilometres and cost only where all its parcels have them."""
    rows = list(parcels)
    km = [one.km for one in rows if one.km is not None]
    cost = [one.cost for one in rows if one.cost is not None]
    return Side(
        parcels=len(rows),
        km=sum(km) if len(km) == len(rows) else None,
        cost=sum(cost) if len(cost) == len(rows) else None,
        short=short,
        sentence=sentence,
    )
