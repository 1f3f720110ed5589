"""How much dearer than the first choice a carrier may be that stands in without a person's word."""

from dataclasses import dataclass

from fulfillment.carriers.choosing import stored_rate
from fulfillment.carriers.gateway import Rate
from fulfillment.models import CarrierAccount, Shipment
from fulfillment.services.standing_in import Failed
from oms.foundation.money import Money


@dataclass(frozen=True, slots=True)
class Most:
    """What may be paid instead of a price: so many percent more, in the same currency."""

    percent: int
    price: Money

    def allows(self, rate: Rate) -> bool:
        """Return whether a service that stands in costs no more."""
        is_same = rate.currency == self.price.currency
        return is_same and rate.amount * 100 <= self.price.amount * (100 + self.percent)

    def why_not(self, rate: Rate) -> str:
        """Return the sentence about one that costs more, or in another currency."""
        price = Money(rate.amount, rate.currency)
        return f"It takes {price}; by itself at most {self.percent} % more than {self.price} is paid."


def most_for(shipment: Shipment, failed: Failed) -> Most | None:
    """Return the most that is paid instead of how the shipment was to go at first.

    None sets no limit: a person has asked, the account of the first choice has none, or its price is not known.
    """
    if shipment.stand_in_asked:
        return None
    carrier, service, rates = failed.carrier, failed.service, shipment.rates
    if shipment.turned_from:
        first = shipment.turned_from[0]
        carrier, service, rates = first["carrier"], first["service"], first["rates"]
    percent = CarrierAccount.objects.filter(code=carrier).values_list("stand_in_extra", flat=True).first()
    rate = stored_rate(rates, carrier, service)
    return Most(percent, Money(rate.amount, rate.currency)) if percent is not None and rate else None
