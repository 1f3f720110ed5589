"""The console's pages of matching: the floor's queue, shipments, parcels and decisions, with their papers."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from fulfillment import printing
from fulfillment.filters import UNSENT, LateFilter, UnsettledFilter
from fulfillment.models import FulfillmentOrder, Package, Shipment, SourcingDecision
from fulfillment.panels import leaves_by, pieces_context
from fulfillment.queries import queue, waiting_at
from oms.foundation.actions import Action
from oms.foundation.console import ConsoleAdmin, errors
from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.scope import scoped, scoped_row
from oms.foundation.templatetags.console import pill, words

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
            return errors.refused(request, refusal)

    return view


@admin.register(FulfillmentOrder)
class FulfillmentOrderAdmin(ConsoleAdmin):
    """The floor's queue: what each location has to ship, until when."""

    page = "fulfillment.fulfillmentorder"
    list_display = ["numbers", "place", "status", "leaves", "service", "lines", "pieces"]
    list_filter = ["state", LateFilter, "location", "order__service_level"]
    search_fields = ["=number", "=order__number"]
    search_help_text = "Its number or the order's"
    search_words = "Type or scan the whole number of the work or of its order."
    empty_words = "Work for the floor appears as soon as an order is sourced, and may be picked once it is released."
    ordering = ["-id"]
    fields = ["order", "place", "leaves", "service", "state", "opened_at", "picked_at", "packed_at", "fulfilled_at"]
    readonly_fields = ["place", "leaves", "service"]
    export_columns = [
        ("number", "number"),
        ("order", "order.number"),
        ("location", "location.code"),
        ("state", "state"),
        ("ship_by", "ship_by"),
        ("lines", "line_count"),
        ("pieces", "piece_count"),
    ]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Return the most urgent first while the list shows what has to leave, else the newest first."""
        waits = "late" in request.GET or request.GET.get("state__exact") in UNSENT
        return ["ship_by", "id"] if waits else ["-id"]

    def beside_act(self, row: FulfillmentOrder, action: Action, principal: Any) -> dict[str, Any] | None:
        """Show the pieces beside the acts that count them."""
        if action.name not in ("confirm_picked", "pack"):
            return None
        title = {"template": "fulfillment/panels/pieces.html", "title": "To pick"}
        return {**title, "panel": pieces_context(row, principal)}

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

    @admin.display(description="work", ordering="number")
    def numbers(self, row: FulfillmentOrder) -> str:
        """Return its number over the order's."""
        return two_lines(row.number, f"order {row.order.number}")

    @admin.display(description="location", ordering="location__code")
    def place(self, row: FulfillmentOrder) -> str:
        """Return the location."""
        return two_lines(row.location.code, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: FulfillmentOrder) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="leaves by", ordering="ship_by")
    def leaves(self, row: FulfillmentOrder) -> str:
        """Return the cut-off it has to make, on the location's clock, in red when it is over."""
        return leaves_by(row, now=timezone.now())

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
    list_display = ["numbers", "location", "status", "carrier_shown", "packed", "shipped_at"]
    list_filter = ["state", UnsettledFilter, "location", "carrier"]
    list_select_related = ["order", "location"]
    search_fields = ["=number", "=order__number", "=packages__tracking_number"]
    search_help_text = "Shipment, order or tracking number"
    search_words = "Type or scan the whole number of the shipment, its order or a parcel."
    empty_words = "A shipment begins when work is packed: open it under “To pick and pack”."
    ordering = ["-id"]
    fields = ["order", "location", "state", "carrier_shown", "packed_at", "shipped_at"]
    readonly_fields = ["carrier_shown"]
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

    @admin.display(description="shipment", ordering="number")
    def numbers(self, row: Shipment) -> str:
        """Return its number over the order's."""
        return two_lines(row.number, f"order {row.order.number}")

    @admin.display(description="carrier", ordering="carrier")
    def carrier_shown(self, row: Shipment) -> str:
        """Return the carrier with its service."""
        return f"{words(row.carrier)} {words(row.service)}".strip()

    @admin.display(description="packed", ordering="packed_at")
    def packed(self, row: Shipment) -> str:
        """Return when it was packed, and how long ago while it waits here."""
        return moment(row.packed_at, age=row.shipped_at is None)

    @admin.display(description="state", ordering="state")
    def status(self, row: Shipment) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)


@admin.register(Package)
class PackageAdmin(ConsoleAdmin):
    """Parcels and how far the carriers have brought them."""

    page = "fulfillment.package"
    state_fields = ["tracking_status"]
    list_display = ["numbers", "carrier", "status", "last_event_at", "expected_on", "delivered_at"]
    list_filter = ["tracking_status", "carrier"]
    list_select_related = ["shipment__order"]
    search_fields = ["=tracking_number", "=shipment__number", "=shipment__order__number"]
    search_help_text = "Tracking, shipment or order number"
    search_words = "Type or scan the whole tracking number, or that of the shipment or order."
    empty_words = "Parcels appear as soon as work is packed; the carrier tells how far they are."
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

    @admin.display(description="parcel", ordering="tracking_number")
    def numbers(self, row: Package) -> str:
        """Return the tracking number over the order's."""
        return two_lines(row.tracking_number or "no label yet", f"order {row.shipment.order.number}")

    @admin.display(description="status", ordering="tracking_status")
    def status(self, row: Package) -> str:
        """Return the carrier's word as a coloured one."""
        return pill(row.get_tracking_status_display(), row.tracking_status)


@admin.register(SourcingDecision)
class SourcingDecisionAdmin(ConsoleAdmin):
    """Decisions on record: what sourcing chose and why."""

    list_display = ["order", "decided_at", "trigger", "sentence_shown", "parcels", "units_short"]
    empty_words = "Sourcing decides within seconds of an order; every decision stays on record."
    list_filter = ["trigger"]
    list_select_related = ["order"]
    search_fields = ["=order__number"]
    ordering = ["-id"]
    fields = ["order", "decided_at", "trigger", "sentence", "parcels", "units_short", "outcome_hash"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SourcingDecision]":
        """Return the decisions without their snapshots."""
        return super().get_queryset(request).defer("snapshot")

    @admin.display(description="decision")
    def sentence_shown(self, row: SourcingDecision) -> str:
        """Return the decision in words."""
        return clipped(row.sentence)
