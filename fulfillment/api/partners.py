"""Third parties over the API: what each is asked to send, to where, and its answers; a partner polls it."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from fulfillment.api.suppliers import SupplierRequestFilters, SupplierRequestOut, SupplierRequestViewSet, request_answer
from fulfillment.models import SupplierRequest
from inventory.models.places import LocationKind
from orders.models import OrderAddress
from orders.models.orders import AddressKind
from orders.states import ServiceLevel

ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")


class ShipToOut(serializers.Serializer[Any]):
    """Where it goes."""

    name = serializers.CharField()
    company = serializers.CharField(allow_blank=True)
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    country = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class FulfillmentRequestOut(SupplierRequestOut):
    """What a supplier or third party is asked to send, with all that it takes to do so."""

    ship_to = ShipToOut(allow_null=True)
    ship_by = serializers.DateTimeField(allow_null=True)
    service_level = serializers.ChoiceField(ServiceLevel.choices)
    instructions = serializers.CharField(allow_blank=True)
    cancel_asked_at = serializers.DateTimeField(allow_null=True)


class FulfillmentRequestFilters(SupplierRequestFilters):
    """State, location, its kind, order, and what came after a moment."""

    kind = django_filters.ChoiceFilter(field_name="fulfillment_order__location__kind", choices=LocationKind.choices)
    asked_after = django_filters.IsoDateTimeFilter(field_name="asked_at", lookup_expr="gt")


def partner_answer(row: SupplierRequest) -> dict[str, Any]:
    """Return a request with its work and address at hand as plain values."""
    order = row.fulfillment_order.order
    to = next((one for one in order.addresses.all()), None)
    return request_answer(row) | {
        "ship_to": {name: getattr(to, name) for name in ADDRESS} if to else None,
        "ship_by": row.fulfillment_order.ship_by,
        "service_level": order.service_level,
        "instructions": order.instructions,
        "cancel_asked_at": row.cancel_asked_at,
    }


class FulfillmentRequestViewSet(SupplierRequestViewSet):
    """Lists and shows what partners are asked to send, and takes their answers."""

    serializer_class = FulfillmentRequestOut
    filterset_class = FulfillmentRequestFilters
    answer = staticmethod(partner_answer)

    def rows(self) -> "QuerySet[SupplierRequest]":
        """Return the requests in scope with where they go."""
        current = OrderAddress.objects.filter(kind=AddressKind.SHIPPING, replaced_at=None)
        return super().rows().prefetch_related(Prefetch("fulfillment_order__order__addresses", current))
