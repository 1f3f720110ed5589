"""Filters of the floor's lists."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from fulfillment.queries import shipments_for_a_person
from fulfillment.states import FulfillmentOrderState
from oms.foundation.console.filters import PersonFilter, YesFilter

UNSENT = (FulfillmentOrderState.OPEN, FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


class LateFilter(YesFilter):
    """Fulfillment orders that should have left already."""

    title = "late"
    parameter_name = "late"
    word = "late"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return unsent work whose time is over."""
        return rows.filter(state__in=UNSENT, ship_by__lt=timezone.now())


class UnsettledFilter(PersonFilter):
    """Shipments whose label is not to be had without a person."""

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return shipments_for_a_person(rows)
