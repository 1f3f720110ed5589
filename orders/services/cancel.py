"""Cancelling: of an order as a whole or of open pieces of a line; promised money goes back, collected money too."""

from collections.abc import Sequence

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.objections import refuse_objections
from orders.events import OrderCancelled, OrderReduced
from orders.locks import lock_lines, lock_open_events, lock_order, lock_payments
from orders.models import Order, OrderLine, Payment, PaymentEvent
from orders.proration import cancelled_value
from orders.services.after_settlement import refresh_money, void_payments
from orders.services.captures import request_captures
from orders.services.conditions import (
    CANCEL_NOT_HELD,
    CANCELLABLE,
    HAS_OPEN_PIECES,
    LIVE,
    MONEY_NOT_HELD,
    NO_MONEY_MOVING,
    NOTHING_SHIPPED,
)
from orders.services.gates import open_holds
from orders.services.payment_gate import EXTERNAL
from orders.services.pieces import cancel_pieces, line_at, refuse_absurd
from orders.services.progress import complete_done
from orders.services.refunds import refund_locked, refundable_by_payment
from orders.services.status import refresh_fulfillment_status, refresh_payment_status
from orders.states import OPEN_OUTCOMES, EventKind, Outcome, PaymentState

CAN_CANCEL = (CANCELLABLE, NOTHING_SHIPPED, NO_MONEY_MOVING, CANCEL_NOT_HELD, MONEY_NOT_HELD)
CAN_REDUCE = (LIVE, HAS_OPEN_PIECES, NO_MONEY_MOVING, CANCEL_NOT_HELD, MONEY_NOT_HELD)


@transaction.atomic
def cancel_order(*, order_id: int, reason: str = "", tells_customer: bool = True, actor: Actor) -> Order:
    """End the order: no piece ships, promises are voided, collected money goes back.

    Without ``tells_customer`` the caller tells the customer of the end in its own words.

    :raises Refused: when pieces were shipped, money is moving, a hold blocks it, or a room on the right objects.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_CANCEL)
    refuse_objections("orders.cancel", order_id)
    payments = lock_payments([order_id])
    lines = lock_lines([order_id])
    cancel_pieces({line: line.quantity_open for line in lines})
    order.cancel(at=actor.now)
    order.cancelled_total, order.short_since = order.total, None
    order.save(update_fields=["state", "cancelled_at", "cancelled_total", "short_since"])
    record_many(actor, [Act("orders.cancel", order, reason or "No reason was given.")])
    _end_holds(order, actor)
    _give_money_back(order, payments, reason or "order cancelled", actor)
    refresh_payment_status([order], payments)
    refresh_fulfillment_status([order], lines)
    publish(OrderCancelled(at=actor.now, order_id=order.pk, tells_customer=tells_customer))
    return order


def _end_holds(order: Order, actor: Actor) -> None:
    """Let go of every open hold of an order that has ended."""
    holds = open_holds([order])
    for hold in holds:
        hold.release(by=actor.label, at=actor.now)
    save_many(holds, ["state", "ended_by", "ended_at"])
    record_many(actor, [Act("orders.release_hold", hold, f"{hold.why}: the order was cancelled.") for hold in holds])


def _give_money_back(order: Order, payments: Sequence[Payment], reason: str, actor: Actor) -> None:
    """Void what is only promised, drop what was never asked, refund what was collected."""
    _drop_unasked(payments, actor)
    void_payments([one for one in payments if one.state == PaymentState.AUTHORIZED], reason, actor)
    left = sum(refundable_by_payment(payments).values())
    if left > 0:
        key = f"cancel:{order.pk}"
        refund_locked(order, payments, amount=left, reason=reason, key=key, actor=actor)


def _drop_unasked(payments: Sequence[Payment], actor: Actor) -> None:
    """Void payments whose gateway was not asked yet; one that is being asked is voided when it is approved."""
    waiting = [one for one in payments if one.state in (PaymentState.CREATED, PaymentState.PENDING)]
    if not waiting:
        return
    open_ids = PaymentEvent.objects.filter(payment__in=[one.pk for one in waiting], outcome__in=OPEN_OUTCOMES)
    events = lock_open_events(list(open_ids.values_list("pk", flat=True)))
    asked = {event.payment_id for event in events if event.attempts and event.gateway != EXTERNAL}
    dropped = [one for one in waiting if one.pk not in asked]
    for payment in dropped:
        payment.void()
    ids = [event.pk for event in events if event.payment_id not in asked and event.kind == EventKind.AUTHORIZE]
    PaymentEvent.objects.filter(pk__in=ids).update(
        outcome=Outcome.FAILED, code="cancelled", message="never asked", settled_at=actor.now, next_try_at=None
    )
    save_many(dropped, ["state"])
    record_many(actor, [Act("orders.void_payment", one, "cancelled before the gateway was asked") for one in dropped])


@transaction.atomic
def cancel_line(*, order_id: int, line: int, quantity: int | None = None, reason: str = "", actor: Actor) -> Order:
    """Cancel open pieces of the line at a position, by default all of them; the last ones cancel the order.

    :raises Refused: for more than is open, while a hold blocks it, or when a room on the right objects.
    """
    order = lock_order(order_id)
    refuse_unless(order, *CAN_REDUCE)
    payments = lock_payments([order_id])
    lines = lock_lines([order_id])
    row = line_at(order, lines, line)
    count = row.quantity_open if quantity is None else quantity
    refuse_absurd(row, count)
    if count == sum(one.quantity_open for one in lines) and not any(one.quantity_shipped for one in lines):
        return cancel_order(order_id=order_id, reason=reason, actor=actor)
    refuse_objections("orders.cancel_line", order_id)
    cancel_pieces({row: count})
    order.cancelled_total = cancelled_value(order, lines)
    order.save(update_fields=["cancelled_total"])
    note = f"{count} × {row.sku} (line {line}). {reason}".strip()
    record_many(actor, [Act("orders.cancel_line", order, note, {"line": line, "sku": row.sku, "quantity": count})])
    _settle_less(order, payments, lines, reason, actor)
    publish(OrderReduced(at=actor.now, order_id=order.pk))
    return order


def _settle_less(
    order: Order, payments: Sequence[Payment], lines: Sequence[OrderLine], reason: str, actor: Actor
) -> None:
    """Refund what was collected above what is owed now, collect what is left, and bring the statuses up to date."""
    left = sum(refundable_by_payment(payments).values())
    if left > order.owed:
        key = f"cancel-line:{order.pk}:{order.version}"
        refund_locked(order, payments, amount=left - order.owed, reason=reason, key=key, actor=actor)
    request_captures([order], lines=lines, payments=payments, actor=actor)
    refresh_fulfillment_status([order], lines)
    complete_done([order], {order.pk: lines}, actor)
    refresh_money([order], payments, actor)
