"""What the rate card says a carrier asks for a parcel."""

from collections import defaultdict

from django.db.models import Q

from fulfillment.carriers.gateway import Parcel, Rate
from fulfillment.models import ShippingRate
from fulfillment.sourcing.geography import plain_postcode


def rates_on_card(parcel: Parcel, carrier: str, name: str) -> list[Rate]:
    """Return the rate of each service that the card names for the parcel's address and weight, cheapest first.

    Of one service the rows of the sender's own location hold, else those of all; of these the ones of the longest
    postcode beginning, then of the country, then the rest; of weight steps the lightest that takes the parcel.
    """
    here, there = parcel.ship_from, parcel.ship_to
    rows = ShippingRate.objects.filter(carrier=carrier, is_active=True, country__in=["", there.country])
    ours = Q(location__postal_code=here.postal_code, location__country=here.country, location__line1=here.line1)
    services: dict[str, list[ShippingRate]] = defaultdict(list)
    for row in rows.filter(Q(location=None) | ours).order_by("pk"):
        if plain_postcode(there.postal_code).startswith(row.postal_prefix):
            services[row.service].append(row)
    found = [rate for own in services.values() if (rate := _rate(own, parcel, carrier, name)) is not None]
    return sorted(found, key=lambda rate: (rate.amount, rate.service))


def _telling(row: ShippingRate) -> tuple[bool, int, int]:
    """Return how much a row says about sender and destination."""
    return row.location_id is not None, len(row.postal_prefix), len(row.country)


def _rate(rows: list[ShippingRate], parcel: Parcel, carrier: str, name: str) -> Rate | None:
    """Return what one service asks, None when the parcel is too heavy for it."""
    best = max(_telling(row) for row in rows)
    steps = [row for row in rows if _telling(row) == best and (not row.up_to_g or parcel.weight_g <= row.up_to_g)]
    if not steps:
        return None
    row = min(steps, key=lambda one: (not one.up_to_g, one.up_to_g, one.price))
    amount = row.price + row.per_started_kg * -(-parcel.weight_g // 1000)
    told = f"{name} {row.service.replace('_', ' ')}"
    return Rate(carrier, row.service[:40], told, row.level, amount, row.currency, row.transit_days)
