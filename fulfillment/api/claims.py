"""Claims at carriers over the API: read them, and run their acts."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import CarrierClaim
from fulfillment.states_parcels import ClaimReason, ClaimState
from oms.foundation.money import minor_text
from oms.foundation.scope import scoped


class ClaimOut(serializers.Serializer[Any]):
    """What a carrier is asked to pay for a parcel; amounts are decimal strings."""

    number = serializers.CharField()
    order = serializers.CharField()
    shipment = serializers.CharField()
    tracking_number = serializers.CharField(allow_blank=True)
    carrier = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ClaimState.choices)
    reason = serializers.ChoiceField(ClaimReason.choices)
    amount = serializers.CharField()
    paid = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    due_on = serializers.DateField()
    reference = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    actions = OfferOut(many=True)


class ClaimFilters(django_filters.FilterSet):
    """State, carrier, order, and the day by which it is to be handed in."""

    state = django_filters.ChoiceFilter(choices=ClaimState.choices)
    carrier = django_filters.CharFilter(field_name="package__carrier", max_length=24)
    order = django_filters.CharFilter(field_name="package__shipment__order__number", max_length=12)
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")

    class Meta:
        model = CarrierClaim
        fields: list[str] = []


def claim_answer(row: CarrierClaim) -> dict[str, Any]:
    """Return a claim with its parcel at hand as plain values."""
    same = ("number", "state", "reason", "currency", "due_on", "reference", "submitted_at", "ended_at", "version")
    shipment = row.package.shipment
    return {name: getattr(row, name) for name in same} | {
        "order": shipment.order.number,
        "shipment": shipment.number,
        "tracking_number": row.package.tracking_number,
        "carrier": row.package.carrier,
        "amount": minor_text(row.amount, row.currency),
        "paid": minor_text(row.paid, row.currency) if row.paid is not None else None,
    }


class ClaimViewSet(ReadsRows):
    """Lists and shows claims, and runs their acts."""

    model = CarrierClaim
    serializer_class = ClaimOut
    lookup_field = "number"
    filterset_class = ClaimFilters
    permissions = {"GET": "fulfillment.view_carrierclaim", "POST": ""}
    answer = staticmethod(claim_answer)

    def rows(self) -> "QuerySet[CarrierClaim]":
        """Return the claims in scope with their parcels."""
        return scoped(self.request.user, CarrierClaim).select_related("package__shipment__order")
