"""Captures: money is collected for what was shipped, never more than promised, one capture of a payment at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.money import Money
from orders.locks import lock_payments
from orders.models import Order, OrderLine, Payment, PaymentEvent
from orders.proration import earned
from orders.services.intents import capture_intent, void_intent, write_intents
from orders.states import OPEN_OUTCOMES, EventKind, PaymentState

Row = TypeVar("Row", OrderLine, Payment)
COLLECTABLE = (PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED)


@dataclass(slots=True)
class Asked:
    """What was asked of gateways for some payments: how often by (payment, kind), and what is in flight."""

    times: Counter[tuple[int, str]] = field(default_factory=Counter)
    in_flight: Counter[int] = field(default_factory=Counter)
    busy: set[int] = field(default_factory=set)


def asked_of(payments: Iterable[Payment]) -> Asked:
    """Return what was asked for the payments so far, in one statement."""
    asked = Asked()
    events = PaymentEvent.objects.filter(
        payment__in=[payment.pk for payment in payments], kind__in=[EventKind.CAPTURE, EventKind.VOID]
    )
    for payment_id, kind, outcome, amount in events.values_list("payment_id", "kind", "outcome", "amount"):
        asked.times[payment_id, kind] += 1
        if outcome in OPEN_OUTCOMES:
            asked.busy.add(payment_id)
            asked.in_flight[payment_id] += amount if kind == EventKind.CAPTURE else 0
    return asked


def request_captures(
    orders: Sequence[Order],
    *,
    lines: Iterable[OrderLine] | None = None,
    payments: Iterable[Payment] | None = None,
    actor: Actor,
) -> list[PaymentEvent]:
    """Write the captures that shipped pieces of locked orders earn, and voids of promises no longer needed."""
    by_order = _group(lines if lines is not None else OrderLine.objects.filter(order__in=[o.pk for o in orders]))
    money = _group(payments if payments is not None else lock_payments([order.pk for order in orders]))
    asked = asked_of([payment for group in money.values() for payment in group])
    intents = [
        intent for order in orders for intent in _intents_of(order, by_order[order.pk], money[order.pk], asked, actor)
    ]
    write_intents(intents)
    record_many(actor, [request_act(intent) for intent in intents])
    return intents


def _intents_of(
    order: Order, lines: Sequence[OrderLine], payments: Sequence[Payment], asked: Asked, actor: Actor
) -> list[PaymentEvent]:
    """Return the captures of one order, oldest payment first, and voids once the last piece is gone."""
    wanted = earned(order, lines) - sum(payment.captured + asked.in_flight[payment.pk] for payment in payments)
    finished = any(line.quantity_shipped for line in lines) and not any(line.quantity_open for line in lines)
    intents = []
    for payment in payments:
        if payment.state not in COLLECTABLE:
            continue
        if payment.pk in asked.busy:
            wanted -= max(0, payment.authorized - payment.captured - asked.in_flight[payment.pk])
            continue
        part = min(wanted, payment.authorized - payment.captured)
        if part > 0:
            wanted -= part
            intents.append(capture_intent(payment, part, asked.times[payment.pk, EventKind.CAPTURE] + 1, actor))
        elif finished and payment.state == PaymentState.AUTHORIZED:
            intents.append(void_intent(payment, asked.times[payment.pk, EventKind.VOID] + 1, actor))
    return intents


def _group(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Return rows by the id of their order."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.order_id].append(row)
    return grouped


def request_act(intent: PaymentEvent) -> Act:
    """Return the timeline's line of an intent."""
    note = str(Money(intent.amount, intent.currency))
    return Act(f"orders.request_{intent.kind}", intent.payment, note, {"key": intent.key, "amount": intent.amount})
