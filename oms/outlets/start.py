"""The start page: the day's queues, what is short, how the day goes, and whether the books agree."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.http import HttpRequest
from django.utils import timezone

from fulfillment.models import Shipment
from fulfillment.states import ShipmentState
from oms.foundation.models import PeriodicJob
from oms.foundation.scope import scoped
from oms.outlets.queues import count_queues
from orders.models import Order, OrderLine
from orders.states import OrderState

SHORT_PRODUCTS = 8


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the start page shows to the admin's index."""
    now = timezone.now()
    context.update(
        queues=count_queues(request.user, now),
        shortages=short_products(request.user) if request.user.has_perm("orders.view_order") else [],
        today=todays_numbers(request.user, now),
        verification=PeriodicJob.objects.filter(name="verify").first(),
        title="Today",
    )
    return context


def short_products(principal: Any) -> list[Any]:
    """Return the products whose shortage holds back most orders: SKU, pieces missing, orders affected (S27)."""
    waiting = scoped(principal, Order).filter(
        short_since__isnull=False, state__in=[OrderState.PLACED, OrderState.RELEASED]
    )
    lines = OrderLine.objects.filter(order__in=waiting, quantity_open__gt=F("quantity_allocated"))
    counted = lines.values("sku", "product_id").annotate(
        missing=Sum(F("quantity_open") - F("quantity_allocated")), orders=Count("order", distinct=True)
    )
    return list(counted.order_by("-orders", "-missing", "sku")[:SHORT_PRODUCTS])


def todays_numbers(principal: Any, now: Any) -> dict[str, int]:
    """Return how many orders came in and how many shipments left in the last 24 hours."""
    since = now - timedelta(days=1)
    return {
        "captured": scoped(principal, Order).filter(received_at__gte=since).count(),
        "released": scoped(principal, Order).filter(released_at__gte=since).count(),
        "shipped": scoped(principal, Shipment).filter(state=ShipmentState.SHIPPED, shipped_at__gte=since).count(),
    }
