"""Incoming stock over the API: announced, listed, changed and received by its actions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from inventory.api.filters import IncomingFilters
from inventory.api.shapes import IncomingIn, IncomingOut
from inventory.models import IncomingStock, Location
from inventory.services.incoming import announce_stock
from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.views import RoomViewSet
from oms.foundation.scope import scoped, scoped_row


class IncomingViewSet(RoomViewSet):
    """Lists, shows and announces incoming stock by id."""

    model = IncomingStock
    serializer_class = IncomingOut
    lookup_field = "pk"
    filterset_class = IncomingFilters
    permissions = {"GET": "inventory.view_incomingstock", "POST": "inventory.add_incomingstock"}

    def rows(self) -> "QuerySet[IncomingStock]":
        """Return the announcements in scope with SKU and location."""
        return scoped(self.request.user, IncomingStock).select_related("product", "location")

    @extend_schema(request=IncomingIn, responses={201: IncomingOut})
    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Announce stock once for the idempotency key."""
        return once(request, lambda: self._announce(request))

    def _announce(self, request: Request) -> tuple[int, Any]:
        """Read, announce and answer; a location out of scope is one that does not exist."""
        form = IncomingIn(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        if Location.objects.filter(code=told["location"]).exists():
            scoped_row(request.user, Location, code=told["location"])
        row = announce_stock(**told, actor=Actor.of(request.user, now=timezone.now()))
        return 201, IncomingOut(row).data


class IncomingActs(IncomingViewSet):
    """Changes what is expected (``reschedule``) and puts it on the shelf (``receive``); each act asks for its own."""

    permissions = {"POST": ""}
