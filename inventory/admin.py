"""The console's pages of supply: products, locations, stock levels and the movements that made them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline

from inventory.master_forms import LocationForm, ProductForm
from inventory.models import Location, LocationMembership, Product, StockLevel, StockMovement
from inventory.queries import with_available
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin, ReadOnlyInline, ScopedFilter
from oms.foundation.money import Money, minor_text
from oms.foundation.scope import scoped


class MasterData(ConsoleAdmin):
    """Editable master data; every save is written on the timeline with what changed."""

    editable = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record the fields that changed as before and after."""
        super().save_model(request, obj, form, change)
        actor = Actor.of(request.user, now=timezone.now())
        word = "change" if change else "create"
        pairs = {name: [str(form.initial.get(name, "")), str(form.cleaned_data[name])] for name in form.changed_data}
        data = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        record(actor, f"inventory.{word}_{obj._meta.model_name}", obj, data=data if change else {})


class LevelInline(ReadOnlyInline):
    """What lies where of a product."""

    model = StockLevel
    verbose_name_plural = "stock by location"
    fields = ["location", "bin", "on_hand", "allocated", "safety_stock", "free"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[StockLevel]":
        """Return the levels at the person's locations."""
        return with_available(scoped(request.user, StockLevel)).select_related("location", "product")

    @admin.display(description="available")
    def free(self, level: Any) -> int:
        """Return the pieces that may be promised."""
        return int(level.free)


class VariantInline(ReadOnlyInline):
    """The variants of an article."""

    model = Product
    fk_name = "parent"
    verbose_name_plural = "variants"
    fields = ["sku", "title", "attributes", "is_active"]
    readonly_fields = fields


@admin.register(Product)
class ProductAdmin(MasterData):
    """Products with their variants and their stock; prices are typed as people write them."""

    page = "inventory.product"
    form = ProductForm
    list_display = ["sku", "title", "barcode", "price_shown", "weight_g", "capability", "is_active"]
    list_filter = ["is_active", "capability", "currency"]
    search_fields = ["^sku", "=barcode", "title"]
    ordering = ["sku"]
    autocomplete_fields = ["parent"]
    inlines: ClassVar[list[Any]] = [VariantInline, LevelInline]
    fieldsets = [
        (None, {"fields": [("sku", "barcode"), "title", "parent", "attributes"]}),
        ("Price", {"fields": [("price", "cost", "currency")]}),
        ("Parcel", {"fields": [("weight_g", "length_mm"), ("width_mm", "height_mm"), "capability"]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("sku", "sku"),
        ("title", "title"),
        ("barcode", "barcode"),
        ("unit_price", lambda product: minor_text(product.unit_price, product.currency)),
        ("unit_cost", lambda product: minor_text(product.unit_cost, product.currency)),
        ("currency", "currency"),
        ("weight_g", "weight_g"),
        ("length_mm", "length_mm"),
        ("width_mm", "width_mm"),
        ("height_mm", "height_mm"),
        ("capability", "capability"),
        ("is_active", "is_active"),
    ]

    @admin.display(description="price", ordering="unit_price")
    def price_shown(self, product: Product) -> str:
        """Return the price as people write it."""
        return Money(product.unit_price, product.currency).format()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the SKU of a product that exists: files, labels and channels know it by that."""
        return ["sku"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Show variants and stock once the product exists."""
        return list(self.inlines) if obj else []


class MemberInline(TabularInline):
    """The people who are limited to the location; administrators alone see and change it."""

    model = LocationMembership
    verbose_name = "person limited to this location"
    verbose_name_plural = "people limited to this location"
    autocomplete_fields = ["user"]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show it to administrators."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators add people."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators change people."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators take people away."""
        return bool(request.user.is_superuser)


@admin.register(Location)
class LocationAdmin(MasterData):
    """Locations: where they are, what they can do, how many parcels a day, until when."""

    page = "inventory.location"
    form = LocationForm
    list_display = ["code", "name", "kind", "city", "country", "daily_capacity", "cutoff", "timezone", "is_active"]
    list_filter = ["kind", "country", "is_active"]
    search_fields = ["^code", "name", "city"]
    ordering = ["code"]
    inlines: ClassVar[list[Any]] = [MemberInline]
    fieldsets = [
        (None, {"fields": [("code", "kind"), "name"]}),
        ("Address", {"fields": ["line1", ("postal_code", "city"), "country", ("latitude", "longitude")]}),
        ("Floor", {"fields": ["capabilities", ("daily_capacity", "cutoff"), "timezone"]}),
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
        ("capabilities", lambda location: " ".join(location.capabilities)),
        ("is_active", "is_active"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code of a location that exists: files and labels know it by that."""
        return ["code"] if obj else []


class FreeFilter(admin.SimpleListFilter):
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


@admin.register(StockLevel)
class StockLevelAdmin(ConsoleAdmin):
    """What lies where; pieces change by the buttons alone, through movements."""

    page = "inventory.stocklevel"
    addable = True
    list_display = ["sku", "title", "place", "bin", "on_hand", "allocated", "safety_stock", "available_shown"]
    list_filter = [("location", ScopedFilter), FreeFilter]
    list_select_related = ["product", "location"]
    search_fields = ["^product__sku", "=product__barcode", "product__title"]
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
        return [*self.fields, "on_hand", "allocated", "available_shown"] if obj else list(self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything is looked at, once the level exists."""
        return self.get_fields(request, obj) if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the person's own locations."""
        if db_field.name == "location":
            kwargs["queryset"] = scoped(request.user, Location)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a new, empty level and write it on the timeline."""
        super().save_model(request, obj, form, change)
        record(Actor.of(request.user, now=timezone.now()), "inventory.create_stocklevel", obj)

    @admin.display(description="SKU", ordering="product__sku")
    def sku(self, level: StockLevel) -> str:
        """Return the product's SKU."""
        return level.product.sku

    @admin.display(description="title")
    def title(self, level: StockLevel) -> str:
        """Return the product's title."""
        return level.product.title

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

    list_display = ["at", "sku", "place", "signed", "reason", "reference", "actor_label", "note"]
    list_filter = ["reason", ("stock_level__location", ScopedFilter)]
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

    @admin.display(description="SKU")
    def sku(self, movement: StockMovement) -> str:
        """Return the product's SKU."""
        return movement.stock_level.product.sku

    @admin.display(description="location")
    def place(self, movement: StockMovement) -> str:
        """Return the location's code."""
        return movement.stock_level.location.code

    @admin.display(description="pieces", ordering="quantity")
    def signed(self, movement: StockMovement) -> str:
        """Return the pieces with their sign."""
        return movement.signed
