"""When a parcel arrives: days on the way by distance or rate, counted on the days on which carriers deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from fulfillment.sourcing.geography import distance_km
from fulfillment.sourcing.snapshot import Node, Point, Rate

SAME_DAY, EXPRESS, PICKUP = "same_day", "express", "pickup"
SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Transit:
    """Days on the way: what five of ten parcels take at most, and what nine of ten do."""

    p50: int
    p90: int


STANDARD_DAYS = ((300, Transit(1, 2)), (800, Transit(2, 3)), (2000, Transit(3, 5)))
EXPRESS_DAYS = ((800, Transit(1, 1)), (2000, Transit(1, 2)))
FAR = {EXPRESS: Transit(2, 4)}
UNKNOWN = {EXPRESS: Transit(1, 3)}
NO_RATES: Mapping[Rate, int] = {}
STANDARD_FAR, STANDARD_UNKNOWN = Transit(5, 9), Transit(3, 6)


def transit_of(
    node: Node, to: Point | None, service_level: str, usual: Mapping[Rate, int] = NO_RATES, weight_g: int = 0
) -> Transit | None:
    """Return the days on the way from a location; None where the service does not reach.

    ``usual`` are the rates that hold for the address, each with the days of every second parcel: the cheapest that is
    sent from there decides, as the label is bought. Without any, assumptions by distance do.
    """
    sent = [rate for rate in usual if rate.location_id in (None, node.location_id)]
    if service_level == PICKUP:
        return Transit(0, 0) if "pickup" in node.capabilities else None
    km = distance_km(node.point, to) if node.point and to else None
    if service_level == SAME_DAY:
        return Transit(0, 0) if km is not None and km <= node.same_day_km else None
    if sent:
        rate = min(sent, key=lambda rate: (_price(rate, weight_g), rate.transit_days))
        return Transit(min(usual[rate], rate.transit_days), rate.transit_days)
    if km is None:
        return UNKNOWN.get(service_level, STANDARD_UNKNOWN)
    table = EXPRESS_DAYS if service_level == EXPRESS else STANDARD_DAYS
    near = (transit for limit, transit in table if km <= limit)
    return next(near, FAR.get(service_level, STANDARD_FAR))


def _price(rate: Rate, weight_g: int) -> tuple[bool, int]:
    """Return what a parcel of the weight costs; services that do not take it in one parcel come last."""
    heavy = rate.up_to_g is not None and weight_g > rate.up_to_g
    return heavy, rate.price + rate.per_started_kg * ceil(weight_g / 1000)


def arrival(leaves: date, days: int) -> date:
    """Return the day on which a parcel arrives; Sundays are no delivery days, and are not counted on the way."""
    day = leaves
    for _ in range(days):
        day += timedelta(days=1)
        while day.isoweekday() == SUNDAY:
            day += timedelta(days=1)
    return day
