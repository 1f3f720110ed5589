"""The console's page of bins."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.master_pages import MasterData
from inventory.models import Bin
from inventory.services.bin_room import Contents, share_filled, with_contents

POSITION = ("zone", "aisle", "bay", "level")


@admin.register(Bin)
class BinAdmin(MasterData):
    """Bins: where they are, in which turn they are walked to, how much goes in, and what lies there."""

    page = "inventory.bin"
    list_display = ["code", "place", "kind", *POSITION, "sequence", "pieces_shown", "filled_shown", "is_active"]
    list_filter = ["location", "kind", "is_active"]
    list_select_related = ["location"]
    search_fields = ["^code", "=zone", "stock__stock_level__product__sku"]
    search_help_text = "Bin, zone, or the SKU that lies there"
    empty_words = "Add the places of a warehouse here, or load a file of them: then its pieces can be put away."
    ordering = ["location__code", "sequence", "code"]
    fieldsets = [
        (None, {"fields": [("location", "code"), ("kind", "sequence")]}),
        ("Position", {"fields": [("zone", "aisle"), ("bay", "level"), ("x_mm", "y_mm")]}),
        ("Room", {"fields": [("capacity_mm3", "capacity_g")]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("location", "location.code"),
        ("code", "code"),
        ("kind", "kind"),
        *((name, name) for name in (*POSITION, "x_mm", "y_mm", "sequence", "capacity_mm3", "capacity_g")),
        ("pieces", "pieces"),
        ("is_active", "is_active"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the bins at the person's locations, with the pieces that lie there."""
        bins: QuerySet[Any] = super().get_queryset(request)
        return with_contents(bins)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code and location of a bin that exists: its label hangs there."""
        return ["location", "code"] if obj else []

    @admin.display(description="location", ordering="location__code")
    def place(self, row: Bin) -> str:
        """Return the location's code."""
        return row.location.code

    @admin.display(description="pieces", ordering="pieces")
    def pieces_shown(self, row: Any) -> int:
        """Return the pieces that lie there."""
        return int(row.pieces)

    @admin.display(description="filled")
    def filled_shown(self, row: Any) -> str:
        """Return by how many percent it is filled, by room or load."""
        share = share_filled(row, Contents(row.pieces, row.mm3, row.grams))
        return "–" if share is None else f"{share} %"
