"""One search box: order number, channel's number, e-mail, phone, SKU, tracking number, return number.

Every look-up goes through an index; nothing scans. Exactly one hit opens at once, so that a scanned code jumps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from fulfillment.models import FulfillmentOrder, Package, Shipment
from inventory.models import Product
from oms.foundation.scope import scoped
from orders.models import Customer, Order
from orders.queries import named, newest_with_sku, phones_as_stored
from returns.models import Return

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, what it is, and where its page is."""

    kind: str
    title: str
    detail: str
    url: str


def find(principal: Any, text: str) -> list[Hit]:
    """Return what the text may mean, orders first, in the principal's scope and permissions."""
    text = " ".join(text.replace("\x00", "").split())[:200]
    if len(text) < 2:
        return []
    return [
        hit for look in (_orders, _parcels, _floor, _returns, _customers, _products) for hit in look(principal, text)
    ]


def _hits(principal: Any, permission: str, rows: Callable[[], Iterable[Any]], make: Callable[[Any], Hit]) -> list[Hit]:
    """Return the hits of one kind, if the principal may see that kind at all."""
    return [make(row) for row in rows()] if principal.has_perm(permission) else []


def _page(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _orders(principal: Any, text: str) -> list[Hit]:
    """Find orders by their numbers, the customer's e-mail or phone, or an SKU on a line."""

    def rows() -> list[Order]:
        """Read the newest matches; an SKU only when nothing else fits."""
        found = scoped(principal, Order).select_related("channel").order_by("-id")
        hits = list(found.filter(named(text))[:SHOWN])
        return hits or list(newest_with_sku(found, text, SHOWN)[:SHOWN])

    def make(order: Order) -> Hit:
        """Describe an order."""
        state = f"{order.get_state_display()}, {order.get_fulfillment_status_display()}"
        return Hit("Order", f"{order.number} {order.external_id}", f"{order.customer_name} · {state}", _page(order))

    return _hits(principal, "orders.view_order", rows, make)


def _parcels(principal: Any, text: str) -> list[Hit]:
    """Find parcels by their tracking number."""
    return _hits(
        principal,
        "fulfillment.view_package",
        lambda: scoped(principal, Package).filter(tracking_number=text.replace(" ", "").upper())[:SHOWN],
        lambda row: Hit("Parcel", row.tracking_number, row.get_tracking_status_display(), _page(row)),
    )


def _floor(principal: Any, text: str) -> list[Hit]:
    """Find fulfillment orders and shipments by their numbers."""
    number = text.upper()
    floor = _hits(
        principal,
        "fulfillment.view_fulfillmentorder",
        lambda: scoped(principal, FulfillmentOrder).filter(number=number)[:SHOWN],
        lambda row: Hit("Fulfillment order", row.number, row.get_state_display(), _page(row)),
    )
    return floor + _hits(
        principal,
        "fulfillment.view_shipment",
        lambda: scoped(principal, Shipment).filter(number=number)[:SHOWN],
        lambda row: Hit("Shipment", row.number, row.get_state_display(), _page(row)),
    )


def _returns(principal: Any, text: str) -> list[Hit]:
    """Find returns by their number."""
    return _hits(
        principal,
        "returns.view_return",
        lambda: scoped(principal, Return).filter(number=text.upper())[:SHOWN],
        lambda row: Hit("Return", row.number, row.get_state_display(), _page(row)),
    )


def _customers(principal: Any, text: str) -> list[Hit]:
    """Find customers by e-mail, phone or the beginning of their name."""

    def rows() -> list[Customer]:
        """Read each way by itself, from its own index, until there are enough; with OR every customer would be read."""
        found: dict[int, Customer] = {}
        for way in _ways_to_customers(text):
            missing = SHOWN - len(found)
            found |= {row.pk: row for row in scoped(principal, Customer).filter(way).order_by()[:missing]}
        return sorted(found.values(), key=lambda row: row.name)

    return _hits(principal, "orders.view_customer", rows, lambda row: Hit("Customer", str(row), row.email, _page(row)))


def _ways_to_customers(text: str) -> list[Q]:
    """Return the conditions that may find a customer."""
    if "@" in text:
        return [Q(email=text.lower())]
    phones = phones_as_stored(text)
    by_phone = [Q(phone__in=phones)] if phones else []
    return by_phone + [Q(name__startswith=start) for start in dict.fromkeys([text, text.title()])]


def _products(principal: Any, text: str) -> list[Hit]:
    """Find products by SKU, its beginning, or barcode."""
    wanted = Q(sku__startswith=text) | Q(sku__startswith=text.upper()) | Q(barcode=text)
    return _hits(
        principal,
        "inventory.view_product",
        lambda: scoped(principal, Product).filter(wanted).order_by("sku")[:SHOWN],
        lambda row: Hit("Product", row.sku, row.title, _page(row)),
    )


def search_page(request: HttpRequest) -> HttpResponse:
    """Show what was found; a single hit is opened at once."""
    from django.contrib import admin

    text = request.GET.get("q", "")
    hits = find(request.user, text)
    if len(hits) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(hits[0].url)
    context = {**admin.site.each_context(request), "title": "Search", "text": text, "hits": hits}
    return TemplateResponse(request, "outlets/search.html", context)
