"""What can be promised of a basket, over the API."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fulfillment.services.promising import Asked, Promise, SkuAnswer, promise_basket
from inventory.models import IncomingStock, StockLevel
from oms.foundation.money import parse_minor
from oms.foundation.refusals import Invalid
from oms.foundation.scope import scoped
from orders.models import Channel
from orders.screening.address import rules_of
from orders.states import ServiceLevel

MOST_SKUS, MOST_PIECES, LONGEST_CODE = 200, 1_000_000, 16
MOST_TAGS, LONGEST_TAG = 50, 64


class PlaceOut(serializers.Serializer[Any]):
    """Pieces of one location that can be promised."""

    location = serializers.CharField()
    available = serializers.IntegerField()


class FromOut(serializers.Serializer[Any]):
    """Pieces that a location would send."""

    location = serializers.CharField()
    quantity = serializers.IntegerField()


class PromiseOut(serializers.Serializer[Any]):
    """What becomes of the pieces: ``missing`` are not on a shelf now; days are told where a country is."""

    complete = serializers.BooleanField(help_text="Everything is there, or on its way.")
    missing = serializers.IntegerField()
    why = serializers.CharField(allow_blank=True, help_text="Who would send it, or what is in the way.")
    one_place = serializers.BooleanField(help_text="All of it can leave now, from one place.")
    ships_from = FromOut(many=True)
    ship_by = serializers.DateTimeField(allow_null=True, help_text="When the last piece leaves.")
    delivery_p50 = serializers.DateField(allow_null=True, help_text="Five of ten parcels have arrived by then.")
    delivery_p90 = serializers.DateField(allow_null=True, help_text="Nine of ten parcels have arrived by then.")


class IncomingPiecesOut(serializers.Serializer[Any]):
    """Pieces on their way."""

    expected_on = serializers.DateField()
    location = serializers.CharField()
    quantity = serializers.IntegerField()


class AvailabilityOut(serializers.Serializer[Any]):
    """What can be promised of one SKU: all locations less what carts have in hand, and what comes."""

    sku = serializers.CharField()
    known = serializers.BooleanField()
    quantity = serializers.IntegerField()
    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Pieces that orders wait for; incoming stock serves them first.")
    locations = PlaceOut(many=True)
    incoming = IncomingPiecesOut(many=True)
    promise = PromiseOut(allow_null=True)


class AvailabilityList(serializers.Serializer[Any]):
    """The answers in the order asked, and what becomes of the whole basket."""

    results = AvailabilityOut(many=True)
    basket = PromiseOut()
    same_day = serializers.BooleanField(help_text="All of it can be delivered today, by courier from near.")
    same_day_why = serializers.CharField(
        allow_blank=True, help_text="From where it comes today, or what is in the way."
    )


def _query(name: str, kind: type, words: str, **more: Any) -> OpenApiParameter:
    """Return the description of one part of the question."""
    return OpenApiParameter(name, kind, description=words, **more)


class AvailabilityView(APIView):
    """Tells what can be promised of SKUs."""

    permissions = {"GET": "inventory.view_stocklevel"}

    @extend_schema(
        parameters=[
            _query("sku", str, "Repeat it for several.", many=True, required=True),
            _query("quantity", int, "One for each SKU, in their order; 1 without any.", many=True),
            _query("country", str, "Two letters, where it goes."),
            _query("postal_code", str, "Where it goes."),
            _query("service_level", str, "How it travels.", enum=ServiceLevel.values),
            _query("pickup_location", str, "The code of the store where it is collected; any store without one."),
            _query("channel", str, "The code of the channel; a key speaks for its own."),
            _query("tag", str, "A tag of the order, as sourcing rules ask for it; repeat it for several.", many=True),
            _query("total", str, "What the customer would pay, like 49.90, in the channel's currency."),
        ],
        responses={200: AvailabilityList},
    )
    def get(self, request: Request) -> Response:
        """Answer every SKU in the order asked; an unknown one is not known and has nothing."""
        answer = promise_basket(
            _asked(request),
            levels=scoped(request.user, StockLevel),
            incoming=scoped(request.user, IncomingStock),
            now=timezone.now(),
        )
        told = {
            "results": [_sku(one) for one in answer.skus],
            "basket": _promise(answer.basket),
            "same_day": answer.same_day,
            "same_day_why": answer.today,
        }
        return Response(told)


def _asked(request: Request) -> Asked:
    """Return the question; raises :class:`Invalid` with the part at fault."""
    query = request.query_params
    skus = query.getlist("sku")
    if not skus or len(set(skus)) > MOST_SKUS or any("\x00" in sku for sku in skus):
        raise Invalid(f"Name 1 to {MOST_SKUS} products, like ?sku=A&sku=B.", code="bad_skus", field="sku")
    level = query.get("service_level", ServiceLevel.STANDARD)
    if level not in ServiceLevel.values:
        words = ", ".join(ServiceLevel.values)
        raise Invalid(f"This is no shipping method. Known: {words}.", code="unknown", field="service_level")
    country = query.get("country", "").upper()
    if country and (len(country) != 2 or rules_of(country) is None):
        raise Invalid("Write the country's two letters, like GB.", code="unknown_country", field="country")
    store = query.get("pickup_location", "")
    if store and (level != ServiceLevel.PICKUP or len(store) > LONGEST_CODE or "\x00" in store):
        sentence = "Name a store by its code, and only for the service level pickup."
        raise Invalid(sentence, code="not_pickup", field="pickup_location")
    pieces: dict[str, int] = {}
    for sku, quantity in zip(skus, _quantities(query.getlist("quantity"), skus), strict=True):
        pieces[sku] = pieces.get(sku, 0) + quantity
    return Asked(pieces, country, query.get("postal_code", "")[:20], level, store, **_order_told(request))


def _order_told(request: Request) -> dict[str, Any]:
    """Return what sourcing rules ask of the order itself; raises :class:`Invalid` with the part at fault."""
    query = request.query_params
    tags, code, total = query.getlist("tag"), query.get("channel", ""), query.get("total", "")
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG or "\x00" in tag for tag in tags):
        raise Invalid(f"Name at most {MOST_TAGS} tags of {LONGEST_TAG} letters.", code="bad_tags", field="tag")
    own = getattr(request.user, "account", None)
    channels = scoped(request.user, Channel)
    channel = channels.filter(code=code).first() if code and "\x00" not in code else own and own.channel
    if code and channel is None:
        raise Invalid("There is no channel with this code that you may see.", code="unknown_channel", field="channel")
    if not total:
        return {"channel": channel.code if channel else "", "tags": frozenset(tags)}
    if channel is None:
        raise Invalid("Name the channel too: the total is in its currency.", code="no_channel", field="channel")
    try:
        amount = parse_minor(total, channel.currency)
    except Invalid as fault:
        raise Invalid(fault.sentence, code="bad_amount", field="total") from fault
    return {"channel": channel.code, "tags": frozenset(tags), "total": amount}


def _quantities(told: Sequence[str], skus: Sequence[str]) -> list[int]:
    """Return the pieces of each SKU; one each where none are told."""
    texts = told or ["1"] * len(skus)
    good = all(text.isascii() and text.isdigit() and 0 < int(text[:8]) <= MOST_PIECES for text in texts)
    if not good or len(texts) != len(skus):
        sentence = f"Give each SKU its pieces, 1 to {MOST_PIECES:,}, like ?sku=A&quantity=2&sku=B&quantity=1."
        raise Invalid(sentence, code="bad_quantity", field="quantity")
    return [int(text[:8]) for text in texts]


def _sku(one: SkuAnswer) -> dict[str, Any]:
    """Return the answer to one SKU."""
    return {
        "sku": one.sku,
        "known": one.known,
        "quantity": one.quantity,
        "available": one.available,
        "reserved": one.reserved,
        "waiting": one.waiting,
        "locations": [{"location": code, "available": pieces} for code, pieces in one.locations.items()],
        "incoming": [
            {"expected_on": row.expected_on, "location": row.location, "quantity": row.pieces} for row in one.incoming
        ],
        "promise": _promise(one.promise) if one.promise else None,
    }


def _promise(one: Promise) -> dict[str, Any]:
    """Return what becomes of the pieces."""
    return {
        "complete": one.complete,
        "missing": one.missing,
        "why": one.sentence,
        "one_place": not one.missing and len(one.places) == 1,
        "ships_from": [{"location": code, "quantity": pieces} for code, pieces in one.places.items()],
        "ship_by": one.ship_by,
        "delivery_p50": one.delivery_p50,
        "delivery_p90": one.delivery_p90,
    }
