"""The console's pages of supply: products, locations, stock levels and the movements that made them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from inventory.attributes import attributes_text
from inventory.bin_pages import BinAdmin  # noqa: F401  registers itself
from inventory.calendars import closed_days_text
from inventory.count_pages import CountSessionAdmin  # noqa: F401  registers itself
from inventory.incoming_pages import IncomingStockAdmin  # noqa: F401  registers itself
from inventory.inlines import (
    ComponentInline,
    IncomingInline,
    LevelInline,
    LocationMemberInline,
    SubstituteInline,
    VariantInline,
)
from inventory.kits import components_text, with_components
from inventory.lot_pages import LotAdmin  # noqa: F401  registers itself
from inventory.master_forms import LocationForm, ProductForm
from inventory.master_pages import MasterData
from inventory.models import Bin, Location, Product, StockLevel, StockMovement
from inventory.queries import with_available
from inventory.substitution import substitutes_text, with_substitutes
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin, TellsRelated, members_text
from oms.foundation.look.cells import two_lines
from oms.foundation.money import Money, minor_text


@admin.register(Product)
class ProductAdmin(TellsRelated, MasterData):
    """Products with their variants and their stock; prices are typed as people write them."""

    page = "inventory.product"
    form = ProductForm
    list_display = ["sku", "title", "barcode", "price_shown", "weight_g", "capability", "is_active"]
    list_filter = ["is_active", "capability", "currency", "followed_by"]
    search_fields = ["^sku", "=barcode", "title"]
    search_help_text = "SKU, barcode or title"
    empty_words = "Add products here, or load a file of them; stock and orders know them by their SKU."
    list_select_related = ["parent"]
    ordering = ["sku"]
    autocomplete_fields = ["parent"]
    inlines: ClassVar[list[Any]] = [ComponentInline, SubstituteInline, VariantInline, LevelInline, IncomingInline]
    related_told = (("substitutes", substitutes_text), ("components", components_text))
    fieldsets = [
        (None, {"fields": [("sku", "barcode"), "title", "parent", "attributes"]}),
        ("Price", {"fields": [("price", "cost", "currency")]}),
        ("Parcel", {"fields": [("weight_g", "length_mm"), ("width_mm", "height_mm"), "capability"]}),
        ("Packing", {"fields": [("fragile", "this_side_up", "ships_alone"), "packing_note"]}),
        ("Lots and serial numbers", {"fields": [("followed_by", "expires")]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("sku", "sku"),
        ("title", "title"),
        ("parent", "parent.sku"),
        ("attributes", lambda product: attributes_text(product.attributes)),
        ("barcode", "barcode"),
        ("unit_price", lambda product: minor_text(product.unit_price, product.currency)),
        ("unit_cost", lambda product: minor_text(product.unit_cost, product.currency)),
        ("currency", "currency"),
        ("weight_g", "weight_g"),
        ("length_mm", "length_mm"),
        ("width_mm", "width_mm"),
        ("height_mm", "height_mm"),
        ("capability", "capability"),
        *(
            (name, name)
            for name in ("fragile", "this_side_up", "ships_alone", "packing_note", "followed_by", "expires")
        ),
        ("is_active", "is_active"),
        ("substitutes", substitutes_text),
        ("components", components_text),
    ]
    export_prefetch = [with_substitutes(), with_components()]

    @admin.display(description="price", ordering="unit_price")
    def price_shown(self, product: Product) -> str:
        """Return the price as people write it."""
        return Money(product.unit_price, product.currency).format()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the SKU of a product that exists: files, labels and channels know it by that."""
        return ["sku"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Show components, substitutes, variants and stock once the product exists."""
        return list(self.inlines) if obj else []


@admin.register(Location)
class LocationAdmin(TellsRelated, MasterData):
    """Locations: where they are, what they can do, how many parcels a day, until when."""

    page = "inventory.location"
    form = LocationForm
    list_display = ["code", "name", "kind", "city", "country", "daily_capacity", "cutoff", "timezone", "is_active"]
    list_filter = ["kind", "country", "is_active"]
    search_fields = ["^code", "name", "city"]
    search_help_text = "Code, name or town"
    empty_words = "Nothing can be shipped before there is a location: add your warehouses, stores and suppliers."
    ordering = ["code"]
    inlines: ClassVar[list[Any]] = [LocationMemberInline]
    related_told = (("limited people", members_text),)
    fieldsets = [
        (None, {"fields": [("code", "kind"), "name"]}),
        ("Address", {"fields": ["line1", ("postal_code", "city"), "country", ("latitude", "longitude")]}),
        ("Floor", {"fields": ["capabilities", ("daily_capacity", "cutoff"), ("timezone", "handling_days")]}),
        ("Calendar", {"fields": ["working_days", "closed_on"]}),
        ("Ways to the customer", {"fields": [("same_day_km", "pickup_days"), "email"]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("code", "code"),
        ("name", "name"),
        ("kind", "kind"),
        ("line1", "line1"),
        ("country", "country"),
        ("city", "city"),
        ("postal_code", "postal_code"),
        ("latitude", "latitude"),
        ("longitude", "longitude"),
        ("daily_capacity", "daily_capacity"),
        ("cutoff", lambda location: location.cutoff.isoformat("minutes")),
        ("timezone", "timezone"),
        ("handling_days", "handling_days"),
        ("working_days", "working_days"),
        ("closed_on", lambda location: closed_days_text(location.closed_on)),
        ("capabilities", lambda location: " ".join(location.capabilities)),
        ("same_day_km", "same_day_km"),
        ("pickup_days", "pickup_days"),
        ("email", "email"),
        ("is_active", "is_active"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code of a location that exists: files and labels know it by that."""
        return ["code"] if obj else []


class FreeFilter(DropdownFilter):
    """Narrows stock levels by what may be promised."""

    title = "available"
    parameter_name = "free"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("some", "some"), ("none", "none"), ("safety", "eating into safety stock")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list."""
        conditions: dict[str | None, dict[str, Any]] = {
            "some": {"free__gt": 0},
            "none": {"free": 0},
            "safety": {"safety_stock__gt": F("on_hand") - F("allocated")},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


class BinnedFilter(DropdownFilter):
    """Narrows stock levels by whether their pieces lie in bins."""

    title = "bins"
    parameter_name = "bins"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("none", "pieces in no bin"), ("all", "all in bins")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list; a location without bins has nothing to put away."""
        if self.value() == "none":
            keeping = Bin.objects.filter(is_active=True).values("location")
            return queryset.filter(in_bins__lt=F("on_hand"), location__in=keeping)
        return queryset.filter(in_bins=F("on_hand"), in_bins__gt=0) if self.value() == "all" else queryset


@admin.register(StockLevel)
class StockLevelAdmin(ConsoleAdmin):
    """What lies where; pieces change by the buttons alone, through movements."""

    page = "inventory.stocklevel"
    addable = True
    list_display = ["product_shown", "place", "bin", "on_hand", "allocated", "safety_stock", "available_shown"]
    list_filter = ["location", FreeFilter, BinnedFilter]
    list_select_related = ["product", "location"]
    search_fields = ["^product__sku", "=product__barcode", "product__title"]
    search_help_text = "SKU, barcode or title"
    empty_words = "A level begins with the first pieces of a product at a location: add one, or load a file of stock."
    everyday_acts = ["count", "keep"]
    ordering = ["product__sku", "location__code"]
    autocomplete_fields = ["product"]
    fields = ["product", "location", "bin", "safety_stock"]
    export_columns: ClassVar[list[Any]] = [
        ("sku", "product.sku"),
        ("location", "location.code"),
        ("bin", "bin"),
        ("on_hand", "on_hand"),
        ("allocated", "allocated"),
        ("safety_stock", "safety_stock"),
        ("available", "available"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the levels at the person's locations, with what is available."""
        return with_available(super().get_queryset(request).select_related("product", "location"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the pieces of a level that exists; a new one begins empty."""
        return (
            [*self.fields, "on_hand", "allocated", "available_shown", "in_bins", "blocked"]
            if obj
            else list(self.fields)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything is looked at, once the level exists."""
        return self.get_fields(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a new, empty level and write it on the timeline."""
        super().save_model(request, obj, form, change)
        record(Actor.of(request.user, now=timezone.now()), "inventory.create_stocklevel", obj)

    @admin.display(description="product", ordering="product__sku")
    def product_shown(self, level: StockLevel) -> str:
        """Return the SKU over the title."""
        return two_lines(level.product.sku, level.product.title)

    @admin.display(description="location", ordering="location__code")
    def place(self, level: StockLevel) -> str:
        """Return the location's code."""
        return level.location.code

    @admin.display(description="available", ordering="free")
    def available_shown(self, level: StockLevel) -> int:
        """Return the pieces that may be promised."""
        return level.available


@admin.register(StockMovement)
class StockMovementAdmin(ConsoleAdmin):
    """The ledger: every piece that came or went, why, and by whom."""

    list_display = ["at", "product_shown", "place", "signed", "reason", "actor_label", "note_shown"]
    empty_words = "Every piece that comes or goes is a movement; none has been booked."
    search_help_text = "SKU or reference"
    list_filter = ["reason", "stock_level__location"]
    list_select_related = ["stock_level__product", "stock_level__location"]
    search_fields = ["^stock_level__product__sku", "=reference"]
    ordering = ["-id"]
    export_columns: ClassVar[list[Any]] = [
        ("at", "at"),
        ("sku", "stock_level.product.sku"),
        ("location", "stock_level.location.code"),
        ("quantity", "quantity"),
        ("reason", "reason"),
        ("reference", "reference"),
        ("actor", "actor_label"),
        ("note", "note"),
    ]

    @admin.display(description="product")
    def product_shown(self, movement: StockMovement) -> str:
        """Return the SKU over the title."""
        return two_lines(movement.stock_level.product.sku, movement.stock_level.product.title)

    @admin.display(description="location")
    def place(self, movement: StockMovement) -> str:
        """Return the location's code."""
        return movement.stock_level.location.code

    @admin.display(description="pieces", ordering="quantity")
    def signed(self, movement: StockMovement) -> str:
        """Return the pieces with their sign."""
        return movement.signed

    @admin.display(description="note")
    def note_shown(self, movement: StockMovement) -> str:
        """Return the note over what the movement belongs to."""
        return two_lines(movement.note, movement.reference) if movement.note else movement.reference
