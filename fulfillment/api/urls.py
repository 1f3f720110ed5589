"""Addresses of matching's API."""

from django.urls import path

from fulfillment.api.availability import AvailabilityView
from fulfillment.api.boxes import BoxViewSet
from fulfillment.api.claims import ClaimViewSet
from fulfillment.api.manifests import ManifestViewSet
from fulfillment.api.partners import FulfillmentRequestViewSet
from fulfillment.api.pickups import PickupViewSet
from fulfillment.api.suppliers import SupplierRequestViewSet
from fulfillment.api.tasks import ClaimTasks, CurrentTasks, ReportTask
from fulfillment.api.views import FulfillmentOrderViewSet, PackageViewSet, ShipmentViewSet
from fulfillment.api.visits import DriverVisitViewSet
from fulfillment.api.waves import WaveViewSet
from oms.foundation.api.routing import room_urls

urlpatterns = [
    *room_urls("fulfillment-orders", FulfillmentOrderViewSet, together=True),
    *room_urls("shipments", ShipmentViewSet, together=True),
    *room_urls("packages", PackageViewSet),
    *room_urls("boxes", BoxViewSet),
    *room_urls("manifests", ManifestViewSet),
    *room_urls("driver-visits", DriverVisitViewSet),
    *room_urls("claims", ClaimViewSet),
    *room_urls("pickups", PickupViewSet),
    *room_urls("fulfillment-requests", FulfillmentRequestViewSet),
    *room_urls("supplier-requests", SupplierRequestViewSet),
    *room_urls("waves", WaveViewSet),
    path("floor/tasks/", CurrentTasks.as_view(), name="floor-tasks"),
    path("floor/tasks/claim/", ClaimTasks.as_view(), name="floor-tasks-claim"),
    path("floor/tasks/<str:number>/<slug:act>/", ReportTask.as_view(), name="floor-tasks-report"),
    path("availability/", AvailabilityView.as_view(), name="availability"),
]
