"""Shipments and parcels, with their slips and labels."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from fulfillment import printing, rate_table
from fulfillment.admin.lateness import lateness_page
from fulfillment.admin.papers import JPEG, ZPL, document, paper
from fulfillment.customs_papers import commercial_invoice
from fulfillment.filters import (
    ChosenFilter,
    CountryFilter,
    GivenDayFilter,
    LabelWaitsFilter,
    LateParcelFilter,
    ServiceFilter,
    UnsettledFilter,
)
from fulfillment.models import Package, ProofOfDelivery, Shipment
from fulfillment.models.proofs import picture_kind
from fulfillment.queries import box_told
from fulfillment.services.photographing import photo_of
from fulfillment.states import TrackingStatus
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import DaysFilter, ScopedFilter
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.refusals import NotFound
from oms.foundation.scope import scoped_row
from oms.foundation.templatetags.console import pill, words


@admin.register(Shipment)
class ShipmentAdmin(ConsoleAdmin):
    """Shipments: what is packed, labelled and on its way."""

    page = "fulfillment.shipment"
    list_display = ["numbers", "location", "status", "going", "packed", "shipped_at"]
    list_filter = [
        "state", UnsettledFilter, LabelWaitsFilter, ChosenFilter, "location", "carrier", ("shipped_at", DaysFilter),
    ]  # fmt: skip
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
        ("price", rate_table.price_of),
        ("currency", rate_table.currency_of),
        ("arrives_on", rate_table.arrival_of),
        ("why", "rate_reason"),
        ("passed_over", rate_table.others_of),
        ("shipped_at", "shipped_at"),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Add packing slip, commercial invoice, labels and photos."""
        guard, see = self.admin_site.admin_view, "fulfillment.view_shipment"
        label = "fulfillment.label_shipment"
        own = [
            path(
                "<str:number>/packing-slip.pdf", guard(paper(see, self.packing_slip)), name="fulfillment_packing_slip"
            ),
            path(
                "<str:number>/commercial-invoice.pdf",
                guard(paper(see, self.commercial_invoice)),
                name="fulfillment_commercial_invoice",
            ),
            path("<str:number>/label-<int:position>.pdf", guard(paper(label, self.label)), name="fulfillment_label"),
            path("<str:number>/photo-<int:position>.jpg", guard(paper(see, self.photo)), name="fulfillment_photo"),
            path("<str:number>/labels.zpl", guard(paper(label, self.zpl)), name="fulfillment_zpl"),
        ]
        return own + super().get_urls()

    def _shipment(self, request: HttpRequest, number: str) -> Shipment:
        """Return the shipment if it is in the person's scope."""
        return scoped_row(request.user, Shipment, number=number)

    def packing_slip(self, request: HttpRequest, number: str) -> HttpResponse:
        """Draw the packing slip."""
        return document(printing.packing_slip(self._shipment(request, number)), f"packing-slip-{number}.pdf")

    def commercial_invoice(self, request: HttpRequest, number: str) -> HttpResponse:
        """Draw the commercial invoice."""
        content = commercial_invoice(self._shipment(request, number))
        return document(content, f"commercial-invoice-{number}.pdf")

    def label(self, request: HttpRequest, number: str, position: int) -> HttpResponse:
        """Send the label of one parcel as the carrier drew it."""
        content = printing.label_document(self._shipment(request, number), position)
        return document(content, f"label-{number}-{position}.pdf")

    def photo(self, request: HttpRequest, number: str, position: int) -> HttpResponse:
        """Send the photo of one parcel as it was packed."""
        content = photo_of(self._shipment(request, number), position)
        return document(content, f"photo-{number}-{position}.jpg", JPEG)

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

    @admin.display(description="carrier", ordering="carrier")
    def going(self, row: Shipment) -> str:
        """Return the carrier, over the word that nobody stands in for it; the page says who said what."""
        how = self.carrier_shown(row)
        return two_lines(how or "no carrier", "nobody stands in") if rate_table.note_of(row) else how

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
    list_display = [
        "numbers", "carrier", "status", "last_event_at", "promised_on", "expected_on", "delivered_at", "days_late",
    ]  # fmt: skip
    list_filter = [
        "tracking_status", "carrier", ("shipment__location", ScopedFilter), ("delivered_at", DaysFilter),
        LateParcelFilter, GivenDayFilter, ServiceFilter, CountryFilter,
    ]  # fmt: skip
    list_select_related = ["shipment__order"]
    search_fields = ["=tracking_number", "=shipment__number", "=shipment__order__number"]
    search_help_text = "Tracking, shipment or order number"
    search_words = "Type or scan the whole tracking number, or that of the shipment or order."
    empty_words = "Parcels appear as soon as work is packed; the carrier tells how far they are."
    ordering = ["-id"]
    fields = ["shipment", "position", "carrier", "tracking_number", "tracking_status", "weight_g", "material"]
    fields += ["packed_in", "outer"]
    readonly_fields = ["packed_in", "outer"]
    export_columns = [
        ("tracking_number", "tracking_number"),
        ("carrier", "carrier"),
        ("shipment", "shipment.number"),
        ("status", "tracking_status"),
        ("promised_on", "promised_on"),
        ("expected_on", "expected_on"),
        ("delivered_at", "delivered_at"),
        ("days_late", "days_late"),
    ]

    @admin.display(description="box")
    def packed_in(self, row: Package) -> str:
        """Return the box, and the one that was advised."""
        return box_told(row) or "–"

    @admin.display(description="outer sizes")
    def outer(self, row: Package) -> str:
        """Return the sizes that carriers are told."""
        sizes = (row.length_mm, row.width_mm, row.height_mm)
        return f"{' × '.join(map(str, sizes))} mm" if all(sizes) else "not known"

    def get_urls(self) -> list[URLPattern]:
        """Add the picture of a delivery, and the page that tells how good the carriers' promises are."""
        view = self.admin_site.admin_view(self.lateness_view)
        proof = self.admin_site.admin_view(paper("fulfillment.see_proofofdelivery", self.proof))
        own = [
            path("promises/", view, name="fulfillment_lateness"),
            path("<int:pk>/proof/", proof, name="fulfillment_proof"),
        ]
        return own + super().get_urls()

    def proof(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the picture that proves a delivery."""
        found = ProofOfDelivery.objects.filter(package=scoped_row(request.user, Package, pk=pk)).first()
        kind = picture_kind(bytes(found.picture)) if found else ""
        if found is None or not kind:
            raise NotFound("There is no picture of this delivery.")
        return document(bytes(found.picture), f"delivery-{pk}.{kind.rpartition('/')[2]}", kind)

    def leading_acts(self, row: Package) -> Sequence[str]:
        """Return the claim for what is lost."""
        return ["open_claim"] if row.tracking_status == TrackingStatus.LOST else super().leading_acts(row)

    def lateness_view(self, request: HttpRequest) -> HttpResponseBase:
        """Tell how good the carriers' promises are."""
        return lateness_page(self.admin_site, request)

    @admin.display(description="parcel", ordering="tracking_number")
    def numbers(self, row: Package) -> str:
        """Return the tracking number over the order's."""
        return two_lines(row.tracking_number or "no label yet", f"order {row.shipment.order.number}")

    @admin.display(description="status", ordering="tracking_status")
    def status(self, row: Package) -> str:
        """Return the carrier's word as a coloured one."""
        return pill(row.get_tracking_status_display(), row.tracking_status)


def parcel_and_order(row: Package) -> str:
    """Return links to a parcel and its order."""
    order = row.shipment.order
    links = [
        (reverse("admin:fulfillment_package_change", args=[row.pk]), row.tracking_number or "parcel"),
        (reverse("admin:orders_order_change", args=[order.pk]), f"order {order.number}"),
    ]
    return format_html_join(", ", '<a class="oms-link" href="{}">{}</a>', links)
