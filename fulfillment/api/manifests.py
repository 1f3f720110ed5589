"""Handing over through the API: the lists of the day, what is on them, and their acts."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import Manifest, ManifestParcel
from fulfillment.services.handover import with_totals
from fulfillment.states import HandOverWay, ManifestState
from oms.foundation.scope import scoped


class LoadedOut(serializers.Serializer[Any]):
    """A parcel on a list."""

    tracking_number = serializers.CharField()
    shipment = serializers.CharField()
    order = serializers.CharField()
    weight_g = serializers.IntegerField()
    loaded_at = serializers.DateTimeField()


class ManifestOut(serializers.Serializer[Any]):
    """The parcels that leave a location with one carrier on one day; of other channels they are counted alone."""

    number = serializers.CharField()
    location = serializers.CharField()
    carrier = serializers.CharField()
    day = serializers.DateField(help_text="By the location's own calendar.")
    state = serializers.ChoiceField(ManifestState.choices)
    carrier_number = serializers.CharField(allow_blank=True)
    failure = serializers.CharField(allow_blank=True)
    parcels = serializers.IntegerField()
    weight_g = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)
    handed_over_at = serializers.DateTimeField(allow_null=True)
    way = serializers.ChoiceField([("", "not yet"), *HandOverWay.choices])
    version = serializers.IntegerField()
    packages = LoadedOut(many=True)
    actions = OfferOut(many=True)


class ManifestFilters(django_filters.FilterSet):
    """State, location, carrier and day."""

    state = django_filters.ChoiceFilter(choices=ManifestState.choices)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)
    carrier = django_filters.CharFilter(max_length=24)
    day = django_filters.DateFilter()

    class Meta:
        model = Manifest
        fields: list[str] = []


def manifest_answer(row: Any) -> dict[str, Any]:
    """Return a list with its rows at hand as plain values."""
    same = (
        "number", "carrier", "day", "state", "carrier_number", "failure", "closed_at", "handed_over_at", "way",
        "version",
    )  # fmt: skip
    packages = [
        {
            "tracking_number": one.tracking_number,
            "shipment": one.package.shipment.number,
            "order": one.package.shipment.order.number,
            "weight_g": one.package.weight_g,
            "loaded_at": one.loaded_at,
        }
        for one in row.shown_rows
    ]
    told = {name: getattr(row, name) for name in same}
    totals = {"parcels": row.parcel_count, "weight_g": row.total_weight_g}
    return {"location": row.location.code} | told | totals | {"packages": packages}


class ManifestViewSet(ReadsRows):
    """Lists and shows the lists of the day, and runs their acts."""

    model = Manifest
    serializer_class = ManifestOut
    lookup_field = "number"
    filterset_class = ManifestFilters
    permissions = {"GET": "fulfillment.view_manifest", "POST": ""}
    answer = staticmethod(manifest_answer)

    def rows(self) -> "QuerySet[Manifest]":
        """Return the lists in scope, each with the parcels that the caller may see."""
        mine = scoped(self.request.user, ManifestParcel).filter(left_at=None)
        shown = Prefetch("rows", mine.select_related("package__shipment__order").order_by("pk"), to_attr="shown_rows")
        rows: QuerySet[Manifest] = scoped(self.request.user, Manifest)
        return with_totals(rows).select_related("location").prefetch_related(shown)
