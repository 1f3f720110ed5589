"""The console's page of lots and serial numbers: until when they are good, whether they may go, where they lie."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from inventory.models import BinStock, Lot
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import two_lines
from oms.foundation.look.words import name_acts
from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill

name_acts(
    "inventory",
    {
        "create_lot": "Lot came for the first time",
        "block_lot": "Lot blocked",
        "release_lot": "Lot let go",
        "expire_lot": "Best-before date passed",
        "date_lot": "Best-before date changed",
    },
)


class GoodFilter(DropdownFilter):
    """Narrows lots by whether they may go."""

    title = "may go"
    parameter_name = "good"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("blocked", "blocked"), ("expired", "expired"), ("good", "may go")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        today = timezone.localdate()
        if self.value() == "blocked":
            return queryset.filter(blocked_at__isnull=False)
        if self.value() == "expired":
            return queryset.filter(Q(expires_on__lt=today) | Q(expired_at__isnull=False))
        good = queryset.filter(blocked_at=None, expired_at=None).exclude(expires_on__lt=today)
        return good if self.value() == "good" else queryset


@admin.register(Lot)
class LotAdmin(ConsoleAdmin):
    """Lots and serial numbers: they come with their pieces, by scans, and are blocked and let go here."""

    page = "inventory.lot"
    list_display = ["number_shown", "product_shown", "expires_on", "may_go", "pieces_shown"]
    list_filter = [GoodFilter]
    list_select_related = ["product"]
    search_fields = ["=number", "^product__sku"]
    search_help_text = "Lot, serial number or SKU"
    empty_words = "Let a product be followed by lot or serial number: what is received of it by scans comes here."
    ordering = ["-id"]
    fields = ["product", "number", "expires_on", "may_go", "blocked_at", "expired_at", "pieces_shown", "created_at"]
    readonly_fields = ["may_go", "pieces_shown"]
    export_columns: ClassVar[list[Any]] = [
        ("sku", "product.sku"),
        ("number", "number"),
        ("best_before", "expires_on"),
        ("blocked_at", "blocked_at"),
        ("why", "blocked_why"),
        ("expired_at", "expired_at"),
        ("pieces", "pieces"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the lots with what of them is at the person's locations."""
        here = scoped(request.user, BinStock).filter(lot=OuterRef("pk")).order_by().values("lot")
        pieces = Subquery(here.annotate(total=Sum("quantity")).values("total"))
        lots: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = lots.annotate(pieces=Coalesce(pieces, 0))
        return found

    @admin.display(description="number", ordering="number")
    def number_shown(self, row: Lot) -> str:
        """Return its number."""
        return row.number

    @admin.display(description="product", ordering="product__sku")
    def product_shown(self, row: Lot) -> str:
        """Return the SKU over the title."""
        return two_lines(row.product.sku, row.product.title)

    @admin.display(description="may go", ordering="blocked_at")
    def may_go(self, row: Lot) -> str:
        """Return whether it may go to customers, with the reason where not."""
        if row.blocked_at is not None:
            return f"blocked: {row.blocked_why}"
        is_late = row.expired_at is not None or row.is_expired(timezone.localdate())
        return pill("expired", "expired") if is_late else "yes"

    @admin.display(description="in stock", ordering="pieces")
    def pieces_shown(self, row: Any) -> int:
        """Return the pieces of it that are on hand."""
        return int(row.pieces)


def lying_of(row: Lot, principal: Any) -> dict[str, Any]:
    """Return where a lot lies, at the person's locations."""
    lying = scoped(principal, BinStock).filter(lot=row, quantity__gt=0)
    return {"rows": list(lying.select_related("bin", "stock_level__location").order_by("stock_level__location__code"))}


add_panel("inventory.lot", Panel("Where it lies", "inventory/lot_panel.html", lying_of, 40))
