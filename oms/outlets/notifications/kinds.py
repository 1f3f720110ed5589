"""The kinds of mail, each with the facts it tells of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment.events import (
    ArrivesLater,
    OrderBackordered,
    PackageDelayed,
    PackageDelivered,
    ShipmentShipped,
    SubstituteOffered,
)
from fulfillment.models import Package
from oms.foundation.facts import Fact
from orders.events import OrderCancelled, OrderHeld, OrderPlaced, PaymentFailed, PiecesSwapped, RefundSettled
from orders.models import Hold
from orders.states import HoldReason
from returns.events import ReturnApproved, ReturnDeclined, ReturnReceived

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


def _delays(facts: Sequence[PackageDelayed]) -> dict[str, int]:
    """Return a key for each late parcel and new day, so that every change of the expected day is told."""
    days = dict(Package.objects.filter(pk__in=[fact.package_id for fact in facts]).values_list("pk", "expected_on"))
    return {f"delayed:{fact.package_id}:{days.get(fact.package_id) or 'unknown'}": fact.order_id for fact in facts}


def _later_days(facts: Sequence[ArrivesLater]) -> dict[str, int]:
    """Return a key for each work and new day, so that every change of the expected day is told."""
    return {f"arrives_later:{fact.fulfillment_order_id}:{fact.expected_on}": fact.order_id for fact in facts}


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
        _kind("shipped", "Shipped", ShipmentShipped, "shipment_id"),
        _kind("delayed", "Delivery delayed", PackageDelayed, _delays),
        _kind("delivered", "Delivered, with a request for feedback", PackageDelivered, "package_id"),
        _kind("cancelled", "Cancelled", OrderCancelled, "order_id"),
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


def label_of(name: str) -> str:
    """Return how people call a kind."""
    return KINDS[name].label if name in KINDS else name.replace("_", " ")
