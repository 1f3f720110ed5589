"""What every service would have cost for a shipment, which was taken, and why, as pages and exports show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fulfillment.carriers.gateway import Rate
from fulfillment.models import Shipment
from fulfillment.states import ShipmentState
from oms.foundation.money import minor_text


@dataclass(frozen=True, slots=True)
class Offered:
    """One service that was compared: what it asks, the day on which it would arrive, and whether it was taken."""

    rate: Rate
    arrives_on: date | None
    is_taken: bool


def offered(shipment: Shipment) -> list[Offered]:
    """Return the services that were compared for a shipment, cheapest first; the location's calendar counts."""
    begins = shipment.shipped_at or shipment.packed_at
    leaves_on = begins.astimezone(shipment.location.zone).date() if begins else None
    rates = [Rate(**data) for data in shipment.rates]
    return [
        Offered(
            rate,
            leaves_on + timedelta(days=rate.days) if leaves_on else None,
            (rate.carrier, rate.service) == (shipment.carrier, shipment.service),
        )
        for rate in sorted(rates, key=lambda one: (one.amount, one.days, one.carrier, one.service))
    ]


def taken(shipment: Shipment) -> Offered | None:
    """Return the service that a shipment goes with, None before a label was asked for."""
    return next((one for one in offered(shipment) if one.is_taken), None)


def price_of(shipment: Shipment) -> str:
    """Return what the service was to cost, for an export."""
    one = taken(shipment)
    return minor_text(one.rate.amount, one.rate.currency) if one else ""


def currency_of(shipment: Shipment) -> str:
    """Return the currency of that price."""
    one = taken(shipment)
    return one.rate.currency if one else ""


def arrival_of(shipment: Shipment) -> str:
    """Return the day on which the service was to arrive."""
    one = taken(shipment)
    return one.arrives_on.isoformat() if one and one.arrives_on else ""


def others_of(shipment: Shipment) -> str:
    """Return the services that were passed over with their prices: "ups-leeds 11 12.40 in 2 days; …"."""
    rest: Sequence[Offered] = [one for one in offered(shipment) if not one.is_taken]
    return "; ".join(_told(one.rate) for one in rest)


def _told(rate: Rate) -> str:
    """Return a rate in few words."""
    price = minor_text(rate.amount, rate.currency)
    return f"{rate.carrier} {rate.service} {price} {rate.currency} in {rate.days} days"


def rate_answer(rate: dict[str, Any]) -> dict[str, Any]:
    """Return a stored rate with its amount as a decimal string."""
    return {
        "carrier": rate["carrier"],
        "service": rate["service"],
        "amount": minor_text(rate["amount"], rate["currency"]),
        "currency": rate["currency"],
        "days": rate["days"],
    }


def turned_answer(one: dict[str, Any]) -> dict[str, Any]:
    """Return a carrier that another stands in for: how it was to go, and what it said."""
    return {name: one[name] for name in ("carrier", "service", "cause", "said", "at")}


def turned_rows(shipment: Shipment) -> list[dict[str, Any]]:
    """Return the carriers that others stand in for, each with its service as people call it."""
    return [{**one, "service": _service_of(one)} for one in shipment.turned_from]


def _service_of(one: dict[str, Any]) -> str:
    """Return the name of the service that was turned from, its code where its prices are not known."""
    taken = (
        rate["name"] for rate in one["rates"] if (rate["carrier"], rate["service"]) == (one["carrier"], one["service"])
    )
    return str(next(taken, one["service"]))


def note_of(shipment: Shipment) -> str:
    """Return the sentence that nobody stands in, as long as the shipment has no labels."""
    return shipment.stand_in_note if shipment.state == ShipmentState.PACKED else ""
