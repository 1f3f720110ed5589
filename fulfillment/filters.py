"""Filters of the floor's lists."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fulfillment.states import FulfillmentOrderState

UNSENT = (FulfillmentOrderState.OPEN, FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


class LateFilter(admin.SimpleListFilter):
    """Fulfillment orders that should have left already."""

    title = "late"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice."""
        return [("yes", "late")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to unsent work whose time is over."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(state__in=UNSENT, ship_by__lt=timezone.now())
