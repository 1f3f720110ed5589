"""Returns in the API: announce one, look at it, and act on it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from oms.foundation.actions import action_named, offers, run_action
from oms.foundation.api.idempotent import once
from oms.foundation.api.views import RoomViewSet
from oms.foundation.money import minor_text
from oms.foundation.refusals import Invalid
from oms.foundation.scope import scoped_row
from orders.models import Order
from returns.models import Return, ReturnedLot, ReturnLine
from returns.queries import lines_with_goods
from returns.states import ReturnReason


class ReturnedLotOut(serializers.Serializer[ReturnedLot]):
    """Pieces of a lot, or the one of a serial number, that came back."""

    number = serializers.CharField()
    quantity = serializers.IntegerField()
    was_sent = serializers.BooleanField(help_text="Whether it was sent with this line of the order.")


class ReturnLineOut(serializers.Serializer[ReturnLine]):
    """Pieces of one order line on their way back."""

    line = serializers.IntegerField(source="order_line.position")
    sku = serializers.CharField(source="order_line.sku")
    quantity = serializers.IntegerField()
    received = serializers.IntegerField(source="quantity_received")
    restocked = serializers.IntegerField(source="quantity_restocked")
    reception = serializers.CharField()
    acceptance = serializers.CharField()
    disposition = serializers.CharField()
    note = serializers.CharField(source="inspection_note")
    lots = ReturnedLotOut(many=True, help_text="Lots and serial numbers that came back, as far as somebody named them.")


class OfferOut(serializers.Serializer[Any]):
    """An action, open or closed with its reasons."""

    name = serializers.CharField()
    allowed = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())


class ReturnOut(serializers.Serializer[Return]):
    """A return with its lines and what may be done with it."""

    number = serializers.CharField()
    order = serializers.CharField(source="order.number")
    state = serializers.CharField()
    version = serializers.IntegerField()
    reason = serializers.CharField()
    note = serializers.CharField()
    location = serializers.SerializerMethodField()
    refund = serializers.SerializerMethodField()
    refund_shipping = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.SerializerMethodField()
    unexpected = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_location(self, one: Return) -> str | None:
        """Return the code of the location it is sent to or arrived at."""
        return one.location.code if one.location else None

    def get_refund(self, one: Return) -> dict[str, str] | None:
        """Return the refund it earned."""
        refund = one.refund
        if refund is None:
            return None
        amount = minor_text(refund.amount, refund.currency)
        return {"state": refund.state, "amount": amount, "currency": refund.currency}

    @extend_schema(responses=ReturnLineOut(many=True))
    def get_lines(self, one: Return) -> list[dict[str, Any]]:
        """Return the lines in the order of the order."""
        lines = sorted(one.lines.all(), key=lambda line: line.order_line.position)
        return [dict(ReturnLineOut(line).data) for line in lines]

    def get_unexpected(self, one: Return) -> list[dict[str, Any]]:
        """Return what was found in the parcel that nobody announced."""
        return [
            {"sku": receipt.sku, "quantity": receipt.quantity}
            for receipt in one.receipts.all()
            if receipt.return_line_id is None
        ]

    def get_actions(self, one: Return) -> list[dict[str, Any]]:
        """Return what the caller may do with it."""
        found = offers(one, self.context["request"].user)
        return [
            {"name": offer.action.name, "allowed": offer.allowed, "reasons": [why.sentence for why in offer.reasons]}
            for offer in found
        ]


class AnnouncedLineIn(serializers.Serializer[Any]):
    """Pieces to send back: the line by its number or its SKU."""

    line = serializers.IntegerField(required=False)
    sku = serializers.CharField(required=False)
    quantity = serializers.IntegerField()


class ReturnIn(serializers.Serializer[Any]):
    """What comes back of which order, and why."""

    order = serializers.CharField()
    reason = serializers.ChoiceField(choices=ReturnReason.choices, required=False)
    lines = AnnouncedLineIn(many=True)
    note = serializers.CharField(required=False)
    location = serializers.CharField(required=False)
    refund_shipping = serializers.BooleanField(required=False)


class ReturnViewSet(RoomViewSet):
    """Returns of the caller's orders."""

    model = Return
    serializer_class = ReturnOut
    lookup_field = "number"
    filterset_fields = ["state"]
    permissions = {"GET": "returns.view_return", "POST": "returns.request_return"}

    def rows(self) -> "QuerySet[Return]":
        """Return the rows in scope with everything the answer shows."""
        rows = super().rows().select_related("order", "location", "refund")
        return rows.prefetch_related(lines_with_goods(), "receipts")

    @extend_schema(request=ReturnIn, responses={201: ReturnOut})
    def create(self, request: Request) -> HttpResponse:
        """Announce a return of an order, as the order's action ``request_return`` does."""
        return once(request, lambda: self._create(request))

    def _create(self, request: Request) -> tuple[int, Any]:
        """Run the order's action and answer the new return."""
        data = request.data
        if not isinstance(data, Mapping):
            raise Invalid("The body must be a JSON object.", code="not_an_object")
        number = data.get("order")
        if not isinstance(number, str) or not number or "\x00" in number:
            raise Invalid("Name the order by its number.", code="required", field="order")
        scoped_row(request.user, Order, number=number)
        one = run_action(
            action_named(Order, "request_return"),
            principal=request.user,
            lookup={"number": number},
            data={name: value for name, value in data.items() if name != "order"},
            now=timezone.now(),
        )
        return 201, self.present([self.rows().get(pk=one.pk)])[0]


class ReturnActs(ReturnViewSet):
    """Runs the declared actions of returns; each action asks for a permission of its own."""

    permissions = {"POST": ""}
