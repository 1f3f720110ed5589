"""The console's page of stock that is on its way."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from inventory.models import IncomingStock
from inventory.services.incoming import told
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import two_lines


class ComesFilter(DropdownFilter):
    """Narrows incoming stock by what has become of it."""

    title = "expected"
    parameter_name = "comes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "still expected"), ("late", "late"), ("closed", "closed")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        conditions: dict[str | None, dict[str, Any]] = {
            "open": {"closed_at": None},
            "late": {"closed_at": None, "expected_on__lt": timezone.localdate()},
            "closed": {"closed_at__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


@admin.register(IncomingStock)
class IncomingStockAdmin(ConsoleAdmin):
    """Pieces on their way: what is expected where and when; they come by the button alone, through movements."""

    page = "inventory.incomingstock"
    addable = True
    list_display = ["product_shown", "place", "reference", "expected_on", "quantity", "received", "missing_shown"]
    list_filter = ["location", ComesFilter]
    list_select_related = ["product", "location"]
    search_fields = ["^product__sku", "=product__barcode", "=reference"]
    search_help_text = "SKU, barcode or reference"
    empty_words = "Announce what suppliers send: then it can be promised for the day on which it comes."
    everyday_acts = ["receive", "reschedule"]
    ordering = ["expected_on", "id"]
    autocomplete_fields = ["product"]
    fields = ["product", "location", "reference", "quantity", "expected_on"]
    export_columns: ClassVar[list[Any]] = [
        ("sku", "product.sku"),
        ("location", "location.code"),
        ("reference", "reference"),
        ("quantity", "quantity"),
        ("expected_on", "expected_on"),
        ("received", "received"),
        ("closed_at", "closed_at"),
    ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show what has come of stock that is announced."""
        return [*self.fields, "received", "missing_shown", "closed_at"] if obj else list(self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything is looked at, once it is announced; the buttons change it."""
        return self.get_fields(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the announcement and write it on the timeline."""
        super().save_model(request, obj, form, change)
        record(Actor.of(request.user, now=timezone.now()), "inventory.announce_stock", obj, note=told(obj))

    @admin.display(description="product", ordering="product__sku")
    def product_shown(self, row: IncomingStock) -> str:
        """Return the SKU over the title."""
        return two_lines(row.product.sku, row.product.title)

    @admin.display(description="location", ordering="location__code")
    def place(self, row: IncomingStock) -> str:
        """Return the location's code."""
        return row.location.code

    @admin.display(description="still to come")
    def missing_shown(self, row: IncomingStock) -> int:
        """Return the pieces that are still on their way."""
        return row.missing
