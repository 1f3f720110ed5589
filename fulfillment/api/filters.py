"""What the lists can be narrowed by."""

import django_filters

from fulfillment.models import FulfillmentOrder, Package, Shipment
from fulfillment.states import FulfillmentOrderState, ShipmentState, TrackingStatus
from fulfillment.states_parcels import RiskLevel


class WorkFilters(django_filters.FilterSet):
    """State, location, order, and the moment it must leave by."""

    state = django_filters.ChoiceFilter(choices=FulfillmentOrderState.choices)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    order = django_filters.CharFilter(field_name="order__number", max_length=12)
    ship_before = django_filters.IsoDateTimeFilter(field_name="ship_by", lookup_expr="lte")

    class Meta:
        model = FulfillmentOrder
        fields: list[str] = []


class ShipmentFilters(django_filters.FilterSet):
    """State, location and order."""

    state = django_filters.ChoiceFilter(choices=ShipmentState.choices)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    order = django_filters.CharFilter(field_name="order__number", max_length=12)

    class Meta:
        model = Shipment
        fields: list[str] = []


class PackageFilters(django_filters.FilterSet):
    """The carrier's word, its number, the order, and how bad it is."""

    tracking_status = django_filters.ChoiceFilter(choices=TrackingStatus.choices)
    tracking_number = django_filters.CharFilter(max_length=64)
    order = django_filters.CharFilter(field_name="shipment__order__number", max_length=12)
    risk = django_filters.ChoiceFilter(field_name="risk__level", choices=RiskLevel.choices)

    class Meta:
        model = Package
        fields: list[str] = []
