"""Lots and serial numbers over the API: listed and shown, blocked and let go by their actions."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from inventory.models import Lot
from oms.foundation.api.views import RoomViewSet
from oms.foundation.scope import scoped


class LotOut(serializers.Serializer[Lot]):
    """Pieces that were made together, or the one piece of a serial number."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="product.sku")
    number = serializers.CharField(help_text="Lot or serial number, as the product is followed by.")
    best_before = serializers.DateField(source="expires_on", allow_null=True)
    blocked_at = serializers.DateTimeField(allow_null=True)
    blocked_why = serializers.CharField(allow_blank=True)
    expired_at = serializers.DateTimeField(
        allow_null=True, help_text="When its date was found to have passed; its pieces are not available since."
    )
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class LotFilters(django_filters.FilterSet):
    """SKU, number, and whether it is blocked."""

    sku = django_filters.CharFilter(field_name="product__sku", max_length=64)
    number = django_filters.CharFilter(lookup_expr="iexact", max_length=32)
    is_blocked = django_filters.BooleanFilter(field_name="blocked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Lot
        fields: list[str] = []


class LotViewSet(RoomViewSet):
    """Lists and shows lots by id; each of their actions asks for a permission of its own."""

    model = Lot
    serializer_class = LotOut
    lookup_field = "pk"
    filterset_class = LotFilters
    permissions = {"GET": "inventory.view_lot", "POST": ""}

    def rows(self) -> "QuerySet[Lot]":
        """Return the lots with their products."""
        return scoped(self.request.user, Lot).select_related("product")
