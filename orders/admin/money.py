"""Payments and refunds: what was promised, collected and given back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet

from oms.foundation.console import ConsoleAdmin, ReadOnlyInline
from oms.foundation.console.filters import PersonFilter
from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.money import Money, minor_text
from oms.foundation.templatetags.console import pill, words
from orders.models import Payment, PaymentEvent, Refund
from orders.queries import payments_for_a_person
from orders.states import RefundState


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


class UnsettledFilter(PersonFilter):
    """Payments of which nobody knows what their gateway did."""

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return payments_for_a_person(rows)


@admin.register(Payment)
class PaymentAdmin(ConsoleAdmin):
    """Payments of all orders; tokens are never shown."""

    page = "orders.payment"
    list_display = ["order_shown", "way", "status", "reference", "amount_shown", "captured_shown", "refunded_shown"]
    list_filter = ["state", UnsettledFilter, "gateway", "method"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=order__external_id", "=reference", "=events__transaction_id"]
    search_help_text = "Order, reference or the gateway's number"
    empty_words = "Payments come with the orders of the channels, or are recorded on the page of an order."
    ordering = ["-id"]
    fields = [
        "order", "way", "state", "amount_shown", "captured_shown", "refunded_shown", "reference", "expires_at",
        "failure",
    ]  # fmt: skip
    readonly_fields = ["way", "amount_shown", "captured_shown", "refunded_shown"]
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

    @admin.display(description="order", ordering="order__number")
    def order_shown(self, payment: Payment) -> str:
        """Return the order over its customer."""
        return two_lines(payment.order.number, payment.order.customer_name)

    @admin.display(description="way", ordering="method")
    def way(self, payment: Payment) -> str:
        """Return the method over the gateway."""
        return two_lines(words(payment.method), words(payment.gateway))

    @admin.display(description="state", ordering="state")
    def status(self, payment: Payment) -> str:
        """Return the state as a coloured word."""
        return pill(payment.get_state_display(), payment.state)

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
    list_display = ["order_shown", "status", "reason_shown", "asked", "settled_at", "amount_shown"]
    list_filter = ["state"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=order__external_id", "=key"]
    search_help_text = "Order number"
    empty_words = "Money goes back by “Refund” on the page of an order, or when a return is completed."
    ordering = ["-id"]
    fields = ["order", "payment", "amount_shown", "state", "reason", "created_at", "settled_at", "failure"]
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

    @admin.display(description="order", ordering="order__number")
    def order_shown(self, refund: Refund) -> str:
        """Return the order over its customer."""
        return two_lines(refund.order.number, refund.order.customer_name)

    @admin.display(description="state", ordering="state")
    def status(self, refund: Refund) -> str:
        """Return the state as a coloured word."""
        return pill(refund.get_state_display(), refund.state)

    @admin.display(description="reason")
    def reason_shown(self, refund: Refund) -> str:
        """Return why the money goes back."""
        return clipped(refund.reason)

    @admin.display(description="asked for", ordering="created_at")
    def asked(self, refund: Refund) -> str:
        """Return when it was asked for, and how long ago while it waits for somebody."""
        return moment(refund.created_at, age=refund.state == RefundState.REQUESTED)

    @admin.display(description="amount", ordering="amount")
    def amount_shown(self, refund: Refund) -> str:
        """Return the amount as people write it."""
        return Money(refund.amount, refund.currency).format()
