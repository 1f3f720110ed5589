"""Orders and customers over the API: capture one or many, read, and run the declared actions."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import once
from oms.foundation.api.problems import problem_of
from oms.foundation.api.views import RoomViewSet
from oms.foundation.refusals import Denied, Invalid, Refused
from oms.foundation.scope import scoped
from orders.api.answers import order_answers
from orders.api.authentication import ApiCaller
from orders.api.filters import CustomerFilters, OrderFilters
from orders.api.serializers import OrderInSerializer, read_order
from orders.api.shapes import MOST_IN_BULK, BulkIn, BulkOut, CustomerOut, OrderOut
from orders.intake import OrderIn
from orders.models import Customer, Order
from orders.queries import with_answers
from orders.services.capture import Captured, capture_orders


class OrderViewSet(RoomViewSet):
    """Lists, shows and captures the orders of the caller's channel."""

    model = Order
    serializer_class = OrderOut
    lookup_field = "number"
    filterset_class = OrderFilters
    permissions = {"GET": "orders.view_order", "POST": "orders.add_order"}

    def rows(self) -> "QuerySet[Order]":
        """Return the orders in scope with all that their answers show."""
        return with_answers(scoped(self.request.user, Order))

    def present(self, rows: Sequence[Order]) -> list[Any]:
        """Return the answers of many orders at the price of one."""
        return order_answers(rows, self.request.user)

    @extend_schema(request=OrderInSerializer, responses={201: OrderOut, 200: OrderOut})
    def create(self, request: Request) -> HttpResponse:
        """Capture one order: 201, or 200 with the same order when its number was captured before."""
        return once(request, lambda: self._create(request))

    def _create(self, request: Request) -> tuple[int, Any]:
        """Read, capture and answer one order."""
        caller = caller_of(request)
        captured = self.capture([read_order(request.data, caller.account.channel)])
        [(status, answer)] = self.answers_of(captured)
        return status, answer

    def capture(self, orders: Sequence[OrderIn]) -> list[Captured]:
        """Capture orders for the caller's account."""
        caller = caller_of(self.request)
        actor = Actor.of(caller, now=timezone.now())
        return capture_orders(account_id=caller.account.pk, account=caller.account, orders=orders, actor=actor)

    def answers_of(self, captured: Sequence[Captured]) -> list[tuple[int, Any]]:
        """Return status and answer of each captured order; only those known before are read again."""
        new = {one.order.pk: one.order for one in captured if one.created}
        old = {one.order.pk for one in captured} - new.keys()
        answers = {
            answer["number"]: answer for answer in order_answers([*new.values()], caller_of(self.request), fresh=True)
        }
        if old:
            answers |= {answer["number"]: answer for answer in self.present(list(self.rows().filter(pk__in=old)))}
        return [(201 if one.created else 200, answers[one.order.number]) for one in captured]


class OrderActs(OrderViewSet):
    """Runs the declared actions of orders; each action asks for a permission of its own."""

    permissions = {"POST": ""}


class BulkCapture(OrderViewSet):
    """Captures up to 500 orders in one call."""

    permissions = {"POST": "orders.add_order"}
    pagination_class = None
    filter_backends = ()

    @extend_schema(request=BulkIn, responses={200: BulkOut})
    def create(self, request: Request) -> HttpResponse:
        """Capture many orders, all in one transaction; each row has its own result, in input order."""
        return once(request, lambda: self._create(request))

    def _create(self, request: Request) -> tuple[int, Any]:
        """Read every row, capture those without faults, and answer all."""
        channel = caller_of(request).account.channel
        read = [_read(row, channel) for row in _rows_of(request.data)]
        good = [one for one in read if isinstance(one, OrderIn)]
        answers = iter(self.answers_of(self.capture(good)) if good else [])
        return 200, {"results": [_result(one, answers) for one in read]}


def _read(row: Any, channel: Any) -> OrderIn | Refused:
    """Return the order of a row, or why it is refused."""
    try:
        return read_order(row, channel)
    except Refused as refusal:
        return refusal


def _result(one: OrderIn | Refused, answers: Any) -> dict[str, Any]:
    """Return the result of one row."""
    if isinstance(one, Refused):
        return {"status": one.status, "error": problem_of(one)}
    status, order = next(answers)
    return {"status": status, "order": order}


def _rows_of(data: Any) -> list[Any]:
    """Return the rows of a bulk body: a list, or an object with ``orders``.

    :raises Invalid: for any other shape, no rows, or more than 500.
    """
    rows = data.get("orders") if isinstance(data, dict) and set(data) == {"orders"} else data
    if not isinstance(rows, list) or not rows:
        raise Invalid("Send {“orders”: […]} with at least one order.", code="not_a_list", field="orders")
    if len(rows) > MOST_IN_BULK:
        sentence = f"{len(rows)} orders were sent; one call takes {MOST_IN_BULK}. Send them in parts."
        raise Invalid(sentence, code="too_many_orders", field="orders")
    return rows


def caller_of(request: Any) -> ApiCaller:
    """Return the channel account that calls.

    :raises Denied: for a person; orders are captured for a channel account, which only a key names.
    """
    if not isinstance(request.user, ApiCaller):
        raise Denied("Orders are captured with a channel's API key.")
    return request.user


class CustomerViewSet(RoomViewSet):
    """Lists and shows customers who ordered in the caller's channel."""

    model = Customer
    serializer_class = CustomerOut
    lookup_field = "id"
    filterset_class = CustomerFilters
    permissions = {"GET": "orders.view_customer"}
