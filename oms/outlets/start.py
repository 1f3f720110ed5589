"""The start page: the day's queues, what is short, how the day goes, and whether the books agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.http import HttpRequest
from django.utils import timezone

from fulfillment.models import Shipment
from fulfillment.services.sourcing.outlook import coming_stock
from fulfillment.states import ShipmentState
from inventory.models import IncomingStock
from oms.foundation.invariants import Finding
from oms.foundation.look.counts import MOST_COUNTED
from oms.foundation.rows import page_of
from oms.foundation.scope import scoped
from oms.foundation.verification import Look, last_look
from oms.outlets.queues import count_queues
from orders.models import Order, OrderLine
from orders.states import OrderState

SHORT_PRODUCTS = 8


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the start page shows to the admin's index."""
    now = timezone.now()
    look = last_look(now)
    context.update(
        queues=count_queues(request.user, now),
        shortages=short_products(request.user, now) if request.user.has_perm("orders.view_order") else [],
        today=todays_numbers(request.user, now),
        look=look,
        breaches=breaches(request.user, look),
        title="Today",
    )
    return context


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, with the pages of its first rows as (name, address)."""

    finding: Finding
    pages: Sequence[tuple[str, str]]


def breaches(principal: Any, look: Look | None) -> list[Breach]:
    """Return what the last look at the books found, for those who may see it: broken, not looked at, late."""
    if look is None or not principal.has_perm("foundation.view_verification"):
        return []
    return [Breach(one, _pages(one)) for one in [*look.broken, *look.unknown, *look.late]]


def _pages(one: Finding) -> list[tuple[str, str]]:
    """Return the pages of a finding's first rows; a row without a page is named all the same."""
    return [(str(pk), page_of(one.invariant.entity, pk)) for pk in one.ids]


def short_products(principal: Any, now: datetime) -> list[Any]:
    """Return the products whose shortage holds back most orders: SKU, pieces missing, orders affected, next arrival.

    Of more than ten thousand orders that wait, those that have waited longest are looked at.
    """
    waiting = scoped(principal, Order).filter(
        short_since__isnull=False, state__in=[OrderState.PLACED, OrderState.RELEASED]
    )
    longest = waiting.order_by("short_since", "pk").values("pk")[:MOST_COUNTED]
    lines = OrderLine.objects.filter(order__in=longest, quantity_open__gt=F("quantity_allocated"))
    counted = lines.values("sku", "product_id").annotate(
        missing=Sum(F("quantity_open") - F("quantity_allocated")), orders=Count("order", distinct=True)
    )
    short = list(counted.order_by("-orders", "-missing", "sku")[:SHORT_PRODUCTS])
    announced = scoped(principal, IncomingStock) if principal.has_perm("inventory.view_incomingstock") else None
    coming = {} if announced is None else coming_stock([row["product_id"] for row in short], announced, now)
    return [{**row, "next": next(iter(coming.get(row["product_id"], ())), None)} for row in short]


def todays_numbers(principal: Any, now: Any) -> dict[str, int]:
    """Return how many orders came in and how many shipments left in the last 24 hours."""
    since = now - timedelta(days=1)
    return {
        "captured": scoped(principal, Order).filter(received_at__gte=since).count(),
        "released": scoped(principal, Order).filter(released_at__gte=since).count(),
        "shipped": scoped(principal, Shipment).filter(state=ShipmentState.SHIPPED, shipped_at__gte=since).count(),
    }
