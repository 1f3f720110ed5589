"""The console's pages of matching: the floor's queue, shipments, parcels and decisions, with their papers."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.timesince import timesince

from fulfillment import printing
from fulfillment.filters import LateFilter
from fulfillment.models import FulfillmentOrder, Package, Shipment, SourcingDecision
from fulfillment.queries import queue, waiting_at
from oms.foundation.console import ConsoleAdmin
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.scope import scoped, scoped_row
from oms.foundation.templatetags.console import pill

PDF, ZPL = "application/pdf", "application/zpl"


def document(content: bytes, name: str, kind: str = PDF) -> HttpResponse:
    """Return a paper to show in the browser."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def paper(permission: str, draw: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that draws a paper for people with the permission; a refusal is answered in words."""

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Check method and permission, then draw."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        if not request.user.has_perm(permission):
            raise PermissionDenied
        try:
            return draw(request, **kwargs)
        except Refused as refusal:
            return HttpResponse(refusal.sentence, status=refusal.status, content_type="text/plain; charset=utf-8")

    return view


@admin.register(FulfillmentOrder)
class FulfillmentOrderAdmin(ConsoleAdmin):
    """The floor's queue: what each location has to ship, until when."""

    page = "fulfillment.fulfillmentorder"
    list_display = ["number", "order_number", "place", "status", "ship_by", "age", "lines", "pieces", "service"]
    list_filter = ["state", LateFilter, "location", "order__service_level"]
    search_fields = ["=number", "=order__number"]
    ordering = ["ship_by", "id"]
    fields = ["number", "order", "location", "state", "ship_by", "opened_at", "picked_at", "packed_at", "fulfilled_at"]
    export_columns = [
        ("number", "number"),
        ("order", "order.number"),
        ("location", "location.code"),
        ("state", "state"),
        ("ship_by", "ship_by"),
        ("lines", "line_count"),
        ("pieces", "piece_count"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FulfillmentOrder]":
        """Return the queue with the numbers of lines and pieces."""
        return queue(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the pick list of one or many."""
        view = self.admin_site.admin_view(paper("fulfillment.view_fulfillmentorder", self.pick_list))
        return [path("pick-list.pdf", view, name="fulfillment_pick_list"), *super().get_urls()]

    def pick_list(self, request: HttpRequest) -> HttpResponse:
        """Draw the pick lists named by ``?number=`` (many), or of all that is open at ``?location=``, in scope only."""
        numbers = request.GET.getlist("number")[: printing.MOST_LISTS + 1]
        rows = scoped(request.user, FulfillmentOrder)
        rows = rows.filter(number__in=numbers) if numbers else waiting_at(rows, request.GET.get("location", ""))
        wanted = rows.select_related("order__channel", "location").order_by("location__code", "ship_by", "pk")
        found = list(wanted[: printing.MOST_LISTS])
        if not found or len(found) < len(set(numbers)):
            raise NotFound("There is no fulfillment order with such a number, or nothing to pick there.")
        return document(printing.pick_list(found), "pick-list.pdf")

    @admin.display(description="order", ordering="order__number")
    def order_number(self, row: FulfillmentOrder) -> str:
        """Return the order's number."""
        return row.order.number

    @admin.display(description="location", ordering="location__code")
    def place(self, row: FulfillmentOrder) -> str:
        """Return the location's code."""
        return row.location.code

    @admin.display(description="state", ordering="state")
    def status(self, row: FulfillmentOrder) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="age", ordering="created_at")
    def age(self, row: FulfillmentOrder) -> str:
        """Return how long it has been there."""
        return timesince(row.opened_at or row.created_at, timezone.now(), depth=1)

    @admin.display(description="lines", ordering="line_count")
    def lines(self, row: Any) -> int:
        """Return how many lines it has."""
        return int(row.line_count)

    @admin.display(description="pieces", ordering="piece_count")
    def pieces(self, row: Any) -> int:
        """Return how many pieces it has."""
        return int(row.piece_count or 0)

    @admin.display(description="service")
    def service(self, row: FulfillmentOrder) -> str:
        """Return the shipping method the customer chose."""
        return row.order.get_service_level_display()


@admin.register(Shipment)
class ShipmentAdmin(ConsoleAdmin):
    """Shipments: what is packed, labelled and on its way."""

    page = "fulfillment.shipment"
    list_display = ["number", "order", "location", "status", "carrier", "service", "packed_at", "shipped_at"]
    list_filter = ["state", "location", "carrier"]
    list_select_related = ["order", "location"]
    search_fields = ["=number", "=order__number", "=packages__tracking_number"]
    ordering = ["-id"]
    fields = ["number", "order", "location", "state", "carrier", "service", "rate_reason", "packed_at", "shipped_at"]
    export_columns = [
        ("number", "number"),
        ("order", "order.number"),
        ("location", "location.code"),
        ("state", "state"),
        ("carrier", "carrier"),
        ("service", "service"),
        ("shipped_at", "shipped_at"),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Add packing slip and labels."""
        guard, see = self.admin_site.admin_view, "fulfillment.view_shipment"
        label = "fulfillment.label_shipment"
        own = [
            path(
                "<str:number>/packing-slip.pdf", guard(paper(see, self.packing_slip)), name="fulfillment_packing_slip"
            ),
            path("<str:number>/label-<int:position>.pdf", guard(paper(label, self.label)), name="fulfillment_label"),
            path("<str:number>/labels.zpl", guard(paper(label, self.zpl)), name="fulfillment_zpl"),
        ]
        return own + super().get_urls()

    def _shipment(self, request: HttpRequest, number: str) -> Shipment:
        """Return the shipment if it is in the person's scope."""
        return scoped_row(request.user, Shipment, number=number)

    def packing_slip(self, request: HttpRequest, number: str) -> HttpResponse:
        """Draw the packing slip."""
        return document(printing.packing_slip(self._shipment(request, number)), f"packing-slip-{number}.pdf")

    def label(self, request: HttpRequest, number: str, position: int) -> HttpResponse:
        """Send the label of one parcel as the carrier drew it."""
        content = printing.label_document(self._shipment(request, number), position)
        return document(content, f"label-{number}-{position}.pdf")

    def zpl(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send the labels for a label printer."""
        return document(printing.zpl_document(self._shipment(request, number)), f"labels-{number}.zpl", ZPL)

    @admin.display(description="state", ordering="state")
    def status(self, row: Shipment) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)


@admin.register(Package)
class PackageAdmin(ConsoleAdmin):
    """Parcels and how far the carriers have brought them."""

    page = "fulfillment.package"
    list_display = ["__str__", "shipment", "carrier", "status", "expected_on", "last_event_at", "delivered_at"]
    list_filter = ["tracking_status", "carrier"]
    list_select_related = ["shipment"]
    search_fields = ["=tracking_number", "=shipment__number", "=shipment__order__number"]
    ordering = ["-id"]
    fields = ["shipment", "position", "carrier", "tracking_number", "tracking_status", "weight_g", "material"]
    export_columns = [
        ("tracking_number", "tracking_number"),
        ("carrier", "carrier"),
        ("shipment", "shipment.number"),
        ("status", "tracking_status"),
        ("expected_on", "expected_on"),
        ("delivered_at", "delivered_at"),
    ]

    @admin.display(description="status", ordering="tracking_status")
    def status(self, row: Package) -> str:
        """Return the carrier's word as a coloured one."""
        return pill(row.get_tracking_status_display(), row.tracking_status)


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ConsoleAdmin):
    """Decisions on record: what sourcing chose and why."""

    list_display = ["order", "decided_at", "trigger", "sentence", "parcels", "units_short"]
    list_filter = ["trigger"]
    list_select_related = ["order"]
    search_fields = ["=order__number"]
    ordering = ["-id"]
    fields = ["order", "decided_at", "trigger", "sentence", "parcels", "units_short", "outcome_hash"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SourcingDecision]":
        """Return the decisions without their snapshots."""
        return super().get_queryset(request).defer("snapshot")
