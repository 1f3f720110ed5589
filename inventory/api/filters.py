"""What the lists of supply can be narrowed by."""

from typing import Any

import django_filters

from inventory.models import Bin, BinStock, IncomingStock, Location, Product, StockLevel
from inventory.models.bins import BinKind
from inventory.models.places import LocationKind

MOST_SKUS = 200


class ProductFilters(django_filters.FilterSet):
    """SKU (repeat it for several), bar code, whether it is sold, and the moment of the last change (inclusive)."""

    sku = django_filters.CharFilter(method="by_skus", max_length=64)
    barcode = django_filters.CharFilter(max_length=64)
    is_active = django_filters.BooleanFilter()
    updated_after = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Product
        fields: list[str] = []

    def by_skus(self, rows: Any, name: str, value: str) -> Any:
        """Narrow to every SKU that was given."""
        return rows.filter(sku__in=self.data.getlist("sku")[:MOST_SKUS])


class LocationFilters(django_filters.FilterSet):
    """Kind, country, and whether it ships."""

    kind = django_filters.ChoiceFilter(choices=LocationKind.choices)
    country = django_filters.CharFilter(max_length=2)
    is_active = django_filters.BooleanFilter()

    class Meta:
        model = Location
        fields: list[str] = []


class IncomingFilters(django_filters.FilterSet):
    """SKU (repeat it for several), location code, reference, whether it still comes, and by which day."""

    sku = django_filters.CharFilter(method="by_skus", max_length=64)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    reference = django_filters.CharFilter(max_length=64)
    is_open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    expected_before = django_filters.DateFilter(field_name="expected_on", lookup_expr="lte")

    class Meta:
        model = IncomingStock
        fields: list[str] = []

    def by_skus(self, rows: Any, name: str, value: str) -> Any:
        """Narrow to every SKU that was given."""
        return rows.filter(product__sku__in=self.data.getlist("sku")[:MOST_SKUS])


class BinFilters(django_filters.FilterSet):
    """Location code, bin code, kind, whether it is in use, and the SKU that lies there (repeat it for several)."""

    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    code = django_filters.CharFilter(max_length=32)
    kind = django_filters.ChoiceFilter(choices=BinKind.choices)
    is_active = django_filters.BooleanFilter()
    sku = django_filters.CharFilter(method="by_skus", max_length=64)

    class Meta:
        model = Bin
        fields: list[str] = []

    def by_skus(self, rows: Any, name: str, value: str) -> Any:
        """Narrow to bins in which one of the SKUs lies."""
        skus = self.data.getlist("sku")[:MOST_SKUS]
        lying = BinStock.objects.filter(stock_level__product__sku__in=skus, quantity__gt=0)
        return rows.filter(pk__in=lying.values("bin"))


class StockFilters(django_filters.FilterSet):
    """SKU (repeat it for several), location code, and the moment of the last change (inclusive)."""

    sku = django_filters.CharFilter(method="by_skus", max_length=64)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    updated_after = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = StockLevel
        fields: list[str] = []

    def by_skus(self, rows: Any, name: str, value: str) -> Any:
        """Narrow to every SKU that was given."""
        return rows.filter(product__sku__in=self.data.getlist("sku")[:MOST_SKUS])
