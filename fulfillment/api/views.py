"""Fulfillment orders, shipments and parcels over the API: read them and run their declared actions."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from fulfillment.api.filters import PackageFilters, ShipmentFilters, WorkFilters
from fulfillment.api.shapes import FulfillmentOrderOut, PackageAloneOut, ShipmentOut
from fulfillment.models import FulfillmentOrder, Package, Shipment
from fulfillment.parcel_answers import package_answer, shipment_answer
from fulfillment.queries import (
    delivery_answer,
    shipments_with_parcels,
    with_tracking,
    work_answer,
    work_with_lines,
)
from fulfillment.services.arriving import arrivals_of
from oms.foundation.actions import offers
from oms.foundation.api.together import ActsTogether
from oms.foundation.api.views import RoomViewSet
from oms.foundation.refusals import NotFound
from oms.foundation.scope import scoped


class ReadsRows(RoomViewSet):
    """Answers rows from plain values, one row with the actions it offers."""

    answer: Callable[[Any], dict[str, Any]]

    def present(self, rows: Sequence[Any]) -> list[Any]:
        """Return the answers; what each action says is worked out for one row only, a list names none."""
        answer = type(self).answer
        alone = self.lookup_field in self.kwargs
        return [{**answer(row), "actions": self._offers(row) if alone else []} for row in rows]

    def _offers(self, row: Any) -> list[dict[str, Any]]:
        """Return every action of the row, open or closed with its reasons."""
        return [
            {
                "name": offer.action.name,
                "allowed": offer.allowed,
                "reasons": [{"code": one.code, "detail": one.sentence} for one in offer.reasons],
            }
            for offer in offers(row, self.request.user)
        ]


class FulfillmentOrderViewSet(ActsTogether, ReadsRows):
    """Lists and shows what locations ship, and runs the floor's acts."""

    model = FulfillmentOrder
    serializer_class = FulfillmentOrderOut
    lookup_field = "number"
    filterset_class = WorkFilters
    permissions = {"GET": "fulfillment.view_fulfillmentorder", "POST": ""}
    answer = staticmethod(work_answer)

    def rows(self) -> "QuerySet[FulfillmentOrder]":
        """Return the fulfillment orders in scope with what they show."""
        return work_with_lines(scoped(self.request.user, FulfillmentOrder))

    def present(self, rows: Sequence[Any]) -> list[Any]:
        """Return the answers with the days on which the parcels arrive."""
        arrives = arrivals_of(rows)
        answers = zip(super().present(rows), rows, strict=True)
        return [{**answer, **delivery_answer(arrives.get(row.pk))} for answer, row in answers]


class ShipmentViewSet(ActsTogether, ReadsRows):
    """Lists and shows shipments, and runs their acts."""

    model = Shipment
    serializer_class = ShipmentOut
    lookup_field = "number"
    filterset_class = ShipmentFilters
    permissions = {"GET": "fulfillment.view_shipment", "POST": ""}
    answer = staticmethod(shipment_answer)

    def rows(self) -> "QuerySet[Shipment]":
        """Return the shipments in scope with their parcels."""
        return shipments_with_parcels(scoped(self.request.user, Shipment))


def package_alone(row: Package) -> dict[str, Any]:
    """Return a parcel with the shipment and order it belongs to."""
    return {**package_answer(row), "shipment": row.shipment.number, "order": row.shipment.order.number}


class PackageViewSet(ReadsRows):
    """Lists and shows parcels, by tracking number or id, and runs their acts."""

    model = Package
    serializer_class = PackageAloneOut
    lookup_field = "tracking_number"
    filterset_class = PackageFilters
    permissions = {"GET": "fulfillment.view_package", "POST": ""}
    answer = staticmethod(package_alone)

    def rows(self) -> "QuerySet[Package]":
        """Return the parcels in scope with their events."""
        return with_tracking(scoped(self.request.user, Package).select_related("shipment__order"))

    def lookup(self) -> dict[str, Any]:
        """Return the filter of the one parcel: its tracking number, or its id when no parcel has such a number."""
        value = self.kwargs["tracking_number"]
        if "\x00" in value:
            raise NotFound("There is nothing here.")
        rows = scoped(self.request.user, Package)
        by_id = Q(pk=int(value)) if value.isascii() and value.isdigit() and len(value) <= 18 else Q(pk=None)
        found = rows.filter(Q(tracking_number=value) | by_id).order_by("tracking_number", "pk")
        keys = [pk for pk, number in found.values_list("pk", "tracking_number") if number == value]
        keys = keys or list(found.values_list("pk", flat=True))
        if not keys:
            raise NotFound("There is no parcel with this number.")
        return {"pk": keys[0]}
