"""Pick-ups over the API: what lies ready, and the acts of the store."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import Pickup
from fulfillment.states import PickupState
from oms.foundation.scope import scoped


class PickupOut(serializers.Serializer[Any]):
    """Parcels that wait in a store; the code is told to the customer alone."""

    number = serializers.CharField()
    order = serializers.CharField()
    shipment = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(PickupState.choices)
    shelf = serializers.CharField(allow_blank=True)
    ready_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    reminded_at = serializers.DateTimeField(allow_null=True)
    collected_at = serializers.DateTimeField(allow_null=True)
    collected_by = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    actions = OfferOut(many=True)


class PickupFilters(django_filters.FilterSet):
    """State, store and order."""

    state = django_filters.ChoiceFilter(choices=PickupState.choices)
    location = django_filters.CharFilter(field_name="shipment__location__code", max_length=16)
    order = django_filters.CharFilter(field_name="shipment__order__number", max_length=12)

    class Meta:
        model = Pickup
        fields: list[str] = []


def pickup_answer(row: Pickup) -> dict[str, Any]:
    """Return a pick-up with its shipment at hand as plain values."""
    same = (
        "number", "state", "shelf", "ready_at", "expires_at", "reminded_at", "collected_at", "collected_by", "version",
    )  # fmt: skip
    shipment = row.shipment
    where = {"order": shipment.order.number, "shipment": shipment.number, "location": shipment.location.code}
    return where | {name: getattr(row, name) for name in same}


class PickupViewSet(ReadsRows):
    """Lists and shows pick-ups, and runs their acts."""

    model = Pickup
    serializer_class = PickupOut
    lookup_field = "number"
    filterset_class = PickupFilters
    permissions = {"GET": "fulfillment.view_pickup", "POST": ""}
    answer = staticmethod(pickup_answer)

    def rows(self) -> "QuerySet[Pickup]":
        """Return the pick-ups in scope with their shipments."""
        return scoped(self.request.user, Pickup).select_related("shipment__order", "shipment__location")
