"""Completing returns: the accepted pieces are refunded once, through the payments they came from."""

from collections.abc import Sequence

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.money import Money
from oms.foundation.refusals import Refused
from orders.models import Order, OrderLine, PaymentEvent
from orders.proration import line_shares
from orders.services.refunds import refundable, request_refund
from orders.states import OPEN_OUTCOMES, EventKind
from returns.conditions import IS_INSPECTED, IS_RECEIVED, MONEY_NOT_HELD
from returns.events import ReturnCompleted
from returns.locks import lock_return, lock_return_lines
from returns.models import Return, ReturnLine
from returns.proration import Due, Piece, Sold, prorate
from returns.queries import refunded_pieces
from returns.states import Acceptance, Reception, ReturnState


class PaymentUnderway(Refused):
    """Money of the order is being collected at this moment, so what can be refunded is not known yet."""

    code = "payment_underway"


@transaction.atomic
def complete_return(*, return_id: int, refund_shipping: bool = False, actor: Actor) -> Return:
    """End an inspected return and refund its accepted pieces, with the shipping if wished.

    :raises Refused: while pieces wait for inspection, or a hold keeps the money.
    :raises PaymentUnderway: while a capture is in flight.
    """
    order, one = lock_return(return_id, money=True)
    refuse_unless(one, IS_RECEIVED, IS_INSPECTED, MONEY_NOT_HELD)
    if not may_settle(order):
        raise PaymentUnderway("A payment of this order is still being collected; try again in a minute.")
    one.refund_shipping = one.refund_shipping or refund_shipping
    finish(order, one, lock_return_lines(one.pk), actor)
    return one


def may_settle(order: Order) -> bool:
    """Return whether no capture of the order waits for its answer."""
    return not PaymentEvent.objects.filter(
        payment__order=order, kind=EventKind.CAPTURE, outcome__in=OPEN_OUTCOMES
    ).exists()


def finish(order: Order, one: Return, lines: Sequence[ReturnLine], actor: Actor) -> None:
    """Refund the accepted pieces and end the return; order, payments, return and lines are locked."""
    due = owed(order, one, lines)
    if due.amount:
        refunds = request_refund(
            order_id=order.pk, amount=due.amount, reason=f"return {one.number}", key=f"return:{one.pk}", actor=actor
        )
        one.refund = refunds[0] if refunds else None
    missing = [line for line in lines if line.reception == Reception.AWAITING]
    for line in missing:
        line.reception = Reception.SHORT
    ReturnLine.objects.bulk_update(missing, ["reception"])
    one.complete(at=actor.now)
    one.save(update_fields=["state", "completed_at", "refund", "refund_shipping"])
    note = f"{one.number}: {_told(order, due)}."
    record(actor, "returns.complete_return", one, note=note, data={"refund": due.amount, "cut": due.cut})
    publish(ReturnCompleted(at=actor.now, order_id=order.pk, return_id=one.pk))


def owed(order: Order, one: Return, lines: Sequence[ReturnLine]) -> Due:
    """Return what the accepted pieces and, if promised, the shipping are worth, up to what can be refunded."""
    before = refunded_pieces(order.pk)
    sold = list(OrderLine.objects.filter(order=order).order_by("position"))
    paid = line_shares(order, sold)
    pieces = [
        Piece(
            Sold(line.order_line.quantity_priced, paid[line.order_line_id]),
            before.get(line.order_line_id, 0),
            line.quantity_received,
        )
        for line in lines
        if line.acceptance == Acceptance.ACCEPTED
    ]
    shipping = order.shipping_total + (0 if order.prices_include_tax else order.shipping_tax)
    wanted = bool(pieces) and one.refund_shipping and not _shipping_refunded(order)
    return prorate(pieces, shipping=min(shipping, order.total) if wanted else 0, at_most=refundable(order))


def _shipping_refunded(order: Order) -> bool:
    """Return whether another return of the order has refunded the shipping."""
    return Return.objects.filter(order=order, state=ReturnState.COMPLETED, refund_shipping=True).exists()


def _told(order: Order, due: Due) -> str:
    """Return the sentence about the money for the timeline."""
    if not due.amount:
        return "nothing to refund" if not due.cut else "nothing is left to refund"
    text = f"refund of {Money(due.amount, order.currency)}"
    return f"{text}; {Money(due.cut, order.currency)} more was refunded before" if due.cut else text
