"""Addresses of the way back in the API."""

from django.urls import path

from oms.foundation.api.routing import room_urls
from returns.api.returns import ReturnActs, ReturnViewSet

urlpatterns = [
    *room_urls("returns", ReturnViewSet, creates=True, acts=False),
    path("returns/<str:number>/<slug:action_name>/", ReturnActs.as_view({"post": "act"}), name="returns-act"),
]
