"""Bins over the API: listed and shown with what lies there; pieces are carried by the actions of stock levels."""

from django.db.models import Prefetch, QuerySet

from inventory.api.filters import BinFilters
from inventory.api.shapes import BinOut
from inventory.models import Bin, BinStock
from oms.foundation.api.views import RoomViewSet
from oms.foundation.scope import scoped


class BinViewSet(RoomViewSet):
    """Lists and shows bins by id; each of their actions asks for a permission of its own."""

    model = Bin
    serializer_class = BinOut
    lookup_field = "pk"
    filterset_class = BinFilters
    permissions = {"GET": "inventory.view_bin", "POST": ""}

    def rows(self) -> "QuerySet[Bin]":
        """Return the bins in scope with what lies there."""
        lying = BinStock.objects.filter(quantity__gt=0).select_related("stock_level__product", "lot").order_by("pk")
        return scoped(self.request.user, Bin).select_related("location").prefetch_related(Prefetch("stock", lying))
