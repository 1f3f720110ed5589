"""Handing over at the desk: what waits for which carrier, the lists of the day, and their papers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from fulfillment import manifest_papers
from fulfillment.admin.papers import document, paper
from fulfillment.models import DriverVisit, Manifest, ManifestParcel, Shipment
from fulfillment.services.handover import Day, carriers_here, day_of, with_totals
from fulfillment.states import CLOSED_LISTS, LIVE_VISITS, ManifestState
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.inlines import ReadOnlyInline
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.scope import scoped, scoped_row
from oms.foundation.templatetags.console import pill

CSV = "text/csv; charset=utf-8"
LIVE = (ManifestState.OPEN, ManifestState.FAILED, *CLOSED_LISTS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one carrier would take along from one location now, its lists that have not left, its drivers to come."""

    location: Location
    day: Day
    lists: tuple[Manifest, ...]
    visits: tuple[DriverVisit, ...]


class LoadedInline(ReadOnlyInline):
    """The parcels on a list, and those that were taken off, as far as the person sees their orders."""

    model = ManifestParcel
    verbose_name_plural = "parcels"
    show_change_link = False
    fields = readonly_fields = ["tracking_number", "order", "weight", "loaded_at", "loaded_by", "left"]
    ordering = ("left_at", "pk")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ManifestParcel]":
        """Return them with what they show, what was taken off last."""
        mine: QuerySet[ManifestParcel] = scoped(request.user, ManifestParcel)
        return mine.select_related("package__shipment__order").order_by("-left_at", "pk")

    @admin.display(description="order")
    def order(self, row: ManifestParcel) -> str:
        """Return the order's number over the shipment's."""
        shipment = row.package.shipment
        return two_lines(shipment.order.number, shipment.number)

    @admin.display(description="weight")
    def weight(self, row: ManifestParcel) -> str:
        """Return what it weighs."""
        return f"{row.package.weight_g / 1000:.2f} kg"

    @admin.display(description="taken off")
    def left(self, row: ManifestParcel) -> str:
        """Return when it was taken off, and why."""
        return two_lines(moment(row.left_at), row.left_why) if row.left_at else ""


@admin.register(Manifest)
class ManifestAdmin(ConsoleAdmin):
    """Lists of the day: what a carrier takes along, and how far that is."""

    page = "fulfillment.manifest"
    change_list_template = "fulfillment/manifest_list.html"
    list_display = ["numbers", "place", "status", "day", "parcels", "weight", "left"]
    list_filter = ["state", "location", "carrier", "day"]
    list_select_related = ["location"]
    search_fields = ["=number", "=carrier_number", "=rows__tracking_number"]
    search_help_text = "List, the carrier's number, or a parcel's"
    search_words = "Type or scan the whole number of the list, or the tracking number of a parcel on it."
    empty_words = "A list begins when parcels are loaded with a handheld, or when a carrier's day is closed."
    ordering = ["-id"]
    fields = [
        "place", "carrier", "day", "state", "failure", "parcels", "weight", "carrier_number", "closed_at", "left",
        "way", "driver",
    ]  # fmt: skip
    readonly_fields = ["place", "failure", "parcels", "weight", "carrier_number", "closed_at", "left", "driver"]
    inlines: ClassVar[list[Any]] = [LoadedInline]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("location", "location.code"),
        ("carrier", "carrier"),
        ("day", "day"),
        ("state", "state"),
        ("parcels", "parcel_count"),
        ("weight_g", "total_weight_g"),
        ("carrier_number", "carrier_number"),
        ("handed_over_at", "handed_over_at"),
        ("driver", "driver"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the lists with their totals."""
        return with_totals(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        """Add what waits for a truck, and the papers of a list."""
        guard, see = self.admin_site.admin_view, "fulfillment.view_manifest"
        label, load = "fulfillment.label_shipment", "fulfillment.load_manifest"
        return [
            path("waiting/", guard(self.waiting_view), name="fulfillment_waiting"),
            path("<str:number>/list.pdf", guard(paper(see, self.list_paper)), name="fulfillment_manifest_paper"),
            path("<str:number>/list.csv", guard(paper(load, self.table)), name="fulfillment_manifest_table"),
            path("<str:number>/labels.pdf", guard(paper(label, self.labels)), name="fulfillment_manifest_labels"),
            *super().get_urls(),
        ]

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        """Show by location and carrier what would go now and what would stay, with a button that closes the day."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Close the day",
            "opts": self.opts,
            "waiting": _waiting(request.user),
            "may_close": request.user.has_perm("fulfillment.load_manifest"),
        }
        return TemplateResponse(request, "fulfillment/waiting.html", context)

    def list_paper(self, request: HttpRequest, number: str) -> HttpResponse:
        """Draw the list for the driver to sign."""
        row = scoped_row(request.user, Manifest, number=number)
        return document(manifest_papers.manifest(row, scoped(request.user, Shipment)), f"list-{number}.pdf")

    def table(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send the list as a table, for a carrier that reads files."""
        row = scoped_row(request.user, Manifest, number=number)
        content = manifest_papers.table(row, scoped(request.user, Shipment))
        answer = document(content, f"list-{number}.csv", CSV)
        answer["Content-Disposition"] = f'attachment; filename="list-{number}.csv"'
        return answer

    def labels(self, request: HttpRequest, number: str) -> HttpResponse:
        """Draw the labels of all parcels on a list as one paper."""
        row = scoped_row(request.user, Manifest, number=number)
        return document(manifest_papers.labels(row, scoped(request.user, Shipment)), f"labels-{number}.pdf")

    @admin.display(description="list", ordering="number")
    def numbers(self, row: Manifest) -> str:
        """Return its number over the carrier."""
        return two_lines(row.number, row.carrier)

    @admin.display(description="location", ordering="location__code")
    def place(self, row: Manifest) -> str:
        """Return the location."""
        return two_lines(row.location.code, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: Manifest) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="parcels", ordering="parcel_count")
    def parcels(self, row: Any) -> int:
        """Return how many parcels are on it."""
        return int(row.parcel_count)

    @admin.display(description="weight", ordering="total_weight_g")
    def weight(self, row: Any) -> str:
        """Return what its parcels weigh together."""
        return f"{row.total_weight_g / 1000:.2f} kg"

    @admin.display(description="handed over", ordering="handed_over_at")
    def left(self, row: Manifest) -> str:
        """Return when the carrier got it, on the location's clock."""
        return moment(row.handed_over_at, zone=row.location.zone)


def _waiting(user: Any) -> list[Waiting]:
    """Return what waits for each carrier at a person's locations, those without parcels and lists left out."""
    shipments = scoped(user, Shipment)
    found = []
    for place in scoped(user, Location).exclude(kind=LocationKind.SUPPLIER).order_by("code"):
        live = list(Manifest.objects.filter(location=place, state__in=LIVE).order_by("pk"))
        today = timezone.now().astimezone(place.zone).date()
        coming = DriverVisit.objects.filter(location=place, day__gte=today, state__in=LIVE_VISITS).order_by("day")
        visits = list(coming)
        for code in sorted({*carriers_here(place.pk), *(one.carrier for one in live)}):
            day = day_of(place, code, shipments)
            lists = tuple(one for one in live if one.carrier == code)
            if day.going or day.staying or lists:
                found.append(Waiting(place, day, lists, tuple(one for one in visits if one.carrier == code)))
    return found
