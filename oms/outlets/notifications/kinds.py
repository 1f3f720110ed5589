"""The kinds of mail, each with the facts it tells of."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fulfillment.events import (
    ArrivesLater,
    OrderBackordered,
    PackageDelayed,
    PackageDelivered,
    PartnerAskedToCancel,
    PickupCodeRenewed,
    PickupDue,
    PickupExpired,
    PickupReady,
    ShipmentShipped,
    SubstituteOffered,
    SupplierAsked,
    SupplierRequestCancelled,
)
from fulfillment.models import FulfillmentOrder, Package, Pickup, SupplierRequest
from fulfillment.states_partners import PartnerWay
from oms.foundation.facts import Fact
from orders.events import OrderCancelled, OrderHeld, OrderPlaced, PaymentFailed, PiecesSwapped, RefundSettled
from orders.models import Hold
from orders.states import HoldReason
from returns.events import ReturnApproved, ReturnDeclined, ReturnReceived

Recipients = Callable[[Collection[int]], dict[int, str]]
Keys = Callable[[Sequence[Any]], dict[str, int]]


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail: the fact it tells of, and the field that names its subject.

    ``keys`` returns the order by key for a batch of facts; a key is mailed once, however often its fact is told.
    """

    name: str
    label: str
    fact: type[Fact]
    keys: Keys
    template: str
    on_by_default: bool = True
    recipients: Recipients | None = None
    """Addresses by the id that a key names, for mails that are not for the customer."""


def _by(name: str, field: str) -> Keys:
    """Return the keys of facts by one of their fields, such as ``shipped:12``."""
    return lambda facts: {f"{name}:{getattr(fact, field)}": fact.order_id for fact in facts}


def _address_questions(facts: Sequence[OrderHeld]) -> dict[str, int]:
    """Return a key for each hold that asks the customer about the address."""
    holds = Hold.objects.filter(
        pk__in=[fact.hold_id for fact in facts], reason=HoldReason.ADDRESS_QUESTION
    ).values_list("pk", "order_id")
    return {f"address_question:{hold_id}": order_id for hold_id, order_id in holds}


def _told_offers(facts: Sequence[SubstituteOffered]) -> dict[str, int]:
    """Return a key for each offered substitute that the customer is to be asked about by mail."""
    return {f"substitute_offered:{fact.offer_id}": fact.order_id for fact in facts if fact.tells_customer}


def _agreed_swaps(facts: Sequence[PiecesSwapped]) -> dict[str, int]:
    """Return a key for each swap of which the customer is to be told."""
    return {f"pieces_swapped:{fact.line_id}": fact.order_id for fact in facts if fact.tells_customer}


def _sent(facts: Sequence[ShipmentShipped]) -> dict[str, int]:
    """Return a key for each shipment that a carrier has; what was collected in a store has told itself."""
    ids = [fact.shipment_id for fact in facts]
    collected = set(Pickup.objects.filter(shipment__in=ids).values_list("shipment_id", flat=True))
    return {f"shipped:{fact.shipment_id}": fact.order_id for fact in facts if fact.shipment_id not in collected}


def _brought(facts: Sequence[PackageDelivered]) -> dict[str, int]:
    """Return a key for each parcel that came to the customer's door."""
    rows = Package.objects.filter(pk__in=[fact.package_id for fact in facts], shipment__pickups__isnull=False)
    collected = set(rows.values_list("pk", flat=True))
    return {f"delivered:{fact.package_id}": fact.order_id for fact in facts if fact.package_id not in collected}


def _ended(facts: Sequence[OrderCancelled]) -> dict[str, int]:
    """Return a key for each cancelled order; of what nobody has collected another mail tells."""
    return {f"cancelled:{fact.order_id}": fact.order_id for fact in facts if fact.tells_customer}


def _renewed(facts: Sequence[PickupCodeRenewed]) -> dict[str, int]:
    """Return a key for each new code."""
    return {f"pickup_code:{fact.pickup_id}:{fact.code_number}": fact.order_id for fact in facts}


def _due(facts: Sequence[PickupDue]) -> dict[str, int]:
    """Return a key for each pick-up and last day."""
    return {f"pickup_reminder:{fact.pickup_id}:{fact.until}": fact.order_id for fact in facts}


def _delays(facts: Sequence[PackageDelayed]) -> dict[str, int]:
    """Return a key for each late parcel and new day, so that every change of the expected day is told."""
    days = dict(Package.objects.filter(pk__in=[fact.package_id for fact in facts]).values_list("pk", "expected_on"))
    return {f"delayed:{fact.package_id}:{days.get(fact.package_id) or 'unknown'}": fact.order_id for fact in facts}


def _later_days(facts: Sequence[ArrivesLater]) -> dict[str, int]:
    """Return a key for each work and new day, so that every change of the expected day is told."""
    return {f"arrives_later:{fact.fulfillment_order_id}:{fact.expected_on}": fact.order_id for fact in facts}


def _asked_to_cancel(facts: Sequence[PartnerAskedToCancel]) -> dict[str, int]:
    """Return a key for each time that a third party is asked to cancel."""
    return {f"partner_to_cancel:{one.request_id}:{one.at.timestamp():.0f}": one.order_id for one in facts}


def named(key: str) -> int:
    """Return the id of what a mail's key names, 0 where it names none."""
    pk = key.split(":")[1]
    return int(pk) if pk.isdigit() else 0


def _suppliers(ids: Collection[int]) -> dict[int, str]:
    """Return the addresses of those that are asked by mail, by request; a 3PL may be told in another way."""
    otherwise = {"location__partner__is_active": True, "location__partner__way__in": [PartnerWay.API, PartnerWay.EDI]}
    told = FulfillmentOrder.objects.filter(requests__in=list(ids), **otherwise)
    rows = SupplierRequest.objects.filter(pk__in=list(ids)).exclude(fulfillment_order__in=told.values("pk"))
    return dict(rows.values_list("pk", "fulfillment_order__location__email"))


def _to_supplier(kind: MailKind) -> MailKind:
    """Return a kind of mail that goes to whoever was asked to send."""
    return replace(kind, recipients=_suppliers)


def _kind(name: str, label: str, fact: type[Fact], subject: str | Keys) -> MailKind:
    """Return a kind whose template carries its name."""
    keys = _by(name, subject) if isinstance(subject, str) else subject
    return MailKind(name, label, fact, keys, f"{name}.txt")


KINDS = {
    kind.name: kind
    for kind in (
        _kind("order_confirmed", "Order confirmed", OrderPlaced, "order_id"),
        _kind("payment_failed", "Payment failed", PaymentFailed, "payment_id"),
        _kind("address_question", "Question about the address", OrderHeld, _address_questions),
        _kind("backordered", "Back-ordered", OrderBackordered, "order_id"),
        _kind("substitute_offered", "Something else offered", SubstituteOffered, _told_offers),
        _kind("pieces_swapped", "Something else instead", PiecesSwapped, _agreed_swaps),
        _kind("arrives_later", "Arrives later than promised", ArrivesLater, _later_days),
        _kind("shipped", "Shipped", ShipmentShipped, _sent),
        _kind("delayed", "Delivery delayed", PackageDelayed, _delays),
        _kind("delivered", "Delivered, with a request for feedback", PackageDelivered, _brought),
        _kind("cancelled", "Cancelled", OrderCancelled, _ended),
        _kind("pickup_ready", "Ready to collect", PickupReady, "pickup_id"),
        _kind("pickup_code", "New code to collect", PickupCodeRenewed, _renewed),
        _kind("pickup_reminder", "Reminder to collect", PickupDue, _due),
        _kind("pickup_expired", "Not collected in time", PickupExpired, "pickup_id"),
        _to_supplier(_kind("supplier_request", "Order to a supplier", SupplierAsked, "request_id")),
        _to_supplier(_kind("supplier_cancelled", "Cancellation to a supplier", SupplierRequestCancelled, "request_id")),
        _to_supplier(_kind("partner_to_cancel", "Question to a 3PL", PartnerAskedToCancel, _asked_to_cancel)),
        _kind("return_approved", "Return approved", ReturnApproved, "return_id"),
        _kind("return_declined", "Return declined", ReturnDeclined, "return_id"),
        _kind("return_received", "Return received", ReturnReceived, "return_id"),
        _kind("refunded", "Refunded", RefundSettled, "refund_id"),
    )
}
TOLD_FACTS = tuple({kind.fact for kind in KINDS.values()})


def kinds_of(fact: type[Fact]) -> list[MailKind]:
    """Return the kinds of mail that tell of a kind of fact."""
    return [kind for kind in KINDS.values() if kind.fact is fact]


def whom(name: str) -> str:
    """Return who gets a kind of mail, in words."""
    return "the partner" if name in KINDS and KINDS[name].recipients else "the customer"


def label_of(name: str) -> str:
    """Return how people call a kind."""
    return KINDS[name].label if name in KINDS else name.replace("_", " ")
