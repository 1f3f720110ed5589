"""Addresses of supply's API."""

from django.urls import path

from inventory.api.bins import BinViewSet
from inventory.api.incoming import IncomingActs, IncomingViewSet
from inventory.api.lots import LotViewSet
from inventory.api.reservations import ReservationViewSet
from inventory.api.views import LocationViewSet, ProductViewSet, StockAdjust, StockViewSet
from oms.foundation.api.routing import room_urls

release = ReservationViewSet.as_view({"post": "release"})

urlpatterns = [
    *room_urls("products", ProductViewSet),
    *room_urls("locations", LocationViewSet),
    path("stock/adjust/", StockAdjust.as_view(), name="stock-adjust"),
    *room_urls("stock", StockViewSet),
    *room_urls("bins", BinViewSet),
    *room_urls("lots", LotViewSet),
    *room_urls("incoming-stock", IncomingViewSet, creates=True, acts=False),
    path(
        "incoming-stock/<str:pk>/<slug:action_name>/",
        IncomingActs.as_view({"post": "act"}),
        name="incoming-stock-act",
    ),
    path("reservations/", ReservationViewSet.as_view({"post": "create"}), name="reservations"),
    path("reservations/<str:key>/", ReservationViewSet.as_view({"get": "retrieve"}), name="reservations-detail"),
    path(
        "reservations/<str:key>/release/", ReservationViewSet.as_view({"post": "release"}), name="reservations-release"
    ),
]
