"""Supply over the API: products, locations and stock."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from inventory.api.filters import LocationFilters, ProductFilters, StockFilters
from inventory.api.shapes import LocationOut, ProductOut, StockAdjustIn, StockOut
from inventory.kits import with_components
from inventory.models import Location, Product, StockLevel
from inventory.models.stock import MovementReason
from inventory.services.stock import adjust_stock
from inventory.substitution import with_substitutes
from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.views import RoomViewSet
from oms.foundation.scope import scoped, scoped_row


class ProductViewSet(RoomViewSet):
    """Lists and shows products by SKU; each of their actions asks for a permission of its own."""

    model = Product
    serializer_class = ProductOut
    lookup_field = "sku"
    filterset_class = ProductFilters
    permissions = {"GET": "inventory.view_product", "POST": ""}

    def rows(self) -> "QuerySet[Product]":
        """Return the products with their articles, substitutes and components."""
        rows = scoped(self.request.user, Product).select_related("parent")
        return rows.prefetch_related(with_substitutes(), with_components())


class LocationViewSet(RoomViewSet):
    """Lists and shows locations by code; each of their actions asks for a permission of its own."""

    model = Location
    serializer_class = LocationOut
    lookup_field = "code"
    filterset_class = LocationFilters
    permissions = {"GET": "inventory.view_location", "POST": ""}


class StockViewSet(RoomViewSet):
    """Lists and shows stock levels by id; each of their actions asks for a permission of its own."""

    model = StockLevel
    serializer_class = StockOut
    lookup_field = "pk"
    filterset_class = StockFilters
    permissions = {"GET": "inventory.view_stocklevel", "POST": ""}

    def rows(self) -> "QuerySet[StockLevel]":
        """Return the levels in scope with SKU and location."""
        return scoped(self.request.user, StockLevel).select_related("product", "location")


class StockAdjust(APIView):
    """Adds pieces to a product at a location, or takes them, through a movement."""

    permissions = {"POST": "inventory.adjust_stocklevel"}

    @extend_schema(request=StockAdjustIn, responses={200: StockOut})
    def post(self, request: Request) -> HttpResponse:
        """Adjust once for the idempotency key and answer the level as it is then."""
        return once(request, lambda: self._adjust(request))

    def _adjust(self, request: Request) -> tuple[int, Any]:
        """Read, adjust and answer; a location out of scope is one that does not exist."""
        form = StockAdjustIn(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        if Location.objects.filter(code=told["location"]).exists():
            scoped_row(request.user, Location, code=told["location"])
        reason, note = _reason(told["reason"])
        level = adjust_stock(
            sku=told["sku"],
            location=told["location"],
            quantity=told["quantity"],
            reason=reason,
            note=note,
            actor=Actor.of(request.user, now=timezone.now()),
        )
        return 200, StockOut(level).data


def _reason(told: str) -> tuple[str, str]:
    """Return a known reason, or “adjustment” with the caller's own words as its note."""
    word = told.strip().casefold()
    return (word, "") if word in MovementReason.values else (MovementReason.ADJUSTMENT.value, told.strip())
