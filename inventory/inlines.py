"""The rows that stand under a product or a location on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.models import IncomingStock, LocationMembership, Product, StockLevel, Substitute
from inventory.queries import with_available
from oms.foundation.console import MemberInline, OpenInline, ReadOnlyInline
from oms.foundation.scope import scoped


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


class IncomingInline(ReadOnlyInline):
    """What is on its way of a product."""

    model = IncomingStock
    verbose_name_plural = "on its way"
    fields = ["location", "reference", "expected_on", "quantity", "received"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[IncomingStock]":
        """Return what is still expected at the person's locations."""
        rows: QuerySet[IncomingStock] = scoped(request.user, IncomingStock).filter(closed_at=None)
        return rows.select_related("location", "product").order_by("expected_on", "pk")


class VariantInline(ReadOnlyInline):
    """The variants of an article."""

    model = Product
    fk_name = "parent"
    verbose_name_plural = "variants"
    fields = ["sku", "title", "attributes", "is_active"]
    readonly_fields = fields


class SubstituteInline(OpenInline):
    """What may be sent instead of a product; whoever may change the product changes it, others look at it."""

    model = Substitute
    fk_name = "product"
    verbose_name = "substitute"
    fields = ["substitute", "rank", "both_ways"]
    autocomplete_fields = ["substitute"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Substitute]":
        """Return the substitutes with their products."""
        rows: QuerySet[Substitute] = super().get_queryset(request).select_related("product", "substitute")
        return rows

    def may(self, request: HttpRequest) -> bool:
        """Return whether the person may change products."""
        return bool(request.user.has_perm("inventory.change_product"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show it to everybody who sees the product."""
        return bool(request.user.has_perm("inventory.view_product")) or self.may(request)


class LocationMemberInline(MemberInline):
    """The people who are limited to the location."""

    model = LocationMembership
    verbose_name = "person limited to this location"
    verbose_name_plural = "people limited to this location"
