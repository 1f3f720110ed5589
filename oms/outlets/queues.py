"""The day's queues: what waits for a person, how much of it, and the list that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from fulfillment.models import FulfillmentOrder, Package
from fulfillment.states import FulfillmentOrderState, TrackingStatus
from oms.foundation.models import InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState
from oms.foundation.scope import scoped
from orders.models import Order
from orders.states import FulfillmentStatus, GateName, GateState, HoldState, OrderState
from returns.models import Return
from returns.states import ReturnState

MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: its rows, the permission to see them, and the filtered list."""

    name: str
    title: str
    hint: str
    permission: str
    view: str
    query: str
    rows: Callable[[Any, datetime], "QuerySet[Any]"]
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class QueueCount:
    """A queue as drawn: how many wait (capped) and where they are listed."""

    queue: Queue
    count: int
    url: str

    @property
    def text(self) -> str:
        """Return the count as shown."""
        return f"{self.count}+" if self.count >= MOST_COUNTED else str(self.count)


def _live(principal: Any) -> "QuerySet[Order]":
    """Return orders that wait for release."""
    return scoped(principal, Order).filter(state=OrderState.PLACED)


def _behind_gate(name: str) -> Callable[[Any, datetime], "QuerySet[Order]"]:
    """Return a function that finds the placed orders behind a closed gate."""

    def rows(principal: Any, now: datetime) -> "QuerySet[Order]":
        """Find them."""
        return _live(principal).filter(gates__name=name, gates__state=GateState.CLOSED)

    return rows


QUEUES = [
    Queue("to_review", "To review", "Fraud check asks for a person", "orders.view_order", "orders_order",
          "gate=fraud&state__exact=placed", _behind_gate(GateName.FRAUD)),
    Queue("data", "Data faults", "Something in the order is missing or wrong", "orders.view_order", "orders_order",
          "gate=data&state__exact=placed", _behind_gate(GateName.DATA)),
    Queue("address", "Address faults", "The address cannot be delivered to", "orders.view_order", "orders_order",
          "gate=address&state__exact=placed", _behind_gate(GateName.ADDRESS)),
    Queue("payment", "Unpaid", "Payment failed or has not arrived", "orders.view_order", "orders_order",
          "gate=payment&state__exact=placed", _behind_gate(GateName.PAYMENT)),
    Queue("on_hold", "On hold", "Somebody must let go", "orders.view_order", "orders_order", "hold=any",
          lambda who, now: scoped(who, Order).filter(
              state__in=[OrderState.PLACED, OrderState.RELEASED], holds__state=HoldState.OPEN).distinct()),
    Queue("backordered", "Back-ordered", "Waiting for stock", "orders.view_order", "orders_order",
          "fulfillment_status__exact=backordered", lambda who, now: scoped(who, Order).filter(
              fulfillment_status=FulfillmentStatus.BACKORDERED)),
    Queue("to_pick", "To pick", "Released and not yet packed", "fulfillment.view_fulfillmentorder",
          "fulfillment_fulfillmentorder", "state__exact=open",
          lambda who, now: scoped(who, FulfillmentOrder).filter(state=FulfillmentOrderState.OPEN)),
    Queue("late", "Late", "Should have left already", "fulfillment.view_fulfillmentorder",
          "fulfillment_fulfillmentorder", "late=yes", lambda who, now: scoped(who, FulfillmentOrder).filter(
              state__in=[FulfillmentOrderState.OPEN, FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY],
              ship_by__lt=now), urgent=True),
    Queue("delayed", "Parcels with problems", "Delayed, lost or coming back", "fulfillment.view_package",
          "fulfillment_package", "tracking_status__in=delayed,exception,lost,returning",
          lambda who, now: scoped(who, Package).filter(tracking_status__in=[
              TrackingStatus.DELAYED, TrackingStatus.EXCEPTION, TrackingStatus.LOST, TrackingStatus.RETURNING]),
          urgent=True),
    Queue("to_inspect", "To inspect", "Returns that have arrived", "returns.view_return", "returns_return",
          "state__exact=received", lambda who, now: scoped(who, Return).filter(state=ReturnState.RECEIVED)),
    Queue("to_approve", "Returns to approve", "Customers ask to send back", "returns.view_return", "returns_return",
          "state__exact=requested", lambda who, now: scoped(who, Return).filter(state=ReturnState.REQUESTED)),
    Queue("dead_facts", "Dead facts", "Could not be handled; mend and replay", "foundation.view_outboxevent",
          "foundation_outboxevent", "state__exact=dead",
          lambda who, now: scoped(who, OutboxEvent).filter(state=DeliveryState.DEAD), urgent=True),
    Queue("dead_messages", "Dead messages", "Could not be read; mend and replay", "foundation.view_inboxmessage",
          "foundation_inboxmessage", "state__exact=dead",
          lambda who, now: scoped(who, InboxMessage).filter(state=DeliveryState.DEAD), urgent=True),
]  # fmt: skip


def count_queues(principal: Any, now: datetime) -> list[QueueCount]:
    """Count every queue the principal may see; system queues only when something is in them."""
    found = []
    for queue in QUEUES:
        if not principal.has_perm(queue.permission):
            continue
        count = queue.rows(principal, now).order_by()[:MOST_COUNTED].count()
        if count or not queue.name.startswith("dead"):
            url = f"{reverse(f'admin:{queue.view}_changelist')}?{queue.query}"
            found.append(QueueCount(queue, count, url))
    return found
