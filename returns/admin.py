"""The pages of returns: what waits for a decision, for its parcel, for inspection."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.money import Money
from oms.foundation.templatetags.console import pill
from returns.models import Return
from returns.states import Acceptance, ReturnState


@admin.register(Return)
class ReturnAdmin(ConsoleAdmin):
    """Returns with their lines; receiving and inspecting are forms with a row per line."""

    page = "returns.return"
    change_form_template = "returns/return.html"
    list_display = ["numbers", "customer", "status", "reason", "location", "asked", "received_at"]
    list_filter = ["state", "reason", "location"]
    list_select_related = ["order", "location", "refund"]
    search_fields = ["=number", "=order__number", "=order__external_id", "=order__email"]
    search_help_text = "Return, order or e-mail"
    search_words = "Type or scan the whole number of the return or its order, or the customer's e-mail."
    empty_words = "A return begins on the page of an order that was shipped: “Request return”."
    ordering = ["-id"]
    fields = [
        "order", "customer", "state", "reason", "location", "created_at", "received_at", "completed_at",
        "refund_shown", "note",
    ]  # fmt: skip
    readonly_fields = ["customer", "refund_shown"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("order", "order.number"),
        ("state", "state"),
        ("reason", "reason"),
        ("location", "location.code"),
        ("created_at", "created_at"),
        ("received_at", "received_at"),
        ("completed_at", "completed_at"),
    ]

    def page_context(self, request: HttpRequest, row: Return) -> dict[str, Any]:
        """Add the lines, what was unexpected, and what waits for inspection."""
        lines = list(row.lines.select_related("order_line").prefetch_related("lots").order_by("order_line__position"))
        return {
            **super().page_context(request, row),
            "lines": lines,
            "unexpected": list(row.receipts.filter(return_line=None).select_related("location")),
            "waits": row.state == ReturnState.RECEIVED
            and any(line.quantity_received and line.acceptance == Acceptance.PENDING for line in lines),
        }

    @admin.display(description="return", ordering="number")
    def numbers(self, row: Return) -> str:
        """Return its number over the order's."""
        return two_lines(row.number, f"order {row.order.number}")

    @admin.display(description="customer", ordering="order__customer_name")
    def customer(self, row: Return) -> str:
        """Return who sends it back."""
        return row.order.customer_name

    @admin.display(description="state", ordering="state")
    def status(self, row: Return) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="asked for", ordering="created_at")
    def asked(self, row: Return) -> str:
        """Return when it was asked for, and how long ago while it is open."""
        return moment(row.created_at, age=row.completed_at is None)

    @admin.display(description="refund")
    def refund_shown(self, row: Return) -> str:
        """Return what is paid back, as a link to it."""
        if row.refund is None:
            return "with the shipping, once it is completed" if row.refund_shipping else ""
        address = reverse("admin:orders_refund_change", args=[row.refund.pk])
        amount = Money(row.refund.amount, row.refund.currency)
        return format_html('<a href="{}">{}</a> {}', address, amount, row.refund.get_state_display())
