"""The catalogue of boxes in the console."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from fulfillment.models import Box
from inventory.master_forms import AmountForm
from inventory.master_pages import MasterData
from inventory.models import StockLevel
from oms.foundation.look.cells import two_lines
from oms.foundation.money import Money, minor_text
from oms.foundation.scope import scoped

NEW = ["code", "title", "location", "product", "length_mm", "width_mm", "height_mm", "wall_mm", "max_g", "own_g"]


class BoxForm(AmountForm[Box]):
    """A box with its cost as a decimal."""

    amounts: ClassVar[Mapping[str, str]] = {"price": "cost"}
    price = forms.CharField(max_length=20, initial="0.00", widget=UnfoldAdminTextInputWidget, label="Cost of one")

    class Meta:
        model = Box
        fields = [*NEW, "currency"]


@admin.register(Box)
class BoxAdmin(MasterData):
    """Boxes: what there is to pack into, and how many are left."""

    page = "fulfillment.box"
    form = BoxForm
    list_display = ["named", "inside", "carries", "place", "costs", "left", "is_active"]
    list_filter = ["is_active", "location"]
    list_select_related = ["location", "product"]
    search_fields = ["^code", "title"]
    search_help_text = "Code or title"
    empty_words = "Add the boxes and bags you pack into, or load a file of them: packers are told which one to take."
    ordering = ["code"]
    autocomplete_fields = ["product"]
    fieldsets = [
        (None, {"fields": ["code", "title", ("location", "product")]}),
        ("Inside", {"fields": [("length_mm", "width_mm", "height_mm")]}),
        ("Carton", {"fields": [("wall_mm", "own_g", "max_g"), ("price", "currency")]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("code", "code"),
        ("title", "title"),
        ("location", "location.code"),
        ("product", "product.sku"),
        *((name, name) for name in ("length_mm", "width_mm", "height_mm", "wall_mm", "max_g", "own_g")),
        ("cost", lambda box: minor_text(box.cost, box.currency)),
        ("currency", "currency"),
        ("is_active", "is_active"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Box]":
        """Return the boxes with how many the books have, at the locations that the person may see."""
        levels = scoped(request.user, StockLevel).filter(product=OuterRef("product")).order_by().values("product")
        free = levels.annotate(free=Sum(F("on_hand") - F("allocated"))).values("free")
        return super().get_queryset(request).annotate(free=Subquery(free))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code of a box that exists: files and bar codes know it by that."""
        return ["code"] if obj else []

    @admin.display(description="box", ordering="code")
    def named(self, box: Box) -> str:
        """Return its code over its title."""
        return two_lines(box.code, box.title)

    @admin.display(description="inside", ordering="length_mm")
    def inside(self, box: Box) -> str:
        """Return the inner sizes."""
        return box.sizes

    @admin.display(description="carries", ordering="max_g")
    def carries(self, box: Box) -> str:
        """Return the heaviest contents."""
        return f"{box.max_g / 1000:g} kg" if box.max_g else "any weight"

    @admin.display(description="at", ordering="location__code")
    def place(self, box: Box) -> str:
        """Return where it is used."""
        return box.location.code if box.location else "every location"

    @admin.display(description="costs", ordering="cost")
    def costs(self, box: Box) -> str:
        """Return what one costs."""
        return Money(box.cost, box.currency).format()

    @admin.display(description="left")
    def left(self, box: Any) -> str:
        """Return how many the books have of what it is stocked as."""
        return two_lines(str(box.free or 0), box.product.sku) if box.product else "not counted"
