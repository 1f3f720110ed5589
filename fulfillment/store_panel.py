"""What lies ready in stores, for the page of the order."""

from typing import Any

from fulfillment.models import Pickup
from oms.foundation.scope import scoped
from orders.models import Order
from orders.states import ServiceLevel


def pickups_of(order: Order, principal: Any) -> list[Pickup]:
    """Return what of an order lies or lay ready in a store, as far as the person may see; nothing of what is sent."""
    if order.service_level != ServiceLevel.PICKUP:
        return []
    mine = scoped(principal, Pickup).filter(shipment__order=order).exclude(state="withdrawn").order_by("pk")
    return list(mine.select_related("shipment__order", "shipment__location", "shipment__fulfillment_order"))
