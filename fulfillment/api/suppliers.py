"""Drop-ship over the API: what a supplier is asked to send, and its answers."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut, PiecesOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import SupplierRequest
from fulfillment.queries import pieces_answer, pieces_of_work
from fulfillment.states import RequestState
from oms.foundation.scope import scoped


class SupplierRequestOut(serializers.Serializer[Any]):
    """A purchase order to a supplier who sends straight to the customer."""

    number = serializers.CharField()
    order = serializers.CharField()
    fulfillment_order = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(RequestState.choices)
    reference = serializers.CharField(allow_blank=True, help_text="The supplier's own number.")
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    sends_on = serializers.DateField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    lines = PiecesOut(many=True)
    actions = OfferOut(many=True)


class SupplierRequestFilters(django_filters.FilterSet):
    """State, supplier and order."""

    state = django_filters.ChoiceFilter(choices=RequestState.choices)
    location = django_filters.CharFilter(field_name="fulfillment_order__location__code", max_length=16)
    order = django_filters.CharFilter(field_name="fulfillment_order__order__number", max_length=12)

    class Meta:
        model = SupplierRequest
        fields: list[str] = []


def request_answer(row: SupplierRequest) -> dict[str, Any]:
    """Return a request with its work at hand as plain values."""
    work = row.fulfillment_order
    same = ("number", "state", "reference", "asked_at", "answered_at", "sends_on", "answer", "version")
    where = {"order": work.order.number, "fulfillment_order": work.number, "location": work.location.code}
    return where | {name: getattr(row, name) for name in same} | {"lines": pieces_answer(work)}


class SupplierRequestViewSet(ReadsRows):
    """Lists and shows what suppliers are asked to send, and takes their answers."""

    model = SupplierRequest
    serializer_class = SupplierRequestOut
    lookup_field = "number"
    filterset_class = SupplierRequestFilters
    permissions = {"GET": "fulfillment.view_supplierrequest", "POST": ""}
    answer = staticmethod(request_answer)

    def rows(self) -> "QuerySet[SupplierRequest]":
        """Return the requests in scope with their work and its pieces."""
        rows = scoped(self.request.user, SupplierRequest)
        found = rows.select_related("fulfillment_order__order", "fulfillment_order__location")
        return found.prefetch_related(pieces_of_work("fulfillment_order__"))
