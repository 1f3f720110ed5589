"""What each place's carriers ask for an order: the services that go to its address, and the cheapest for a weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fulfillment.sourcing.arrival import arrival
from fulfillment.sourcing.geography import UNKNOWN_KM
from fulfillment.sourcing.optimal.shipping import Tariff
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rate, Rules


@dataclass(frozen=True, slots=True)
class Service:
    """One rate at one place, with what it costs apart from freight, in minor units."""

    rate: Rate
    late_days: int
    once: int
    """Parcel, distance, lateness and the rules' own weights for a consignment."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What one consignment costs: freight is paid to the carrier, the rest only weighs in the choice."""

    service: Service
    freight: int
    total: int


@dataclass(frozen=True, slots=True)
class Counter:
    """The services of one place for one order; it has at least one."""

    services: tuple[Service, ...]
    tariff: Tariff

    def quote(self, grams: int) -> Quote:
        """Return the cheapest service for a consignment; the sooner, then the first by name between equals."""
        quotes = [self._quote(at, grams) for at in range(len(self.services))]
        return min(quotes, key=lambda one: (one.total, one.service.rate.transit_days, one.service.rate.service))

    def _quote(self, at: int, grams: int) -> Quote:
        """Return what one service costs."""
        total = self.tariff.service(at, grams)
        return Quote(self.services[at], total - self.services[at].once, total)


def counter_of(node: Node, km: int | None, order: OrderSnapshot, rules: Rules, fee: int = 0) -> Counter | None:
    """Return the services from a place to the order's address; None when no service goes there.

    :param fee: what the rules add for this place, in minor units
    """
    way = rules.distance_weight * (UNKNOWN_KM if km is None else km)
    services = tuple(
        Service(rate, late, rules.split_penalty + way + fee + rules.late_day_fee * late)
        for rate in _rates_from(node.location_id, order.rates)
        for late in (late_days(node, rate, order.deliver_by),)
    )
    if not services:
        return None
    rates = [one.rate for one in services]
    tariff = Tariff(
        fixed=tuple(rate.price for rate in rates),
        per_started_kg=tuple(rate.per_started_kg for rate in rates),
        up_to_g=tuple(rate.up_to_g or 0 for rate in rates),
        once=tuple(one.once for one in services),
    )
    return Counter(services, tariff)


def _rates_from(location_id: int, rates: Sequence[Rate]) -> list[Rate]:
    """Return the rates from one location: its own where a service has such, else those of all locations."""
    own = {(rate.carrier, rate.service) for rate in rates if rate.location_id == location_id}
    found = [
        rate
        for rate in rates
        if rate.location_id == location_id or (rate.location_id is None and (rate.carrier, rate.service) not in own)
    ]
    return sorted(found, key=lambda rate: (rate.carrier, rate.service, rate.up_to_g or 0, rate.price))


def late_days(node: Node, rate: Rate, deliver_by: str) -> int:
    """Return by how many days nine of ten parcels come later than promised; 0 without a promise."""
    if not deliver_by or not node.leaves_on:
        return 0
    arrives = arrival(date.fromisoformat(node.leaves_on), rate.transit_days)
    return max(0, (arrives - date.fromisoformat(deliver_by)).days)
