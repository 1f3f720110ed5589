"""Claims at carriers: what is to be handed in until when, and what became of the others."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from fulfillment.admin.shipments import parcel_and_order
from fulfillment.models import CarrierClaim
from fulfillment.services.at_risk import shop_day
from fulfillment.states_parcels import ClaimState
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import clipped, two_lines
from oms.foundation.money import Money, minor_text
from oms.foundation.templatetags.console import pill, words


@admin.register(CarrierClaim)
class CarrierClaimAdmin(ConsoleAdmin):
    """Claims, those to be handed in first by their day."""

    page = "fulfillment.carrierclaim"
    list_display = ["numbers", "parcel", "carrier", "why", "asked", "status", "due", "said"]
    list_filter = ["state", "reason", "package__carrier"]
    list_select_related = ["package__shipment__order"]
    search_fields = ["=number", "=reference", "=package__tracking_number", "=package__shipment__order__number"]
    search_help_text = "Claim, the carrier's number, tracking or order number"
    search_words = "Type or scan the whole number of the claim, of the parcel or of the order."
    empty_words = "A claim begins on the page of a parcel that is lost or came broken: “Claim from the carrier”."
    ordering = ["-id"]
    fields = [
        "whose", "carrier", "reason", "asked", "paid_shown", "due", "reference", "note", "answer", "submitted_at",
        "ended_at",
    ]  # fmt: skip
    readonly_fields = ["whose", "carrier", "asked", "paid_shown", "due"]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("tracking_number", "package.tracking_number"),
        ("carrier", "package.carrier"),
        ("order", "package.shipment.order.number"),
        ("state", "state"),
        ("reason", "reason"),
        ("amount", lambda row: minor_text(row.amount, row.currency)),
        ("paid", lambda row: minor_text(row.paid, row.currency) if row.paid is not None else ""),
        ("currency", "currency"),
        ("due_on", "due_on"),
        ("reference", "reference"),
        ("submitted_at", "submitted_at"),
        ("ended_at", "ended_at"),
    ]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Return the most urgent first while the list shows what is to be handed in."""
        return ["due_on", "id"] if request.GET.get("state__exact") == ClaimState.DRAFT else ["-id"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CarrierClaim]":
        """Return the claims with their parcels' orders."""
        return super().get_queryset(request).select_related("package__shipment__order")

    @admin.display(description="claim", ordering="number")
    def numbers(self, row: CarrierClaim) -> str:
        """Return its number over the carrier's."""
        return two_lines(row.number, row.reference)

    @admin.display(description="parcel", ordering="package__tracking_number")
    def parcel(self, row: CarrierClaim) -> str:
        """Return the parcel's number over the order's."""
        return two_lines(row.package.tracking_number or "no number", f"order {row.package.shipment.order.number}")

    @admin.display(description="parcel and order")
    def whose(self, row: CarrierClaim) -> str:
        """Return the ways to the parcel and its order."""
        return parcel_and_order(row.package)

    @admin.display(description="carrier", ordering="package__carrier")
    def carrier(self, row: CarrierClaim) -> str:
        """Return who is to pay."""
        return words(row.package.carrier)

    @admin.display(description="reason", ordering="reason")
    def why(self, row: CarrierClaim) -> str:
        """Return why."""
        return row.get_reason_display()

    @admin.display(description="claimed", ordering="amount")
    def asked(self, row: CarrierClaim) -> str:
        """Return how much is claimed."""
        return format_html('<span class="oms-nowrap">{}</span>', str(row.money))

    @admin.display(description="paid")
    def paid_shown(self, row: CarrierClaim) -> str:
        """Return how much the carrier has paid."""
        return str(Money(row.paid, row.currency)) if row.paid is not None else ""

    @admin.display(description="state", ordering="state")
    def status(self, row: CarrierClaim) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="to be handed in by", ordering="due_on")
    def due(self, row: CarrierClaim) -> str:
        """Return the last day, in red when it is over."""
        day = date_format(row.due_on, "j M Y")
        if row.is_overdue(shop_day(timezone.now())):
            return format_html('<span class="oms-late">{}</span>', day)
        return day if row.state == ClaimState.DRAFT else ""

    @admin.display(description="said")
    def said(self, row: CarrierClaim) -> str:
        """Return what the carrier says, or our own note."""
        return clipped(row.answer or row.note)
