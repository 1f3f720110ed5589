"""Addresses of the roof in the API."""

from django.urls import path

from oms.outlets.api.endpoints import EndpointViewSet

urlpatterns = [
    path(
        "webhook-endpoints/",
        EndpointViewSet.as_view({"get": "list", "post": "create"}),
        name="webhook-endpoints-list",
    ),
    path(
        "webhook-endpoints/<str:pk>/",
        EndpointViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="webhook-endpoints-detail",
    ),
]
