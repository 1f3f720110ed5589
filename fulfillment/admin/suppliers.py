"""What suppliers are asked to send, and what they say."""

from typing import Any, ClassVar

from django.contrib import admin

from fulfillment.models import SupplierRequest
from fulfillment.states import OPEN_REQUESTS, FulfillmentOrderState, RequestState
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.templatetags.console import pill


@admin.register(SupplierRequest)
class SupplierRequestAdmin(ConsoleAdmin):
    """Supplier requests: which supplier sends which order, what it said, and what has left."""

    page = "fulfillment.supplierrequest"
    list_display = ["numbers", "supplier", "status", "asked", "said"]
    list_filter = ["state", "fulfillment_order__location"]
    list_select_related = ["fulfillment_order__order", "fulfillment_order__location"]
    search_fields = ["=number", "=reference", "=fulfillment_order__number", "=fulfillment_order__order__number"]
    search_help_text = "Our number, theirs, or the order's"
    search_words = "Type the whole number: ours, theirs, or the order's."
    empty_words = (
        "A supplier is asked as soon as an order that it ships is released: give a location the kind “supplier”."
    )
    ordering = ["-id"]
    fields = [
        "order_shown", "supplier", "state", "asked_at", "answered_at", "reference", "sends_on", "answer",
    ]  # fmt: skip
    readonly_fields = ["order_shown", "supplier"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("order", "fulfillment_order.order.number"),
        ("location", "fulfillment_order.location.code"),
        ("state", "state"),
        ("asked_at", "asked_at"),
        ("answered_at", "answered_at"),
        ("reference", "reference"),
        ("sends_on", "sends_on"),
        ("answer", "answer"),
    ]

    @admin.display(description="request", ordering="number")
    def numbers(self, row: SupplierRequest) -> str:
        """Return our number over the order's."""
        return two_lines(row.number, f"order {row.fulfillment_order.order.number}")

    @admin.display(description="order")
    def order_shown(self, row: SupplierRequest) -> str:
        """Return the order's number over that of the work."""
        return two_lines(row.fulfillment_order.order.number, f"work {row.fulfillment_order.number}")

    @admin.display(description="supplier", ordering="fulfillment_order__location__code")
    def supplier(self, row: SupplierRequest) -> str:
        """Return the supplier, and where it is asked."""
        place = row.fulfillment_order.location
        return two_lines(f"{place.code} {place.name}", place.email or "no e-mail address: ask by telephone")

    @admin.display(description="state", ordering="state")
    def status(self, row: SupplierRequest) -> str:
        """Return the state as a coloured word; sent, once it has left."""
        if row.fulfillment_order.state == FulfillmentOrderState.FULFILLED and row.state == RequestState.ACCEPTED:
            return pill("sent", "shipped")
        return pill(row.get_state_display(), row.state)

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, row: SupplierRequest) -> str:
        """Return when it was asked, and how long ago while it is open."""
        return moment(row.asked_at, age=row.state in OPEN_REQUESTS)

    @admin.display(description="said", ordering="answered_at")
    def said(self, row: SupplierRequest) -> str:
        """Return their number, or why not."""
        return two_lines(row.reference, row.answer)
