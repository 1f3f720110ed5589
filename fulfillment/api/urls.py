"""Addresses of matching's API."""

from fulfillment.api.views import FulfillmentOrderViewSet, PackageViewSet, ShipmentViewSet
from oms.foundation.api.routing import room_urls

urlpatterns = [
    *room_urls("fulfillment-orders", FulfillmentOrderViewSet),
    *room_urls("shipments", ShipmentViewSet),
    *room_urls("packages", PackageViewSet),
]
