"""Customers: who ordered, how often, and what staff note about them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from oms.foundation.console import ConsoleAdmin, ReadOnlyInline
from oms.foundation.look.cells import pill_row
from oms.foundation.look.facts import pills_of
from oms.foundation.scope import scoped
from orders.models import Customer, Order


class OrderInline(ReadOnlyInline):
    """The customer's orders."""

    model = Order
    fields = ["number", "channel", "placed_at", "status", "total_shown"]
    readonly_fields = fields
    ordering = ["-placed_at", "-id"]
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the customer's orders in the person's channels."""
        return scoped(request.user, Order).select_related("channel").order_by(*self.ordering)

    @admin.display(description="status")
    def status(self, order: Order) -> str:
        """Return state, payment and fulfillment as coloured words."""
        return pill_row(pills_of(order, ["state", "payment_status", "fulfillment_status"]))

    @admin.display(description="total")
    def total_shown(self, order: Order) -> str:
        """Return the total as people write it."""
        return order.total_money.format()


@admin.register(Customer)
class CustomerAdmin(ConsoleAdmin):
    """Customers with their orders; name, phone, language and note can be edited until the customer is erased."""

    page = "orders.customer"
    editable = True
    addable = False
    list_display = ["name", "email", "phone", "language", "orders"]
    search_fields = ["=email", "=phone", "name"]
    search_help_text = "Name, e-mail or phone"
    empty_words = "A customer appears with their first order."
    ordering = ["-id"]
    fields = ["name", "email", "phone", "language", "note"]
    readonly_fields = ["email"]
    inlines: ClassVar[list[Any]] = [OrderInline]
    export_columns: ClassVar[list[Any]] = [
        ("name", "name"),
        ("email", "email"),
        ("phone", "phone"),
        ("language", "language"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the customers in scope, each with the number of orders."""
        return super().get_queryset(request).annotate(order_count=Count("orders"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody write words about a customer who was erased."""
        return (obj is None or obj.erased_at is None) and super().has_change_permission(request, obj)

    @admin.display(description="orders", ordering="order_count")
    def orders(self, customer: Any) -> int:
        """Return how many orders the customer has."""
        return int(customer.order_count)
