"""Waves over the API: list and read them with their walks, release a draft, free what nobody has begun."""

from typing import Any

import django_filters
from django.db.models import Count, Prefetch, Q, QuerySet
from rest_framework import serializers

from fulfillment.api.shapes import OfferOut
from fulfillment.api.views import ReadsRows
from fulfillment.models import PickList, Wave, WaveOrder
from fulfillment.states import LIVE_TASKS, PickingStrategy, PickListState, WaveState
from oms.foundation.scope import scoped


class WaveWalkOut(serializers.Serializer[Any]):
    """One walk of a wave."""

    number = serializers.CharField()
    turn = serializers.IntegerField()
    zone = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(PickListState.choices)
    picker = serializers.CharField(allow_blank=True)
    stops = serializers.IntegerField()
    stops_left = serializers.IntegerField()
    metres = serializers.IntegerField(allow_null=True)
    begun_at = serializers.DateTimeField(allow_null=True)


class WaveOrderOut(serializers.Serializer[Any]):
    """One order of a wave, and why the release passed it over."""

    order = serializers.CharField()
    fulfillment_order = serializers.CharField()
    passed_over = serializers.CharField(allow_blank=True)


class WaveOut(serializers.Serializer[Any]):
    """Orders of one location that are picked together."""

    number = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(WaveState.choices)
    strategy = serializers.ChoiceField(PickingStrategy.choices)
    chosen = serializers.CharField(allow_blank=True)
    metres = serializers.IntegerField(allow_null=True)
    metres_saved = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    walks = WaveWalkOut(many=True)
    orders = WaveOrderOut(many=True)
    actions = OfferOut(many=True)


class WaveFilters(django_filters.FilterSet):
    """State, strategy and location."""

    state = django_filters.ChoiceFilter(choices=WaveState.choices)
    strategy = django_filters.ChoiceFilter(choices=PickingStrategy.choices)
    location = django_filters.CharFilter(field_name="location__code", max_length=16)

    class Meta:
        model = Wave
        fields: list[str] = []


def _metres(length_mm: int | None) -> int | None:
    """Return millimetres as whole metres."""
    return None if length_mm is None else round(length_mm / 1000)


def _walk(row: Any) -> dict[str, Any]:
    """Return a walk as plain values."""
    return {
        **{name: getattr(row, name) for name in ("number", "turn", "zone", "state", "metres", "begun_at")},
        "picker": row.picker.get_username() if row.picker else "",
        "stops": row.stop_count,
        "stops_left": row.left_count,
    }


def wave_answer(row: Wave) -> dict[str, Any]:
    """Return a wave with its walks, and the orders at hand of it, as plain values."""
    same = ("number", "state", "strategy", "chosen", "created_at", "released_at", "ended_at", "version")
    return {
        **{name: getattr(row, name) for name in same},
        "location": row.location.code,
        "metres": _metres(row.length_mm),
        "metres_saved": _metres(row.saved_mm),
        "walks": [_walk(one) for one in row.walks.all()],
        "orders": [
            {
                "order": one.fulfillment_order.order.number,
                "fulfillment_order": one.fulfillment_order.number,
                "passed_over": one.passed_over,
            }
            for one in row.orders.all()
        ],
    }


class WaveViewSet(ReadsRows):
    """Lists and shows waves, and runs their acts."""

    model = Wave
    serializer_class = WaveOut
    lookup_field = "number"
    filterset_class = WaveFilters
    permissions = {"GET": "fulfillment.view_wave", "POST": ""}
    answer = staticmethod(wave_answer)

    def rows(self) -> "QuerySet[Wave]":
        """Return the waves in scope with their walks, and the orders of them that are in scope too."""
        left = Count("tasks", filter=Q(tasks__state__in=LIVE_TASKS))
        walks = PickList.objects.annotate(stop_count=Count("tasks"), left_count=left).select_related("picker")
        mine = scoped(self.request.user, WaveOrder).select_related("fulfillment_order__order").order_by("position")
        rows = scoped(self.request.user, Wave).select_related("location")
        return rows.prefetch_related(Prefetch("walks", walks.order_by("turn")), Prefetch("orders", mine))
