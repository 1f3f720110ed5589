"""Payments and refunds: what was promised, collected and given back."""

from typing import Any, ClassVar

from django.contrib import admin

from oms.foundation.console import ConsoleAdmin, ReadOnlyInline
from oms.foundation.money import Money, minor_text
from orders.models import Payment, PaymentEvent, Refund


class EventInline(ReadOnlyInline):
    """What the gateway was asked, and what it said."""

    model = PaymentEvent
    show_change_link = False
    verbose_name_plural = "asked of the gateway"
    fields = ["created_at", "kind", "amount_shown", "outcome", "transaction_id", "code", "message", "next_try_at"]
    readonly_fields = fields
    ordering = ["pk"]

    @admin.display(description="amount")
    def amount_shown(self, event: PaymentEvent) -> str:
        """Return the amount as people write it."""
        return Money(event.amount, event.currency).format()


@admin.register(Payment)
class PaymentAdmin(ConsoleAdmin):
    """Payments of all orders; tokens are never shown."""

    page = "orders.payment"
    list_display = [
        "order",
        "method",
        "gateway",
        "state",
        "amount_shown",
        "captured_shown",
        "refunded_shown",
        "reference",
    ]
    list_filter = ["state", "gateway", "method"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=order__external_id", "=reference", "=events__transaction_id"]
    ordering = ["-id"]
    fields = ["order", "method", "gateway", "state", "amount_shown", "reference", "failure", "expires_at"]
    readonly_fields = ["amount_shown"]
    inlines: ClassVar[list[Any]] = [EventInline]
    export_columns: ClassVar[list[Any]] = [
        ("order", "order.number"),
        ("method", "method"),
        ("gateway", "gateway"),
        ("state", "state"),
        ("currency", "currency"),
        ("amount", lambda one: minor_text(one.amount, one.currency)),
        ("authorized", lambda one: minor_text(one.authorized, one.currency)),
        ("captured", lambda one: minor_text(one.captured, one.currency)),
        ("refunded", lambda one: minor_text(one.refunded, one.currency)),
        ("reference", "reference"),
        ("expires_at", "expires_at"),
    ]

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, payment: Payment) -> str:
        """Return the amount as people write it."""
        return Money(payment.amount, payment.currency).format()

    @admin.display(description="collected", ordering="captured")
    def captured_shown(self, payment: Payment) -> str:
        """Return what was collected."""
        return Money(payment.captured, payment.currency).format()

    @admin.display(description="given back", ordering="refunded")
    def refunded_shown(self, payment: Payment) -> str:
        """Return what was given back."""
        return Money(payment.refunded, payment.currency).format()


@admin.register(Refund)
class RefundAdmin(ConsoleAdmin):
    """Refunds of all orders; those above the limit wait for a second person."""

    page = "orders.refund"
    list_display = ["order", "amount_shown", "state", "reason", "created_at", "settled_at"]
    list_filter = ["state"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=order__external_id", "=key"]
    ordering = ["-id"]
    fields = ["order", "payment", "amount_shown", "state", "reason", "failure", "settled_at"]
    readonly_fields = ["amount_shown"]
    export_columns: ClassVar[list[Any]] = [
        ("order", "order.number"),
        ("currency", "currency"),
        ("amount", lambda one: minor_text(one.amount, one.currency)),
        ("state", "state"),
        ("reason", "reason"),
        ("created_at", "created_at"),
        ("settled_at", "settled_at"),
    ]

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, refund: Refund) -> str:
        """Return the amount as people write it."""
        return Money(refund.amount, refund.currency).format()
