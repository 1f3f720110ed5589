"""What a person looks at who moves pieces: every location with what it has, its day, and what is in the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.sourcing.choices import choices_of
from fulfillment.services.trades import partners_of
from fulfillment.states import OPEN_ALLOCATIONS
from inventory.models import Location
from oms.foundation.look.cells import moment
from oms.foundation.panels import add_beside
from oms.foundation.scope import scoped
from orders.models import Order

TEMPLATE = "fulfillment/panels/choices.html"


def beside_moving_work(row: FulfillmentOrder, principal: Any) -> dict[str, Any]:
    """Return the locations for all open pieces of some work."""
    return _beside(row.order, list(row.allocations.filter(state__in=OPEN_ALLOCATIONS)), principal)


def beside_moving_line(order: Order, principal: Any) -> dict[str, Any]:
    """Return the locations for all promised pieces of an order."""
    pieces = Allocation.objects.filter(order_line__order=order, state__in=OPEN_ALLOCATIONS)
    return _beside(order, list(pieces), principal)


def beside_trading(row: FulfillmentOrder, principal: Any) -> dict[str, Any]:
    """Return the orders that the person may see and the work could trade with, and what would come of it."""
    partners = partners_of(row, orders=scoped(principal, Order), work=scoped(principal, FulfillmentOrder))
    template = "fulfillment/panels/partners.html"
    return {"template": template, "title": "Whom it could trade with", "panel": {"partners": partners, "row": row}}


def _beside(order: Order, pieces: Sequence[Allocation], principal: Any) -> dict[str, Any]:
    """Return the table of locations that the person may see."""
    seen = set(scoped(principal, Location).values_list("pk", flat=True))
    rows = [
        {"one": one, "leaves": moment(one.leaves, zone=one.location.zone), "free": _free(one.free, one.asked)}
        for one in choices_of(order, pieces, now=timezone.now())
        if one.location.pk in seen
    ]
    return {"template": TEMPLATE, "title": "Locations", "panel": {"rows": rows, "order": order}}


def _free(free: Mapping[str, int], asked: Mapping[str, int]) -> list[str]:
    """Return the free pieces of each SKU, and how many are asked for."""
    return [f"{free[sku]} × {sku}, {asked[sku]} wanted" for sku in asked]


add_beside("fulfillment.fulfillmentorder", "reallocate", beside_moving_work)
add_beside("fulfillment.fulfillmentorder", "trade", beside_trading)
add_beside("orders.order", "reallocate", beside_moving_line)
