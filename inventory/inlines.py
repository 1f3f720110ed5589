"""The rows that stand under a product or a location on its page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.kits import Compositions
from inventory.locks import lock_products
from inventory.models import IncomingStock, KitComponent, LocationMembership, Product, StockLevel, Substitute
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


class UnderProduct(OpenInline):
    """Rows under a product: whoever may change the product changes them, others look at them."""

    def may(self, request: HttpRequest) -> bool:
        """Return whether the person may change products."""
        return bool(request.user.has_perm("inventory.change_product"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show it to everybody who sees the product."""
        return bool(request.user.has_perm("inventory.view_product")) or self.may(request)


class ComponentForms(forms.BaseInlineFormSet[KitComponent, Product, Any]):
    """The components of one product; none of them is a kit, and none goes in twice."""

    def clean(self) -> None:
        """Refuse what no kit can be made of, with all the products locked that it is about."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        parts = {row["component"].sku: row for row in rows if not row.get("DELETE") and row.get("component")}
        if parts:
            lock_products([self.instance.pk, *(row["component"].pk for row in parts.values())])
            wanted = {sku: row["quantity"] for sku, row in parts.items()}
            fault = Compositions({self.instance.sku: wanted}).fault(self.instance.sku, parts)
            if fault is not None:
                sentence = fault[1][:1].upper() + fault[1][1:]
                raise forms.ValidationError(sentence, code=fault[0])


class ComponentInline(UnderProduct):
    """What a kit is made of."""

    model = KitComponent
    fk_name = "kit"
    formset = ComponentForms
    verbose_name = "component"
    verbose_name_plural = "made of"
    fields = ["component", "quantity"]
    autocomplete_fields = ["component"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[KitComponent]":
        """Return the components with their products."""
        rows: QuerySet[KitComponent] = super().get_queryset(request).select_related("kit", "component")
        return rows


class SubstituteInline(UnderProduct):
    """What may be sent instead of a product."""

    model = Substitute
    fk_name = "product"
    verbose_name = "substitute"
    fields = ["substitute", "rank", "both_ways"]
    autocomplete_fields = ["substitute"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Substitute]":
        """Return the substitutes with their products."""
        rows: QuerySet[Substitute] = super().get_queryset(request).select_related("product", "substitute")
        return rows


class LocationMemberInline(MemberInline):
    """The people who are limited to the location."""

    model = LocationMembership
    verbose_name = "person limited to this location"
    verbose_name_plural = "people limited to this location"
