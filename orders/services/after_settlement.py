"""What follows from settled money: holds, voids of late approvals, further captures, status, the payment gate."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from orders.models import Order, Payment
from orders.services.captures import asked_of, request_captures
from orders.services.gates import apply_verdicts
from orders.services.holding import Stop, put_holds
from orders.services.intents import void_intent, write_intents
from orders.services.payment_gate import payment_verdict
from orders.services.status import refresh_payment_status
from orders.states import EventKind, OrderState

SHIPS = (OrderState.RELEASED, OrderState.COMPLETED)


def follow_up(
    orders: Sequence[Order],
    payments: Sequence[Payment],
    stops: Sequence[Stop],
    approved_late: Sequence[Payment],
    actor: Actor,
) -> None:
    """Draw the consequences for locked orders and payments."""
    put_holds(stops, actor)
    void_payments(approved_late, "approved after the order was cancelled", actor)
    shipping = [order for order in orders if order.state in SHIPS]
    if shipping:
        theirs = {order.pk for order in shipping}
        request_captures(shipping, payments=[one for one in payments if one.order_id in theirs], actor=actor)
    refresh_money(orders, payments, actor)


def refresh_money(orders: Sequence[Order], payments: Iterable[Payment], actor: Actor) -> None:
    """Bring payment status and payment gate of locked orders to what their locked payments add up to."""
    by_order: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_order[payment.order_id].append(payment)
    refresh_payment_status(orders, [payment for group in by_order.values() for payment in group])
    live = [order for order in orders if order.is_live]
    verdicts = {order.pk: [payment_verdict(order, by_order[order.pk])] for order in live}
    apply_verdicts(live, verdicts, actor)


def void_payments(payments: Sequence[Payment], why: str, actor: Actor) -> None:
    """Ask the gateways to give the promises of locked payments back."""
    if not payments:
        return
    asked = asked_of(payments)
    free = [payment for payment in payments if payment.pk not in asked.busy]
    write_intents(void_intent(payment, asked.times[payment.pk, EventKind.VOID] + 1, actor) for payment in free)
    record_many(actor, [Act("orders.request_void", payment, why) for payment in free])
