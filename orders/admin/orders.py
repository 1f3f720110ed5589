"""The list of all orders, the page of one, and the page where staff take one by phone."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from oms.foundation.actions import Action
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import DaysFilter
from oms.foundation.look.cells import clipped, moment, pill_row, two_lines
from oms.foundation.look.counts import MOST_COUNTED
from oms.foundation.look.facts import pills_of
from oms.foundation.money import minor_text
from orders.admin import drafts
from orders.admin.filters import ClosedGateFilter, HoldFilter, SalesRepFilter, ShipByFilter, TagFilter
from orders.models import Hold, Order
from orders.pages import acts_that_mend, gate_rows, order_page, waits_for
from orders.queries import named, newest_with_sku, with_answers
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
    list_display = ["numbers", "customer_shown", "placed", "status", "waiting", "total_shown"]
    list_display_links = ["numbers"]
    state_fields = ["state", "payment_status", "fulfillment_status"]
    everyday_acts = ["hold", "edit_address", "add_note"]
    add_words = "New order"
    empty_words = "Orders arrive from the channels, from a file, or by “New order” when a customer calls."
    search_words = "Numbers, e-mail, phone and SKU are looked for as a whole; of a name three letters are enough."
    list_filter = [
        "channel",
        "state",
        "payment_status",
        "fulfillment_status",
        ClosedGateFilter,
        HoldFilter,
        ShipByFilter,
        SalesRepFilter,
        ("placed_at", DaysFilter),
        TagFilter,
    ]
    list_select_related = ["channel"]
    search_fields = ["number"]
    search_help_text = "Number, e-mail, phone, SKU or name"
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
        ("channel_fee", lambda order: minor_text(order.channel_fee, order.currency)),
        ("sales_rep", lambda order: order.sales_rep.get_username() if order.sales_rep else ""),
        ("ship_by", "ship_by"),
        ("deliver_by", "deliver_by"),
        ("waits_for", _reason),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the orders in scope with what the list says about each, in a constant number of statements."""
        holds = Prefetch("holds", Hold.objects.filter(state=HoldState.OPEN).order_by("pk"))
        return super().get_queryset(request).select_related("channel", "sales_rep").prefetch_related("gates", holds)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return one order with all that its page and its buttons look at."""
        if not object_id.isascii() or not object_id.isdigit():
            return None
        rows = with_answers(super().get_queryset(request).order_by().select_related("customer"))
        return rows.filter(pk=int(object_id[:18])).first()

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Find orders by their numbers or the customer's contact, else by a SKU, else by a part of the name.

        One way at a time, each from its own index: with OR between them the database would read every order.
        """
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        for found in (queryset.filter(named(term)), newest_with_sku(queryset, term, MOST_COUNTED)):
            if found.exists():
                return found, False
        named_so = queryset.filter(customer_name__icontains=term)
        return named_so if len(term) >= SHORTEST_NAME else queryset.none(), False

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        """Add everything that the page of an order shows."""
        return {**super().page_context(request, row), "page": order_page(row)}

    def leading_acts(self, row: Order) -> list[str]:
        """Return what mends what the order waits for, else what comes next in its life."""
        return acts_that_mend(row)

    def beside_act(self, row: Order, action: Action, principal: Any) -> dict[str, Any] | None:
        """Show the lines beside the act that asks for the number of one."""
        if action.name == "cancel_line":
            return {"template": "orders/lines.html", "page": order_page(row)}
        return super().beside_act(row, action, principal)

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

    @admin.display(description="order", ordering="number")
    def numbers(self, order: Order) -> str:
        """Return our number over the channel's."""
        return two_lines(order.number, order.external_id)

    @admin.display(description="customer", ordering="customer_name")
    def customer_shown(self, order: Order) -> str:
        """Return the customer over the channel."""
        return two_lines(order.customer_name or "no name", order.channel.name)

    @admin.display(description="placed", ordering="placed_at")
    def placed(self, order: Order) -> str:
        """Return when the order was placed over how long ago that is."""
        return moment(order.placed_at, age=order.is_live)

    @admin.display(description="status")
    def status(self, order: Order) -> str:
        """Return state, payment and fulfillment as coloured words."""
        return pill_row(pills_of(order, self.state_fields))

    @admin.display(description="waits for")
    def waiting(self, order: Order) -> str:
        """Return the first reason why the order is not released."""
        return clipped(_reason(order))

    @admin.display(description="total", ordering="total")
    def total_shown(self, order: Order) -> str:
        """Return the total as people write it."""
        return order.total_money.format()
