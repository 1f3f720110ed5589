"""Drivers' visits over the API: who comes when, and the acts on them."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import DriverVisit
from fulfillment.states import VisitState
from oms.foundation.scope import scoped


class DriverVisitOut(serializers.Serializer[Any]):
    """A driver of a carrier who is to come to a location on a day."""

    number = serializers.CharField()
    location = serializers.CharField()
    carrier = serializers.CharField()
    day = serializers.DateField()
    window = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(VisitState.choices)
    parcels = serializers.IntegerField()
    weight_g = serializers.IntegerField()
    confirmation = serializers.CharField(allow_blank=True, help_text="The carrier's own number.")
    failure = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    actions = OfferOut(many=True)


class DriverVisitFilters(django_filters.FilterSet):
    """State, location, carrier and day."""

    state = django_filters.ChoiceFilter(choices=VisitState.choices)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    carrier = django_filters.CharFilter(max_length=24)
    day = django_filters.DateFilter()

    class Meta:
        model = DriverVisit
        fields: list[str] = []


def visit_answer(row: DriverVisit) -> dict[str, Any]:
    """Return a visit with its location at hand as plain values."""
    same = (
        "number", "carrier", "day", "window", "state", "parcels", "weight_g", "confirmation", "failure", "version",
    )  # fmt: skip
    return {"location": row.location.code} | {name: getattr(row, name) for name in same}


class DriverVisitViewSet(ReadsRows):
    """Lists and shows drivers' visits, and runs their acts."""

    model = DriverVisit
    serializer_class = DriverVisitOut
    lookup_field = "number"
    filterset_class = DriverVisitFilters
    permissions = {"GET": "fulfillment.view_drivervisit", "POST": ""}
    answer = staticmethod(visit_answer)

    def rows(self) -> "QuerySet[DriverVisit]":
        """Return the visits in scope with their locations."""
        rows: QuerySet[DriverVisit] = scoped(self.request.user, DriverVisit)
        return rows.select_related("location")
