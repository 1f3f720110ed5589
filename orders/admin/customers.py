"""Customers: who ordered, how often, and what staff note about them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin, ReadOnlyInline
from oms.foundation.look.cells import pill_row
from oms.foundation.look.facts import pills_of
from oms.foundation.scope import scoped
from orders.models import Customer, Order

TREATMENT = ("shortage_policy", "priority")


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
    """Customers with their orders; all but the e-mail address can be edited until the customer is erased."""

    page = "orders.customer"
    editable = True
    addable = False
    list_display = ["name", "email", "phone", "language", "shortage_policy", "priority", "orders"]
    list_filter = ["shortage_policy"]
    search_fields = ["=email", "=phone", "name"]
    search_help_text = "Name, e-mail or phone"
    empty_words = "A customer appears with their first order."
    ordering = ["-id"]
    fields = ["name", "email", "phone", "language", "shortage_policy", "priority", "note"]
    readonly_fields = ["email"]
    inlines: ClassVar[list[Any]] = [OrderInline]
    export_columns: ClassVar[list[Any]] = [
        ("name", "name"),
        ("email", "email"),
        ("phone", "phone"),
        ("language", "language"),
        ("shortage_policy", "shortage_policy"),
        ("priority", "priority"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the customers in scope, each with the number of orders."""
        return super().get_queryset(request).annotate(order_count=Count("orders"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody write words about a customer who was erased."""
        return (obj is None or obj.erased_at is None) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record how the customer's orders are treated from now on."""
        super().save_model(request, obj, form, change)
        changed = [name for name in TREATMENT if name in form.changed_data]
        told = {name: [str(form.initial.get(name, "")), str(getattr(obj, name))] for name in changed}
        if told:
            record(Actor.of(request.user, now=timezone.now()), "orders.change_customer", obj, data=told)

    @admin.display(description="orders", ordering="order_count")
    def orders(self, customer: Any) -> int:
        """Return how many orders the customer has."""
        return int(customer.order_count)
