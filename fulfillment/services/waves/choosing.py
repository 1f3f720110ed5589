"""Which orders a wave takes: what waits at a location, the most urgent first, narrowed by what the desk wants."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet, Sum

from fulfillment.models import FulfillmentOrder, WaveOrder
from fulfillment.picking.carts import Cart
from fulfillment.picking.plan import Strategy
from fulfillment.services.picking import CAN_START
from fulfillment.services.waves.usual_carriers import usually_with
from fulfillment.states import AllocationState, FulfillmentOrderState
from oms.foundation.actions import unmet
from oms.foundation.refusals import Invalid, Refused

MOST_ORDERS, PAGE, MOST_LOOKED = 300, 200, 3000
SMALL = 5
"""Orders of two up to so many pieces are small ones."""
MM3_PER_LITRE = 10**6


class Size(StrEnum):
    """Orders by how many pieces they have."""

    ANY = ""
    ONE = "one"
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a wave shall take, and how it is picked; empty fields narrow nothing."""

    location_id: int
    strategy: Strategy
    leaves_by: datetime | None = None
    service: str = ""
    carrier: str = ""
    """The code of the carrier that they will probably go with."""
    zone: str = ""
    size: Size = Size.ANY
    orders: int = MOST_ORDERS
    totes: int = 12
    tote_pieces: int = 20
    tote_litres: int | None = None

    @property
    def cart(self) -> Cart:
        """Return the cart that is walked with."""
        return Cart(self.totes, self.tote_pieces, self.tote_litres and self.tote_litres * MM3_PER_LITRE)


def orders_for(work: "QuerySet[FulfillmentOrder]", wanted: Wanted) -> list[FulfillmentOrder]:
    """Return somebody's work that a wave may take as far as one sees without a lock; zones are not looked at here.

    :raises Invalid: for none or too many orders.
    """
    if not 1 <= wanted.orders <= MOST_ORDERS:
        raise Invalid(f"Take 1 to {MOST_ORDERS} orders into a wave.", code="bad_number", field="orders")
    waiting = work.filter(location=wanted.location_id, state=FulfillmentOrderState.OPEN)
    if wanted.leaves_by is not None:
        waiting = waiting.filter(ship_by__lte=wanted.leaves_by)
    if wanted.service:
        waiting = waiting.filter(order__service_level=wanted.service)
    if wanted.carrier:
        waiting = waiting.filter(usually_with(wanted.carrier, wanted.location_id))
    if wanted.size:
        pieces = Sum("allocations__quantity", filter=Q(allocations__state=AllocationState.ALLOCATED))
        waiting = waiting.annotate(piece_count=pieces).filter(_of_size(wanted.size))
    # zones are seen only with the bins, so that more are looked at where one is asked for
    return _free(waiting, MOST_LOOKED if wanted.zone else wanted.orders)


def _of_size(size: Size) -> Q:
    """Return the condition of orders of a size."""
    if size == Size.ONE:
        return Q(piece_count=1)
    return Q(piece_count__range=(2, SMALL)) if size == Size.SMALL else Q(piece_count__gt=SMALL)


def _free(waiting: "QuerySet[FulfillmentOrder]", most: int) -> list[FulfillmentOrder]:
    """Return the first so many that nothing holds, as far as one sees without a lock."""
    found: list[FulfillmentOrder] = []
    rows = waiting.select_related("order", "location").prefetch_related("order__holds").order_by("ship_by", "pk")
    for start in range(0, MOST_LOOKED, PAGE):
        page = list(rows[start : start + PAGE])
        found += [row for row in page if not unmet(row, CAN_START)]
        if len(found) >= most or len(page) < PAGE:
            break
    return found[:most]


def refuse_others(wave_id: int, within: "QuerySet[FulfillmentOrder]") -> None:
    """Raise :class:`Refused` when a wave has orders that are not among those that the person may see."""
    if WaveOrder.objects.filter(wave=wave_id).exclude(fulfillment_order__in=within.order_by().values("pk")).exists():
        raise Refused("Orders of channels that are not yours are in this wave.", code="not_yours")
