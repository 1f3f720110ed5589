"""Which carrier an order will probably go with: that of most newest shipments from its location of the same kind.

The carrier itself is chosen when the parcels are weighed; a wave is picked before.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from django.db.models import Q

from fulfillment.carriers.registry import codes_in_use
from fulfillment.models import Shipment
from fulfillment.states import ShipmentState
from orders.models import OrderAddress
from orders.models.orders import AddressKind

Kind = TypeVar("Kind", bound=Hashable)

NEWEST = 2_000
"""Shipments looked back at; far more than a location sends in the days for which a carrier stays the usual one."""


def usually_with(carrier: str, location_id: int) -> Q:
    """Return the condition of fulfillment orders of a location that a carrier will probably take.

    Orders to a country that had none of their shipping method yet go as most of that method do. Only carriers in use
    count, and a single one takes everything.
    """
    in_use = codes_in_use()
    if in_use == [carrier]:
        return Q()
    sent = _newest(location_id, in_use)
    by_country = _usual(((level, country), code) for level, country, code in sent)
    by_level = _usual((level, code) for level, _, code in sent)
    found = Q(pk__in=[])
    for level, usual in by_level.items():
        known = {country: code for (of, country), code in by_country.items() if of == level}
        theirs = [country for country, code in known.items() if code == carrier]
        others = [country for country, code in known.items() if code != carrier]
        here = ~_to(others) if usual == carrier else _to(theirs)
        found |= Q(order__service_level=level) & here
    return found


def _newest(location_id: int, carriers: Collection[str]) -> list[tuple[str, str, str]]:
    """Return shipping method, country and carrier of the newest shipments of a location with some carriers."""
    rows = Shipment.objects.filter(location=location_id, carrier__in=list(carriers)).order_by("-pk")
    rows = rows.exclude(state=ShipmentState.CANCELLED)
    rows = rows.filter(order__addresses__kind=AddressKind.SHIPPING, order__addresses__replaced_at=None)
    return list(rows.values_list("order__service_level", "order__addresses__country", "carrier")[:NEWEST])


def _usual(sent: Iterable[tuple[Kind, str]]) -> Mapping[Kind, str]:
    """Return the carrier that took most of each kind, of equals the first by its code."""
    counts: dict[Kind, Counter[str]] = defaultdict(Counter)
    for kind, code in sent:
        counts[kind][code] += 1
    return {kind: min(of, key=lambda code: (-of[code], code)) for kind, of in counts.items()}


def _to(countries: list[str]) -> Q:
    """Return the condition of orders that go to one of the countries."""
    there = OrderAddress.objects.filter(kind=AddressKind.SHIPPING, replaced_at=None, country__in=countries)
    return Q(order__in=there.values("order"))
