"""Which rows of the rate card hold for an order: of each service the most telling one for its address."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from fulfillment.carriers.choosing import SPEED
from fulfillment.models import ShippingRate
from fulfillment.sourcing.geography import plain_postcode
from fulfillment.sourcing.snapshot import OrderSnapshot, Rate, Snapshot
from orders.states import ServiceLevel

COLLECTED = Rate(None, "customer", "collects", 0)
"""Who picks an order up in a store pays no carrier."""


class RateCard:
    """The rates in use for some countries, by default for all of them, in one statement."""

    def __init__(self, countries: Collection[str] | None = None) -> None:
        rows = ShippingRate.objects.filter(is_active=True).order_by("pk")
        if countries is not None:
            rows = rows.filter(country__in=sorted({"", *countries}))
        self._by_country: dict[str, list[ShippingRate]] = defaultdict(list)
        for row in rows:
            self._by_country[row.country].append(row)
        self.usual_days: dict[Rate, int] = {COLLECTED: 0}
        self.currency = rows[0].currency if rows else ""

    def for_address(self, *, country: str, postal_code: str, level: str) -> tuple[Rate, ...]:
        """Return the services that reach an address at least as fast as asked for; each place's or all places' own.

        Of one service the rows of the longest postcode beginning hold, then those of the country, then the rest; all
        weight steps of that are kept.
        """
        if level == ServiceLevel.PICKUP:
            return (COLLECTED,)
        code = plain_postcode(postal_code)
        fit = [
            row
            for row in (*self._by_country[country], *(self._by_country[""] if country else ()))
            if row.level != ServiceLevel.PICKUP and SPEED.get(row.level, 0) >= SPEED.get(level, 0)
            if code.startswith(row.postal_prefix)
        ]
        return tuple(self._noted(row) for row in _most_telling(fit))

    def _noted(self, row: ShippingRate) -> Rate:
        """Return a row as the engine takes it, and note what the engine need not know of it."""
        rate = _as_rate(row)
        self.usual_days[rate] = row.usual_days
        return rate


def priced_anew(snapshot: Snapshot, card: RateCard) -> Snapshot:
    """Return a recorded snapshot with the present rates on orders that were decided without any.

    A record keeps the first signs of a postcode only, so a row for a longer beginning is not found.
    """
    return replace(snapshot, orders=tuple(_priced(order, card) for order in snapshot.orders))


def _priced(order: OrderSnapshot, card: RateCard) -> OrderSnapshot:
    """Return an order with rates."""
    if order.rates:
        return order
    level = order.service_level or ServiceLevel.STANDARD
    rates = card.for_address(country=order.country, postal_code=order.postal_code, level=level)
    return replace(order, rates=rates, rate_currency=card.currency)


def _most_telling(rows: Iterable[ShippingRate]) -> list[ShippingRate]:
    """Return the rows of each service at each place that say most about where the order goes."""
    groups: dict[tuple[int | None, str, str], list[ShippingRate]] = defaultdict(list)
    for row in rows:
        groups[row.location_id, row.carrier, row.service].append(row)
    found = []
    for group in groups.values():
        best = max(_telling(row) for row in group)
        found += [row for row in group if _telling(row) == best]
    return found


def _telling(row: ShippingRate) -> tuple[int, int]:
    """Return how much a row says about its destination."""
    return len(row.postal_prefix), len(row.country)


def _as_rate(row: ShippingRate) -> Rate:
    """Return a row as the engine takes it."""
    return Rate(
        location_id=row.location_id,
        carrier=row.carrier,
        service=row.service,
        price=row.price,
        per_started_kg=row.per_started_kg,
        up_to_g=row.up_to_g or None,
        transit_days=row.transit_days,
    )
