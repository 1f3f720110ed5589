"""The day's queues: what waits for a person, how much of it, and the list that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from fulfillment.models import (
    CarrierClaim,
    FulfillmentOrder,
    Package,
    ParcelRisk,
    PartnerMessage,
    Pickup,
    Shipment,
    SubstituteOffer,
    SupplierRequest,
)
from fulfillment.queries import at_risk_now, shipments_for_a_person, waiting_for_a_carrier
from fulfillment.services.at_risk import shop_day
from fulfillment.services.third_party.silence import silent_requests
from fulfillment.states import FulfillmentOrderState as Work
from fulfillment.states import OfferState, PickupState, RequestState, TrackingStatus
from fulfillment.states_parcels import ClaimState
from fulfillment.states_partners import MessageState
from oms.foundation.bulk_again import with_failures
from oms.foundation.look.counts import MOST_COUNTED, counted
from oms.foundation.models import BulkOperation, InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState
from oms.foundation.scope import scoped
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.models.messages import NotificationState
from oms.outlets.models.webhooks import DeliveryState as WebhookState
from orders.models import Order, Payment, Refund
from orders.queries import payments_for_a_person
from orders.states import FulfillmentStatus, GateName, GateState, HoldState, OrderState, RefundState
from returns.models import Return
from returns.states import ReturnState


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: whose it is, its rows, the permission to see them (none: everybody), and the filtered list.

    A quiet one is shown only while something is in it.
    """

    name: str
    group: str
    title: str
    hint: str
    permission: str
    view: str
    query: str
    rows: Callable[[Any, datetime], "QuerySet[Any]"]
    urgent: bool = False
    quiet: bool = False

    def count(self, principal: Any, now: datetime) -> int:
        """Return how many rows wait for the principal, capped."""
        return self.rows(principal, now).order_by()[:MOST_COUNTED].count()


@dataclass(frozen=True, slots=True)
class QueueCount:
    """A queue as drawn: how many wait (capped) and where they are listed."""

    queue: Queue
    count: int
    url: str

    @property
    def text(self) -> str:
        """Return the count as shown."""
        return counted(self.count)


def _live(principal: Any) -> "QuerySet[Order]":
    """Return orders that wait for release."""
    return scoped(principal, Order).filter(state=OrderState.PLACED)


def _behind_gate(name: str) -> Callable[[Any, datetime], "QuerySet[Order]"]:
    """Return a function that finds the placed orders behind a closed gate."""

    def rows(principal: Any, now: datetime) -> "QuerySet[Order]":
        """Find them."""
        return _live(principal).filter(gates__name=name, gates__state=GateState.CLOSED)

    return rows


def _work(*states: str) -> Callable[[Any, datetime], "QuerySet[FulfillmentOrder]"]:
    """Return a function that finds the floor's work in some states."""
    return lambda principal, now: scoped(principal, FulfillmentOrder).filter(state__in=states)


def _late(principal: Any, now: datetime) -> "QuerySet[FulfillmentOrder]":
    """Return the work whose parcels should have left."""
    return _work(Work.OPEN, Work.IN_PROGRESS, Work.READY)(principal, now).filter(ship_by__lt=now)


def _held(principal: Any, now: datetime) -> "QuerySet[Order]":
    """Return the live orders that somebody holds."""
    live = scoped(principal, Order).filter(state__in=[OrderState.PLACED, OrderState.RELEASED])
    return live.filter(holds__state=HoldState.OPEN).distinct()


def _rows(model: type[Model], **conditions: Any) -> Callable[[Any, datetime], "QuerySet[Any]"]:
    """Return a function that finds the rows in scope that fulfil the conditions."""
    return lambda principal, now: scoped(principal, model).filter(**conditions)


SERVICE, FLOOR, BACK, SYSTEM = "Customer service", "Warehouse", "Returns and refunds", "System"
ORDERS = ("orders.view_order", "orders_order")
FLOOR_LIST = ("fulfillment.view_fulfillmentorder", "fulfillment_fulfillmentorder")
TROUBLED = [TrackingStatus.DELAYED, TrackingStatus.EXCEPTION, TrackingStatus.LOST, TrackingStatus.RETURNING]
QUEUES = [
    Queue("to_review", SERVICE, "To review", "Fraud check asks for a person", *ORDERS,
          "gate=fraud&state__exact=placed", _behind_gate(GateName.FRAUD)),
    Queue("data", SERVICE, "Data faults", "Something is missing or wrong", *ORDERS,
          "gate=data&state__exact=placed", _behind_gate(GateName.DATA)),
    Queue("address", SERVICE, "Address faults", "Cannot be delivered to", *ORDERS,
          "gate=address&state__exact=placed", _behind_gate(GateName.ADDRESS)),
    Queue("payment", SERVICE, "Unpaid", "Payment failed or not arrived", *ORDERS,
          "gate=payment&state__exact=placed", _behind_gate(GateName.PAYMENT)),
    Queue("on_hold", SERVICE, "On hold", "Somebody must let go", *ORDERS, "hold=any", _held),
    Queue("backordered", SERVICE, "Back-ordered", "Waiting for stock", *ORDERS,
          "fulfillment_status__exact=backordered",
          _rows(Order, fulfillment_status=FulfillmentStatus.BACKORDERED)),
    Queue("offers", SERVICE, "Substitutes offered", "Wait for the customer's answer",
          "fulfillment.view_substituteoffer", "fulfillment_substituteoffer", "state__exact=open",
          _rows(SubstituteOffer, state=OfferState.OPEN), quiet=True),
    Queue("at_risk", SERVICE, "At risk", "Tell the customer before they ask", "fulfillment.view_parcelrisk",
          "fulfillment_parcelrisk", "open=yes",
          lambda who, now: at_risk_now(scoped(who, ParcelRisk), shop_day(now)), urgent=True),
    Queue("claims", SERVICE, "Claims to hand in", "Carriers take them until a day", "fulfillment.view_carrierclaim",
          "fulfillment_carrierclaim", "state__exact=draft", _rows(CarrierClaim, state=ClaimState.DRAFT), quiet=True),
    Queue("failed_mails", SERVICE, "Mails not sent", "Send again, or leave unsent", "outlets.view_notification",
          "outlets_notification", "state__exact=failed",
          _rows(Notification, state=NotificationState.FAILED), quiet=True),
    Queue("to_pick", FLOOR, "To pick", "Released, nobody picks yet", *FLOOR_LIST, "state__exact=open",
          _work(Work.OPEN)),
    Queue("in_progress", FLOOR, "Being picked", "Somebody is at it", *FLOOR_LIST, "state__exact=in_progress",
          _work(Work.IN_PROGRESS)),
    Queue("ready", FLOOR, "Packed", "Needs a label or the truck", *FLOOR_LIST, "state__exact=ready",
          _work(Work.READY)),
    Queue("labels_waiting", FLOOR, "Labels waiting", "Their carrier does not answer", "fulfillment.view_shipment",
          "fulfillment_shipment", "label_waits=yes",
          lambda principal, now: waiting_for_a_carrier(scoped(principal, Shipment), now), urgent=True, quiet=True),
    Queue("to_collect", FLOOR, "To be collected", "Waits for its customer", "fulfillment.view_pickup",
          "fulfillment_pickup", "state__exact=waiting", _rows(Pickup, state=PickupState.WAITING), quiet=True),
    Queue("suppliers_asked", FLOOR, "Asked of partners", "Suppliers and 3PLs have not answered yet",
          "fulfillment.view_supplierrequest", "fulfillment_supplierrequest", "state__exact=requested",
          _rows(SupplierRequest, state=RequestState.REQUESTED), quiet=True),
    Queue("partners_silent", FLOOR, "3PLs that do not answer", "Asked to send or to cancel, and silent for too long",
          "fulfillment.view_supplierrequest", "fulfillment_supplierrequest", "silent=yes",
          lambda who, now: silent_requests(scoped(who, SupplierRequest), now=now), urgent=True, quiet=True),
    Queue("partner_messages", FLOOR, "Messages of 3PLs", "Contradict the books, or could not be read",
          "fulfillment.view_partnermessage", "fulfillment_partnermessage", "state__in=person,refused",
          _rows(PartnerMessage, state__in=[MessageState.PERSON, MessageState.REFUSED]), urgent=True, quiet=True),
    Queue("late", FLOOR, "Late", "Should have left already", *FLOOR_LIST, "late=yes", _late, urgent=True),
    Queue("delayed", FLOOR, "Parcels in trouble", "Delayed, lost or coming back", "fulfillment.view_package",
          "fulfillment_package", f"tracking_status__in={','.join(TROUBLED)}",
          _rows(Package, tracking_status__in=TROUBLED), urgent=True),
    Queue("unsettled_labels", FLOOR, "Labels to settle", "Refused, or nobody knows", "fulfillment.view_shipment",
          "fulfillment_shipment", "person=yes",
          lambda who, now: shipments_for_a_person(scoped(who, Shipment)), urgent=True, quiet=True),
    Queue("to_approve", BACK, "Returns to approve", "Customers ask to send back", "returns.view_return",
          "returns_return", "state__exact=requested", _rows(Return, state=ReturnState.REQUESTED)),
    Queue("to_inspect", BACK, "To inspect", "Returns that have arrived", "returns.view_return", "returns_return",
          "state__exact=received", _rows(Return, state=ReturnState.RECEIVED)),
    Queue("refunds", BACK, "Refunds to approve", "Above the limit", "orders.view_refund", "orders_refund",
          "state__exact=requested", _rows(Refund, state=RefundState.REQUESTED)),
    Queue("unsettled_payments", BACK, "Payments to settle", "Look at the gateway", "orders.view_payment",
          "orders_payment", "person=yes",
          lambda who, now: payments_for_a_person(scoped(who, Payment)), urgent=True, quiet=True),
    Queue("dead_webhooks", SYSTEM, "Webhooks given up", "Send again, or leave unsent", "outlets.view_webhookdelivery",
          "outlets_webhookdelivery", "state__exact=dead",
          _rows(WebhookDelivery, state=WebhookState.DEAD), quiet=True),
    Queue("failed_bulk", SYSTEM, "Bulk acts with failures", "Try the failed rows again", "",
          "foundation_bulkoperation", "person=yes",
          lambda who, now: with_failures(scoped(who, BulkOperation)), quiet=True),
    Queue("dead_facts", SYSTEM, "Dead facts", "Could not be handled; mend and replay", "foundation.view_outboxevent",
          "foundation_outboxevent", "state__exact=dead", _rows(OutboxEvent, state=DeliveryState.DEAD),
          urgent=True, quiet=True),
    Queue("dead_messages", SYSTEM, "Dead messages", "Could not be read; mend and replay",
          "foundation.view_inboxmessage", "foundation_inboxmessage", "state__exact=dead",
          _rows(InboxMessage, state=DeliveryState.DEAD), urgent=True, quiet=True),
]  # fmt: skip


def count_queues(principal: Any, now: datetime) -> list[QueueCount]:
    """Count every queue the principal may see; quiet ones only when something is in them."""
    found = []
    for queue in QUEUES:
        if queue.permission and not principal.has_perm(queue.permission):
            continue
        count = queue.count(principal, now)
        if count or not queue.quiet:
            url = f"{reverse(f'admin:{queue.view}_changelist')}?{queue.query}"
            found.append(QueueCount(queue, count, url))
    return found
