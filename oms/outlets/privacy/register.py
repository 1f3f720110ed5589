"""Where a customer's data lies: rows that belong to the customer, and rows of the system that may mention them.

``columns.toml`` beside this file names every other column that holds words, and why nobody's data is in it; with a new
column that stands on neither page nothing starts (``oms.E010``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from fulfillment.models import (
    CarrierClaim,
    FulfillmentOrder,
    Label,
    Package,
    ParcelPhoto,
    ParcelRisk,
    PartnerMessage,
    Pickup,
    ProofOfDelivery,
    SandboxParcel,
    Shipment,
    SourcingDecision,
    SupplierRequest,
    TrackingEvent,
)
from oms.foundation.models import (
    AuditLine,
    BulkItem,
    BulkOperation,
    IdempotencyKey,
    ImportFile,
    ImportRow,
    InboxMessage,
    OutboxEvent,
)
from oms.outlets.models import Notification, WebhookDelivery
from orders.models import (
    Customer,
    Gate,
    Hold,
    Order,
    OrderAddress,
    OrderLine,
    Payment,
    PaymentEvent,
    Refund,
)
from returns.models import Return, ReturnLine, ReturnReceipt

ERASED = "Erased customer"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong to a customer, found at ``owner``, and what stands in each personal column afterwards.

    A refund or a return can still be made for an order whose customer was erased: ``born`` names the moment of a row's
    making, and ``later`` the columns in which an older row can still be told something, such as why a label was voided.
    """

    model: type[Model]
    owner: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    born: str = ""
    later: frozenset[str] = frozenset()


PARTS = [
    Part(Customer, "pk", {"name": ERASED, "email": "", "phone": "", "note": ""}),
    Part(
        Order,
        "customer",
        {
            "customer_name": ERASED,
            "email": "",
            "phone": "",
            "instructions": "",
            "tags": [],
            "purchase_order": "",
            "risk_stated": "",
        },
        later=frozenset({"tags"}),
    ),
    Part(OrderLine, "order__customer", {"customization": "", "instructions": ""}),
    Part(
        OrderAddress,
        "order__customer",
        {"name": ERASED, "company": "", "line1": "", "line2": "", "city": "", "postal_code": "", "phone": ""},
    ),
    Part(Gate, "order__customer", {"reason": "", "evidence": {}}),
    Part(Hold, "order__customer", {"note": ""}, born="created_at"),
    Part(Payment, "order__customer", {"token": "", "failure": ""}, born="created_at"),
    Part(PaymentEvent, "payment__order__customer", {"message": "", "last_error": ""}, born="created_at"),
    Part(Refund, "order__customer", {"reason": "", "failure": ""}, born="created_at"),
    Part(FulfillmentOrder, "order__customer", {"reject_reason": ""}),
    Part(SupplierRequest, "fulfillment_order__order__customer", {"answer": ""}),
    Part(
        PartnerMessage, "request__fulfillment_order__order__customer", {"body": b"", "sentence": ""}, born="created_at"
    ),
    Part(Shipment, "order__customer", {"turned_from": [], "stand_in_note": ""}),
    Part(Package, "shipment__order__customer"),
    Part(
        CarrierClaim,
        "package__shipment__order__customer",
        {"note": "", "answer": ""},
        born="updated_at",
    ),
    Part(ParcelRisk, "package__shipment__order__customer", {"sentence": ""}, born="changed_at"),
    Part(
        ProofOfDelivery,
        "package__shipment__order__customer",
        {"signed_by": "", "place": "", "picture": b""},
        born="updated_at",
    ),
    Part(ParcelPhoto, "package__shipment__order__customer", {"image": b""}),
    Part(Pickup, "shipment__order__customer", {"shelf": "", "collected_by": "", "kept_why": ""}),
    Part(SourcingDecision, "order__customer", {"snapshot": b"", "sentence": ""}),
    Part(
        Label,
        "package__shipment__order__customer",
        {"document": b"", "zpl": "", "failure": "", "last_error": ""},
        born="created_at",
        later=frozenset({"failure", "last_error"}),
    ),
    Part(TrackingEvent, "package__shipment__order__customer", {"description": "", "place": ""}, born="received_at"),
    Part(Return, "order__customer", {"note": ""}, born="created_at"),
    Part(ReturnLine, "return_order__order__customer", {"inspection_note": ""}, born="return_order__created_at"),
    Part(ReturnReceipt, "return_order__order__customer", {"scan": ""}, born="at"),
    Part(
        Notification,
        "order__customer",
        {"recipient": "", "subject": "", "body": "", "note": "", "last_error": ""},
        born="created_at",
        later=frozenset({"note", "last_error"}),
    ),
]


# what still waits is worked first; it names rows, not people
EVERY_ROW = Q()
FINISHED = Q(state__in=("done", "ignored", "dead"))


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows of the system that may mention anybody: those in which the customer's words stand are blanked or deleted."""

    model: type[Model]
    columns: Mapping[str, Any]
    deleted: bool = False
    where: Q = EVERY_ROW


TRACES = [
    Trace(InboxMessage, {"body": b"{}", "headers": {}, "last_error": ""}, where=FINISHED),
    Trace(OutboxEvent, {"last_error": ""}),
    Trace(IdempotencyKey, {"body": b"{}"}),
    Trace(ImportFile, {"body": b""}, deleted=True),
    Trace(ImportRow, {"key": "", "changes": {}, "note": "", "faults": []}),
    Trace(BulkItem, {"label": "", "message": ""}),
    Trace(BulkOperation, {"values": {}, "last_error": ""}),
    Trace(WebhookDelivery, {"payload": {}, "last_error": ""}, where=~Q(state="waiting")),
    Trace(SandboxParcel, {"request": {}}),
    Trace(LogEntry, {"object_repr": ERASED, "change_message": ""}),
    Trace(AccessAttempt, {"username": "", "get_data": "", "post_data": ""}, deleted=True),
    Trace(AuditLine, {"note": "", "data": {}}),
]
