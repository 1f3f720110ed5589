"""Who got what: the lots and serial numbers that were picked, with the order, customer and parcel of each."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from unfold.contrib.filters.admin import DropdownFilter

from fulfillment.models import TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.states import ShipmentState
from inventory.models import Lot
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped

SHOWN = 50
CONTACT = ("email", "phone")
SENT = {"package__shipment__state": ShipmentState.SHIPPED}


class SentFilter(DropdownFilter):
    """Narrows traced pieces by whether they have left."""

    title = "left"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "sent to a customer"), ("no", "still here")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        if self.value() == "yes":
            return queryset.filter(**SENT)
        return queryset.exclude(**SENT) if self.value() == "no" else queryset


class LotFilter(DropdownFilter):
    """Narrows traced pieces to one lot, as its page links here; there is nothing to choose without."""

    title = "lot or serial number"
    parameter_name = "lot"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the lot that the address names."""
        told = request.GET.get(self.parameter_name, "")
        return [(told, str(_lot_of(told) or "unknown"))] if told else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        told = self.value()
        return queryset if told is None else queryset.filter(lot=_lot_of(told))


def _lot_of(told: str) -> Lot | None:
    """Return the lot with a key from an address."""
    is_key = told.isascii() and told.isdigit() and len(told) < 19
    return Lot.objects.select_related("product").filter(pk=told).first() if is_key else None


@admin.register(TracedPieces)
class TracedPiecesAdmin(ConsoleAdmin):
    """The way of each lot and serial number to its customers; for a recall it is exported by lot."""

    page = "fulfillment.tracedpieces"
    list_display = ["lot_shown", "quantity", "order", "customer", "shipment", "left"]
    list_filter = [LotFilter, SentFilter]
    list_select_related = [
        "lot__product",
        "allocation__fulfillment_order__order",
        "package__shipment",
    ]
    search_fields = ["=lot__number", "=lot__product__sku", "=allocation__fulfillment_order__order__number"]
    search_help_text = "Lot, serial number, SKU or order number"
    search_words = "The whole lot or serial number, SKU, or order number."
    empty_words = "What is followed by lot or serial number stands here as soon as it is picked."
    ordering = ["-id"]
    fields = ["lot_shown", "quantity", "order", "customer", "shipment", "left"]
    readonly_fields = fields
    export_columns: ClassVar[list[Any]] = [
        ("sku", "lot.product.sku"),
        ("number", "lot.number"),
        ("best_before", "lot.expires_on"),
        ("pieces", "quantity"),
        ("order", "allocation.fulfillment_order.order.number"),
        ("customer", "allocation.fulfillment_order.order.customer_name"),
        ("email", "allocation.fulfillment_order.order.email"),
        ("phone", "allocation.fulfillment_order.order.phone"),
        ("shipment", lambda row: row.package.shipment.number if row.package else ""),
        ("tracking_number", lambda row: row.package.tracking_number if row.package else ""),
        ("left_at", lambda row: row.package.shipment.shipped_at if row.package else None),
    ]

    def export_columns_for(self, request: HttpRequest) -> list[Any]:
        """Return the columns, those of how customers are reached for people who may see customers."""
        if request.user.has_perm("orders.view_customer"):
            return self.export_columns
        return [column for column in self.export_columns if column[0] not in CONTACT]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[TracedPieces]":
        """Return what was found when it was picked."""
        rows: QuerySet[TracedPieces] = super().get_queryset(request)
        return rows.filter(fate=Fate.HELD)

    @admin.display(description="lot or serial number", ordering="lot__number")
    def lot_shown(self, row: TracedPieces) -> str:
        """Return its number over the product."""
        return two_lines(row.lot.number, f"{row.lot.product.sku} {row.lot.product.title}".strip())

    @admin.display(description="order")
    def order(self, row: TracedPieces) -> str:
        """Return the order that it was picked for."""
        return str(row.allocation.fulfillment_order.order.number)

    @admin.display(description="customer")
    def customer(self, row: TracedPieces) -> str:
        """Return who got it; how they are reached is exported, for people who may see customers."""
        return str(row.allocation.fulfillment_order.order.customer_name)

    @admin.display(description="shipment")
    def shipment(self, row: TracedPieces) -> str:
        """Return its shipment over the parcel's number."""
        package = row.package
        return two_lines(package.shipment.number, package.tracking_number) if package else "not packed yet"

    @admin.display(description="left", ordering="package__shipment__shipped_at")
    def left(self, row: TracedPieces) -> str:
        """Return when it left."""
        return moment(row.package.shipment.shipped_at) if row.package else ""


def who_got(row: Lot, principal: Any) -> dict[str, Any]:
    """Return to whom a lot went, as far as the person may see their orders, and where the whole list can be had."""
    if not principal.has_perm("fulfillment.view_tracedpieces"):
        return {"hidden": True}
    rows = scoped(principal, TracedPieces).filter(lot=row, fate=Fate.HELD).order_by("-pk")
    known = rows.select_related("allocation__fulfillment_order__order", "package__shipment")
    address = reverse("admin:fulfillment_tracedpieces_changelist")
    sent = rows.filter(**SENT)
    orders = sent.order_by().values("allocation__fulfillment_order__order").distinct().count()
    return {
        "rows": list(known[:SHOWN]),
        "orders": orders,
        "pieces": sent.aggregate(pieces=Sum("quantity"))["pieces"] or 0,
        "address": f"{address}?lot={row.pk}&left=yes",
    }


add_panel("inventory.lot", Panel("Who got it", "fulfillment/panels/lot.html", who_got, 50))
