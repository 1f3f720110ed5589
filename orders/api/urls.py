"""Addresses of demand's API."""

from django.urls import path

from oms.foundation.api.routing import room_urls
from orders.api.views import BulkCapture, CustomerViewSet, OrderActs, OrderViewSet

urlpatterns = [
    path("orders/bulk/", BulkCapture.as_view({"post": "create"}), name="orders-bulk"),
    *room_urls("orders", OrderViewSet, creates=True, acts=False),
    path("orders/<str:number>/<slug:action_name>/", OrderActs.as_view({"post": "act"}), name="orders-act"),
    *room_urls("customers", CustomerViewSet, acts=False),
]
