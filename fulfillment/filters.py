"""Filters of the floor's lists."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from fulfillment.queries import shipments_for_a_person, waiting_for_a_carrier
from fulfillment.services.third_party.silence import silent_requests
from fulfillment.states import FulfillmentOrderState
from oms.foundation.console.filters import PersonFilter, YesFilter
from orders.models import OrderAddress
from orders.models.orders import AddressKind

UNSENT = (FulfillmentOrderState.OPEN, FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


class LateFilter(YesFilter):
    """Fulfillment orders that should have left already."""

    title = "late"
    parameter_name = "late"
    word = "late"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return unsent work whose time is over."""
        return rows.filter(state__in=UNSENT, ship_by__lt=timezone.now())


class GivenFilter(DropdownFilter):
    """Narrows a list to one value that a link names; it offers no others, for there may be very many rows to ask."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the value that was named, if any."""
        value = request.GET.get(str(self.parameter_name), "").replace("\x00", "")[:40]
        return [(value, value.replace("_", " "))] if value else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list when a value was named."""
        value = str(self.value() or "").replace("\x00", "")
        return self.narrowed(queryset, value) if value else queryset

    def narrowed(self, rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Return the rows with the value."""
        raise NotImplementedError


class ServiceFilter(GivenFilter):
    """Parcels by the service that brought them."""

    title = "service"
    parameter_name = "service"

    def narrowed(self, rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(shipment__service=value)


class CountryFilter(GivenFilter):
    """Parcels by the country that they go to."""

    title = "country"
    parameter_name = "to"

    def narrowed(self, rows: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Return them."""
        to = OrderAddress.objects.filter(kind=AddressKind.SHIPPING, replaced_at=None, country=value)
        return rows.filter(Exists(to.filter(order=OuterRef("shipment__order"))))


class GivenDayFilter(YesFilter):
    """Parcels that arrived and whose carrier had given a day."""

    title = "promise"
    parameter_name = "given"
    word = "arrived, day given"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(days_late__isnull=False)


class LateParcelFilter(YesFilter):
    """Parcels that came after the day that their carrier had given."""

    title = "came late"
    parameter_name = "late"
    word = "after the carrier's day"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return rows.filter(days_late__gt=0)


class SilentFilter(YesFilter):
    """Requests to third parties that nobody has answered in time."""

    title = "silent"
    parameter_name = "silent"
    word = "not answered in time"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return silent_requests(rows, now=timezone.now())


class UnsettledFilter(PersonFilter):
    """Shipments whose label is not to be had without a person."""

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return shipments_for_a_person(rows)


class LabelWaitsFilter(YesFilter):
    """Shipments whose label has waited for its carrier longer than usual."""

    title = "label waits for a carrier"
    parameter_name = "label_waits"
    word = "waits"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return them."""
        return waiting_for_a_carrier(rows, timezone.now())


class ChosenFilter(DropdownFilter):
    """Shipments by why their service was taken, as the stored reason tells it."""

    title = "why this service"
    parameter_name = "chosen"
    words: ClassVar[dict[str, tuple[str, str]]] = {
        "cheapest": ("cheapest of several", "cheapest of"),
        "only": ("the only one", "the only service"),
        "hand": ("chosen by hand", "chosen by hand"),
        "fastest": ("none was fast enough", "this is the fastest"),
        "silent": ("a carrier did not answer", "who did not answer"),
        "stand_in": ("in place of another carrier", "Instead of"),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the reasons."""
        return [(key, told) for key, (told, _) in self.words.items()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list to one of them."""
        known = self.words.get(self.value() or "")
        return queryset.filter(rate_reason__contains=known[1]) if known else queryset
