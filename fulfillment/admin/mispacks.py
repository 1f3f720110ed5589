"""Mispacks caught: what packers scanned that did not belong into their order's boxes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fulfillment.models import PackScan
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import DaysFilter
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.templatetags.console import pill


@admin.register(PackScan)
class MispackAdmin(ConsoleAdmin):
    """Scans of the packing stations that were refused: each is a wrong parcel that nobody got."""

    page = "fulfillment.packscan"
    list_display = ["caught", "what", "scanned", "order", "place", "person"]
    list_filter = [
        "mispack",
        ("session__fulfillment_order__location", admin.RelatedOnlyFieldListFilter),
        ("at", DaysFilter),
    ]
    list_select_related = [
        "session__fulfillment_order__order",
        "session__fulfillment_order__location",
        "product",
        "person",
    ]
    search_fields = ["=code", "=product__sku", "=session__fulfillment_order__order__number", "=person__username"]
    search_help_text = "Code, SKU, order number or packer"
    search_words = "The whole code, SKU or order number, or the packer’s user name."
    empty_words = "What a packing station refuses appears here: the wrong product, too many, an unknown code."
    ordering = ["-at"]
    fields = ["caught", "what", "scanned", "sentence", "order", "place", "person"]
    readonly_fields = ["caught", "what", "scanned", "order", "place", "person"]
    export_columns: ClassVar[list[Any]] = [
        ("at", "at"),
        ("kind", "mispack"),
        ("code", "code"),
        ("sku", "product.sku"),
        ("quantity", "quantity"),
        ("order", "session.fulfillment_order.order.number"),
        ("location", "session.fulfillment_order.location.code"),
        ("packer", "person.username"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PackScan]":
        """Return the refused scans alone."""
        rows: QuerySet[PackScan] = super().get_queryset(request)
        return rows.exclude(mispack="")

    @admin.display(description="caught", ordering="at")
    def caught(self, row: PackScan) -> str:
        """Return when it was."""
        return moment(row.at)

    @admin.display(description="what", ordering="mispack")
    def what(self, row: PackScan) -> str:
        """Return its kind as a coloured word."""
        return pill(row.get_mispack_display(), row.mispack)

    @admin.display(description="scanned", ordering="code")
    def scanned(self, row: PackScan) -> str:
        """Return what was scanned, and how many."""
        product = row.product
        told = f"{product.sku} {product.title}".strip() if product else "nothing that is known"
        return two_lines(row.code or "–", f"{row.quantity} × {told}")

    @admin.display(description="order")
    def order(self, row: PackScan) -> str:
        """Return for which order it was not."""
        work = row.session.fulfillment_order
        return two_lines(work.order.number, work.number)

    @admin.display(description="location")
    def place(self, row: PackScan) -> str:
        """Return where it was."""
        return str(row.session.fulfillment_order.location.code)

    @admin.display(description="packer", ordering="person__username")
    def person(self, row: PackScan) -> str:
        """Return who packed."""
        return str(row.person)
