"""The sandbox carrier's price list: by service, weight and distance; pure."""

from dataclasses import dataclass

from fulfillment.carriers.gateway import Parcel, Rate

CURRENCY = "EUR"
HEAVIEST_G = 31_500
ZONES_KM = (50, 200, 600, 1500)
"""Upper edges of the distance zones; what lies behind the last edge, or is of unknown distance, is one zone more."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One service: base price, price of a started kilogram and of a zone in cents, days by zone, farthest zone."""

    service: str
    name: str
    level: str
    base: int
    per_kg: int
    per_zone: int
    days: tuple[int, ...]
    farthest_zone: int = len(ZONES_KM)


TARIFFS = (
    Tariff("standard", "Sandbox Standard", "standard", 390, 60, 70, (1, 2, 2, 4, 6)),
    Tariff("express", "Sandbox Express", "express", 990, 140, 210, (1, 1, 1, 2, 3)),
    Tariff("same_day", "Sandbox Same Day", "same_day", 1490, 220, 400, (0,), farthest_zone=0),
)


def zone_of(distance_km: int | None) -> int:
    """Return the distance zone, 0 the nearest."""
    if distance_km is None:
        return len(ZONES_KM)
    return next((zone for zone, edge in enumerate(ZONES_KM) if distance_km <= edge), len(ZONES_KM))


def rates_for(parcel: Parcel, carrier: str) -> list[Rate]:
    """Return the rate of every service that reaches the parcel's zone, cheapest first."""
    zone = zone_of(parcel.distance_km)
    kilograms = -(-parcel.weight_g // 1000)
    rates = [
        Rate(
            carrier=carrier,
            service=one.service,
            name=one.name,
            level=one.level,
            amount=one.base + one.per_kg * kilograms + one.per_zone * zone,
            currency=CURRENCY,
            days=one.days[min(zone, len(one.days) - 1)],
        )
        for one in TARIFFS
        if zone <= one.farthest_zone
    ]
    return sorted(rates, key=lambda rate: (rate.amount, rate.service))
