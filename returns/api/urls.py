"""Addresses of the way back in the API."""

from oms.foundation.api.routing import room_urls
from returns.api.returns import ReturnViewSet

urlpatterns = room_urls("returns", ReturnViewSet, creates=True)
