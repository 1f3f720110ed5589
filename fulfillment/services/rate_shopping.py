"""Which carrier and service a shipment goes with: the rates of all that serve its location, compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.carriers.choosing import Choice, choose, stored_rate, total_rates
from fulfillment.carriers.gateway import (
    CarrierGateway,
    CarrierNotAsked,
    CarrierRefused,
    CarrierUnreachable,
    Parcel,
    Rate,
)
from fulfillment.models import Label, Shipment
from fulfillment.services.dearer import Most
from fulfillment.states import ShipmentState


def compared(
    label: Label, parcels: Sequence[Parcel], carriers: Sequence[CarrierGateway], now: datetime
) -> tuple[Choice, list[Rate]]:
    """Return how the shipment of a label goes, and every rate.

    A carrier that does not answer is left out as long as another does, and the reason says so.

    :raises CarrierRefused: when nobody takes it. :raises CarrierNotAsked: when nobody answers; asking again is safe.
    """
    shipment = label.package.shipment
    if shipment.state != ShipmentState.PACKED:
        raise CarrierRefused("The shipment was cancelled before the label was bought.")
    known = _chosen_before(shipment)
    if known is not None:
        return known, []
    if not carriers:
        raise CarrierRefused(f"No carrier account serves {shipment.location.code}; an administrator adds one.")
    found = _Found(carriers, parcels, shipment.order.currency, now)
    choice = choose(found.rates, level=shipment.order.service_level, service=label.service)
    if choice is not None:
        return Choice(choice.rate, f"{choice.reason} {found.told}".strip()), found.rates
    if found.silences:
        raise _not_asked(found.silences)
    why = f"No carrier does “{label.service}” to this address." if found.rates else " ".join(found.refusals)
    raise CarrierRefused(why or "No carrier has a service for this address.")


def _not_asked(silences: Sequence[CarrierUnreachable]) -> CarrierNotAsked:
    """Return the silence of several carriers as one; they are busy when all of them are."""
    wait = getattr(silences[0], "retry_after", 30.0)
    is_busy = all(getattr(one, "is_busy", False) for one in silences)
    return CarrierNotAsked(str(silences[0]), retry_after=wait, is_busy=is_busy)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What came of looking for another carrier: the choice if there is one, and what each said, nothing in silence."""

    choice: Choice | None
    rates: Sequence[Rate]
    said: Sequence[tuple[str, str]]
    is_silent: bool
    """Whether one of them did not answer, so that asking again may help."""


def stand_in_for(
    shipment: Shipment,
    parcels: Sequence[Parcel],
    turns: Sequence[Sequence[CarrierGateway]],
    most: Most | None,
    now: datetime,
) -> StandIn:
    """Return who stands in: of the first turn in which anybody takes all parcels, by the rules of every choice.

    A turn whose choice costs more than the ``most`` is passed over.
    """
    said: list[tuple[str, str]] = []
    is_silent = False
    for carriers in turns:
        found = _Found(carriers, parcels, shipment.order.currency, now)
        choice = choose(found.rates, level=shipment.order.service_level)
        if choice is not None and (most is None or most.allows(choice.rate)):
            return StandIn(Choice(choice.rate, f"{choice.reason} {found.told}".strip()), found.rates, said, False)
        said += found.said
        if choice is not None and most is not None:
            said.append((choice.rate.carrier, most.why_not(choice.rate)))
        is_silent = is_silent or bool(found.silences)
    return StandIn(None, [], said, is_silent)


def _chosen_before(shipment: Shipment) -> Choice | None:
    """Return the choice made for another parcel of the shipment, so that all of them go the same way."""
    rate = stored_rate(shipment.rates, shipment.carrier, shipment.service)
    return Choice(rate, shipment.rate_reason) if rate else None


class _Found:
    """What came of asking every carrier: rates for all parcels together, the words of those that refuse, silences.

    Money of two currencies is not compared: where a carrier asks the order's currency, rates in others are left out,
    and otherwise those in another than the first.
    """

    def __init__(
        self, carriers: Sequence[CarrierGateway], parcels: Sequence[Parcel], currency: str, now: datetime
    ) -> None:
        self.refusals: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.silences: list[CarrierUnreachable] = []
        self.silent: list[str] = []
        rates: list[Rate] = []
        for one in carriers:
            try:
                offered = total_rates([one.rates(parcel, now=now) for parcel in parcels])
            except CarrierRefused as refusal:
                self.refusals.append(str(refusal))
                self.said.append((one.code, str(refusal)))
            except CarrierUnreachable as silence:
                self.silences.append(silence)
                self.silent.append(one.code)
                self.said.append((one.code, ""))
            else:
                rates += offered
                self.said += [] if offered else [(one.code, "No service for this address and weight.")]
        currencies = [rate.currency for rate in rates]
        common = currency if currency in currencies else next(iter(currencies), "")
        comparable = [rate for rate in rates if rate.currency == common]
        self.rates = sorted(comparable, key=lambda rate: (rate.amount, rate.carrier, rate.service))

    @property
    def told(self) -> str:
        """Return who did not answer."""
        return f"Without {', '.join(self.silent)}, who did not answer." if self.silent else ""
