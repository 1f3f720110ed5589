"""Reservations over the API: a cart or quote keeps pieces for a while, renews them, or gives them back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ListSerializer
from rest_framework.viewsets import ViewSet

from inventory.models import Reservation
from inventory.services.reservations import LONGEST_KEY, cart_key, release_reservation, reserve_pieces
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.strict import StrictSerializer, Text, WholeNumber
from oms.foundation.refusals import NotFound

MOST_LINES, LONGEST_MINUTES, USUAL_MINUTES = 200, 30 * 24 * 60, 15
LONGEST = LONGEST_KEY - 20
"""What a caller may write: the account's number stands before it."""


def own_key(principal: Any, key: str) -> str:
    """Return the key as it is kept: a system's carts are those of its account, whatever numbers other shops give."""
    account = getattr(principal, "account", None)
    begin = "" if account is None else cart_key(account.pk, "")
    return key if key.startswith(begin) else f"{begin}{key}"


class ReservedLineIn(StrictSerializer):
    """Pieces of one SKU."""

    sku = Text(max_length=64, required=True)
    quantity = WholeNumber(min_value=1, max_value=MAX_PIECES)


class ReservationIn(StrictSerializer):
    """What a cart or quote keeps, and for how many minutes; the key is the number that its order will have."""

    key = Text(max_length=LONGEST, required=True)
    minutes = WholeNumber(min_value=1, max_value=LONGEST_MINUTES, default=USUAL_MINUTES)
    lines = ListSerializer[Any](child=ReservedLineIn(), allow_empty=False, max_length=MOST_LINES)

    def validate_key(self, key: str) -> str:
        """Refuse what could not stand in an address."""
        if "/" in key:
            raise serializers.ValidationError("A key has no slash; write another sign.", code="slash")
        return key


class ReservedLineOut(serializers.Serializer[Any]):
    """Pieces of one SKU."""

    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class ReservationOut(serializers.Serializer[Any]):
    """What a cart or quote has in hand until a moment."""

    key = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    lines = ReservedLineOut(many=True)


class ReservationViewSet(ViewSet):
    """Keeps pieces for a cart or quote, shows them, and gives them back."""

    model = Reservation
    permissions = {"GET": "inventory.add_reservation", "POST": "inventory.add_reservation"}

    @extend_schema(request=ReservationIn, responses={201: ReservationOut})
    def create(self, request: Request) -> HttpResponse:
        """Keep pieces, at no location; asking again with the key replaces what it had and renews its time."""
        return once(request, lambda: self._reserve(request))

    def _reserve(self, request: Request) -> tuple[int, Any]:
        """Read, reserve and answer."""
        form = ReservationIn(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        pieces: dict[str, int] = {}
        for line in told["lines"]:
            pieces[line["sku"]] = pieces.get(line["sku"], 0) + line["quantity"]
        now = timezone.now()
        expires_at = now + timedelta(minutes=told["minutes"])
        actor = Actor.of(request.user, now=now)
        rows = reserve_pieces(key=own_key(request.user, told["key"]), pieces=pieces, expires_at=expires_at, actor=actor)
        return 201, _answer(told["key"], rows)

    @extend_schema(responses={200: ReservationOut})
    def retrieve(self, request: Request, key: str) -> Response:
        """Answer the pieces of a key that has not run out."""
        known = "" if "\x00" in key else own_key(request.user, key)
        rows = list(Reservation.objects.filter(key=known, expires_at__gt=timezone.now()).select_related("product"))
        if not rows:
            raise NotFound("Nothing is reserved under this key, or its time is over.")
        return Response(_answer(key, rows))

    @extend_schema(request=None, responses={200: ReservationOut})
    def release(self, request: Request, key: str) -> HttpResponse:
        """Give the pieces back; a key that has none is answered alike."""
        return once(request, lambda: self._release(request, "" if "\x00" in key else key))

    def _release(self, request: Request, key: str) -> tuple[int, Any]:
        """Release and answer."""
        release_reservation(
            key=own_key(request.user, key) if key else "", actor=Actor.of(request.user, now=timezone.now())
        )
        return 200, _answer(key, [])


def _answer(key: str, rows: Sequence[Reservation]) -> dict[str, Any]:
    """Return what is in hand."""
    lines = [{"sku": row.product.sku, "quantity": row.quantity} for row in rows]
    return ReservationOut({"key": key, "expires_at": rows[0].expires_at if rows else None, "lines": lines}).data
