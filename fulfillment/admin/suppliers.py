"""What suppliers and third parties are asked to send, and what they say."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from fulfillment.filters import SilentFilter
from fulfillment.models import FulfillmentPartner, PartnerMessage, SupplierRequest
from fulfillment.states import OPEN_REQUESTS, RequestState
from fulfillment.states import FulfillmentOrderState as Work
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.templatetags.console import pill


@admin.register(SupplierRequest)
class SupplierRequestAdmin(ConsoleAdmin):
    """Partner requests: which supplier or 3PL sends which order, what it said, and what has left."""

    page = "fulfillment.supplierrequest"
    list_display = ["numbers", "supplier", "status", "asked", "said", "told"]
    list_filter = ["state", SilentFilter, "fulfillment_order__location__kind", "fulfillment_order__location"]
    list_select_related = ["fulfillment_order__order", "fulfillment_order__location__partner"]
    search_fields = ["=number", "=reference", "=fulfillment_order__number", "=fulfillment_order__order__number"]
    search_help_text = "Our number, theirs, or the order's"
    search_words = "Type the whole number: ours, theirs, or the order's."
    empty_words = (
        "Partners are asked as soon as an order that they ship is released: give a location the kind “supplier” or"
        " “3PL”."
    )
    ordering = ["-id"]
    fields = [
        "order_shown", "supplier", "state", "asked_at", "answered_at", "reference", "sends_on", "answer",
        "cancel_asked_at", "after_cancel",
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
        ("cancel_asked_at", "cancel_asked_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SupplierRequest]":
        """Return the requests with the heads of their messages."""
        heads = PartnerMessage.objects.defer("body").order_by("-pk")
        return super().get_queryset(request).prefetch_related(Prefetch("messages", heads))

    @admin.display(description="request", ordering="number")
    def numbers(self, row: SupplierRequest) -> str:
        """Return our number over the order's."""
        return two_lines(row.number, f"order {row.fulfillment_order.order.number}")

    @admin.display(description="order")
    def order_shown(self, row: SupplierRequest) -> str:
        """Return the order's number over that of the work."""
        return two_lines(row.fulfillment_order.order.number, f"work {row.fulfillment_order.number}")

    @admin.display(description="partner", ordering="fulfillment_order__location__code")
    def supplier(self, row: SupplierRequest) -> str:
        """Return the partner, and how it is asked."""
        place = row.fulfillment_order.location
        partner: FulfillmentPartner | None = getattr(place, "partner", None)
        way = partner.get_way_display() if partner and partner.is_active else place.email
        return two_lines(f"{place.code} {place.name}", way or "no e-mail address: ask by telephone")

    @admin.display(description="state", ordering="state")
    def status(self, row: SupplierRequest) -> str:
        """Return the state as a coloured word."""
        accepted_and_gone = row.state == RequestState.ACCEPTED and row.fulfillment_order.state == Work.FULFILLED
        if accepted_and_gone or row.state == RequestState.FULFILLED:
            return pill("sent", "shipped")
        return pill(row.get_state_display(), row.state)

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, row: SupplierRequest) -> str:
        """Return when it was asked last, and how long ago while it is open."""
        asked = row.cancel_asked_at if row.state == RequestState.CANCELLING else row.asked_at
        return moment(asked or row.asked_at, age=row.state in OPEN_REQUESTS)

    @admin.display(description="said", ordering="answered_at")
    def said(self, row: SupplierRequest) -> str:
        """Return their number, or why not."""
        return two_lines(row.reference, row.answer)

    @admin.display(description="last message")
    def told(self, row: SupplierRequest) -> str:
        """Return the newest message to or from the partner, and what became of it."""
        last = next(iter(row.messages.all()), None)
        return two_lines(f"{last.kind} {last.get_direction_display()}", last.get_state_display()) if last else ""
