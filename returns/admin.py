"""The pages of returns: what waits for a decision, for its parcel, for inspection."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from oms.foundation.console import ConsoleAdmin
from returns.models import Return
from returns.states import Acceptance, ReturnState


@admin.register(Return)
class ReturnAdmin(ConsoleAdmin):
    """Returns with their lines; receiving and inspecting are forms with a row per line."""

    page = "returns.return"
    change_form_template = "returns/return.html"
    list_display = ["number", "order", "state", "reason", "location", "created_at", "received_at"]
    list_filter = ["state", "reason", "location"]
    list_select_related = ["order", "location"]
    search_fields = ["=number", "=order__number", "=order__external_id", "=order__email"]
    ordering = ["-id"]
    fields = ["number", "order", "state", "reason", "note", "location", "refund", "refund_shipping"]
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

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Draw the list under tabs of its queues."""
        return super().changelist_view(request, {"title": "Returns", **(extra_context or {})})

    def page_context(self, request: HttpRequest, row: Return) -> dict[str, Any]:
        """Add the lines, what was unexpected, and what waits for inspection."""
        lines = list(row.lines.select_related("order_line").order_by("order_line__position"))
        return {
            **super().page_context(request, row),
            "lines": lines,
            "unexpected": list(row.receipts.filter(return_line=None).select_related("location")),
            "waits": row.state == ReturnState.RECEIVED
            and any(line.quantity_received and line.acceptance == Acceptance.PENDING for line in lines),
        }
