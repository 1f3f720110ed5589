"""Boxes over the API: what there is to pack into, and the acts on it."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import Box
from oms.foundation.money import minor_text
from oms.foundation.scope import scoped

SAME = ("code", "title", "length_mm", "width_mm", "height_mm", "wall_mm", "max_g", "own_g", "currency", "is_active")


class BoxOut(serializers.Serializer[Any]):
    """One kind of carton or bag."""

    code = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    location = serializers.CharField(allow_null=True, help_text="Code; null is at every location.")
    product = serializers.CharField(allow_null=True, help_text="SKU of what it is stocked as.")
    length_mm = serializers.IntegerField(help_text="Inside.")
    width_mm = serializers.IntegerField(help_text="Inside.")
    height_mm = serializers.IntegerField(help_text="Inside.")
    wall_mm = serializers.IntegerField()
    max_g = serializers.IntegerField(help_text="The heaviest contents; 0 is any weight.")
    own_g = serializers.IntegerField()
    cost = serializers.CharField()
    currency = serializers.CharField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()
    actions = OfferOut(many=True)


class BoxFilters(django_filters.FilterSet):
    """Location, and whether it is in use."""

    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    is_active = django_filters.BooleanFilter()

    class Meta:
        model = Box
        fields: list[str] = []


def box_answer(row: Box) -> dict[str, Any]:
    """Return a box with its location and product at hand as plain values."""
    return {
        "location": row.location.code if row.location else None,
        "product": row.product.sku if row.product else None,
        "cost": minor_text(row.cost, row.currency),
        "version": row.version,
        **{name: getattr(row, name) for name in SAME},
    }


class BoxViewSet(ReadsRows):
    """Lists and shows boxes by code, and runs their acts."""

    model = Box
    serializer_class = BoxOut
    lookup_field = "code"
    filterset_class = BoxFilters
    permissions = {"GET": "fulfillment.view_box", "POST": ""}
    answer = staticmethod(box_answer)

    def rows(self) -> "QuerySet[Box]":
        """Return the boxes with location and product."""
        return scoped(self.request.user, Box).select_related("location", "product")
