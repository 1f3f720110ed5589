"""When parcels arrive: the days on the way to an address, and the arrival of work that is still to be sent."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.queries import is_prefetched
from fulfillment.services.opening import departure_from
from fulfillment.services.sourcing.rates import RateCard
from fulfillment.sourcing.arrival import arrival, transit_of
from fulfillment.sourcing.geography import locate
from fulfillment.sourcing.snapshot import Node, Point
from fulfillment.states import LIVE_FULFILLMENT, OPEN_ALLOCATIONS
from inventory.models import Location
from orders.models import OrderAddress
from orders.models.orders import AddressKind

Days = tuple[date, date]
"""The days by which five and nine of ten parcels arrive."""


class Way:
    """The way of one parcel to an address, by a shipping method."""

    def __init__(self, address: tuple[str, str] | None, *, level: str, card: RateCard, weight_g: int) -> None:
        country, postal_code = address or ("", "")
        self._to = locate(country, postal_code) if address else None
        rates = card.for_address(country=country, postal_code=postal_code, level=level) if country else ()
        self._usual = {rate: card.usual_days[rate] for rate in rates}
        self._level, self._weight_g = level, weight_g

    def arrives(self, place: Location, leaves: datetime) -> Days | None:
        """Return the days by which a parcel arrives that leaves a location at a moment; None where no service goes."""
        known = place.latitude is not None and place.longitude is not None
        point = Point(place.latitude, place.longitude) if known else None  # type: ignore[arg-type]
        node = Node(place.pk, place.code, place.name, place.kind, point, frozenset(place.capabilities))
        transit = transit_of(node, self._to, self._level, self._usual, self._weight_g)
        day = leaves.astimezone(place.zone).date()
        return (arrival(day, transit.p50), arrival(day, transit.p90)) if transit else None


def addresses_of(order_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return country and postcode of the current shipping address by order."""
    rows = OrderAddress.objects.filter(order__in=list(order_ids), kind=AddressKind.SHIPPING, replaced_at=None)
    return {order: (country, code) for order, country, code in rows.values_list("order", "country", "postal_code")}


def arrivals_of(rows: Sequence[FulfillmentOrder], *, now: datetime | None = None) -> dict[int, Days]:
    """Return when the parcels of work arrive that has a day to leave, by its id; orders and locations are at hand.

    With a moment, work that has no day yet is taken to leave as what comes in ``now``.
    """
    leaving = [row for row in rows if (now or row.ship_by) and row.state in LIVE_FULFILLMENT]
    if not leaving:
        return {}
    addresses = addresses_of([row.order_id for row in leaving])
    card = RateCard({country for country, _ in addresses.values()})
    found = {}
    for row in leaving:
        address, level = addresses.get(row.order_id), row.order.service_level
        way = Way(address, level=level, card=card, weight_g=_weight_of(row))
        leaves = row.ship_by or (departure_from(row.location, now) if now else None)
        days = way.arrives(row.location, leaves) if address and leaves else None
        if days:
            found[row.pk] = days
    return found


def _weight_of(row: FulfillmentOrder) -> int:
    """Return the grams of the open pieces of work, which are at hand where many rows are shown."""
    pieces = row.allocations.all() if is_prefetched(row, "allocations") else _pieces_of(row)
    return sum(one.quantity * one.stock_level.product.weight_g for one in pieces if one.state in OPEN_ALLOCATIONS)


def _pieces_of(row: FulfillmentOrder) -> "QuerySet[Allocation]":
    """Return the pieces of one row with their products."""
    return row.allocations.select_related("stock_level__product")
