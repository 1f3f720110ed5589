"""The list of all orders, the page of one, and the page where staff take one by phone."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import RangeDateFilter

from oms.foundation.console import ConsoleAdmin
from oms.foundation.money import minor_text
from orders.admin import drafts
from orders.admin.filters import ClosedGateFilter, HoldFilter, TagFilter
from orders.models import Hold, Order, OrderLine
from orders.pages import gate_rows, order_page, waits_for
from orders.queries import with_answers
from orders.states import HoldState

SHORTEST_NAME = 3


def _reason(order: Order) -> str:
    """Return the first reason why an order waits, from rows at hand."""
    holds = [hold for hold in order.holds.all() if hold.state == HoldState.OPEN]
    return waits_for(order, gate_rows(order), holds)


@admin.register(Order)
class OrderAdmin(ConsoleAdmin):
    """Orders of every channel in one list: what each is, and what it waits for."""

    page = "orders.order"
    change_form_template = "admin/orders/order/change_form.html"
    list_display = [
        "number",
        "channel",
        "external_id",
        "customer_name",
        "placed_at",
        "state",
        "payment_status",
        "fulfillment_status",
        "total_shown",
        "waiting",
    ]
    list_display_links = ["number"]
    list_filter = [
        "channel",
        "state",
        "payment_status",
        "fulfillment_status",
        ClosedGateFilter,
        HoldFilter,
        ("placed_at", RangeDateFilter),
        TagFilter,
    ]
    list_select_related = ["channel"]
    search_fields = ["number"]
    search_help_text = "Number, channel's number, e-mail, phone, SKU or name"
    ordering = ["-placed_at", "-id"]
    fields = ["number", "channel", "external_id", "customer", "placed_at", "instructions", "purchase_order"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("channel", "channel.code"),
        ("external_id", "external_id"),
        ("customer", "customer_name"),
        ("email", "email"),
        ("placed_at", "placed_at"),
        ("state", "state"),
        ("payment_status", "payment_status"),
        ("fulfillment_status", "fulfillment_status"),
        ("currency", "currency"),
        ("total", lambda order: minor_text(order.total, order.currency)),
        ("waits_for", _reason),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the orders in scope with what the list says about each, in a constant number of statements."""
        holds = Prefetch("holds", Hold.objects.filter(state=HoldState.OPEN).order_by("pk"))
        return super().get_queryset(request).select_related("channel").prefetch_related("gates", holds)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return one order with all that its page and its buttons look at."""
        if not object_id.isascii() or not object_id.isdigit():
            return None
        rows = with_answers(super().get_queryset(request).order_by().select_related("customer", "sales_rep"))
        return rows.filter(pk=int(object_id[:18])).first()

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Find orders by their numbers, the customer's contact, a SKU or a part of the name."""
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        found = Q(number=term.upper()) | Q(external_id__in=[term, f"#{term}"]) | Q(email__in=[term, term.lower()])
        found |= Q(phone=term) | Q(pk__in=OrderLine.objects.filter(sku=term).values("order"))
        if len(term) >= SHORTEST_NAME:
            found |= Q(customer_name__icontains=term)
        return queryset.filter(found), False

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        """Add everything that the page of an order shows."""
        page = order_page(row, request.user)
        return {**super().page_context(request, row), "page": page, "timeline": page.timeline}

    def get_urls(self) -> list[URLPattern]:
        """Let the address for adding lead to the draft page."""
        guard = self.admin_site.admin_view
        return [path("add/", guard(self.draft_view), name="orders_order_add"), *super().get_urls()]

    def draft_view(self, request: HttpRequest) -> HttpResponse:
        """Show or take a draft."""
        return drafts.draft_page(self, request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let people who take orders by phone add a draft."""
        return bool(request.user.has_perm("orders.draft_order"))

    @admin.display(description="total", ordering="total")
    def total_shown(self, order: Order) -> str:
        """Return the total as people write it."""
        return order.total_money.format()

    @admin.display(description="waits for")
    def waiting(self, order: Order) -> str:
        """Return the first reason why the order is not released."""
        return _reason(order)
