"""The money of a captured order: its payments, what their gateways are asked, and what the channel has settled."""

from collections.abc import Sequence

from oms.foundation.actor import Actor
from orders.intake import OrderIn, PaymentIn
from orders.intake.order import AUTHORIZED, PAID, PENDING
from orders.models import Order, Payment, PaymentEvent, Refund
from orders.services.intents import authorize_intent, capture_intent, write_intents
from orders.services.remembered import remember_parts
from orders.services.status import payment_status_of
from orders.states import Outcome, PaymentState, PaymentStatus

CHUNK = 2_000
STATES = {
    PAID: PaymentState.CAPTURED,
    AUTHORIZED: PaymentState.AUTHORIZED,
    PENDING: PaymentState.PENDING,
    "": PaymentState.CREATED,
}


def given_payments(order: OrderIn) -> list[PaymentIn]:
    """Return the payments that move money."""
    return [payment for payment in order.payments if payment.amount]


def payment_status(order: Order, told: OrderIn, actor: Actor) -> PaymentStatus:
    """Return what the payments add up to on arrival."""
    return payment_status_of(order, [_payment_row(order, payment, actor) for payment in given_payments(told)])


def write_payments(pairs: Sequence[tuple[Order, OrderIn]], actor: Actor) -> None:
    """Store the payments, what the channel has settled and what their gateways are to be asked, one INSERT a table."""
    told = [(order, payment) for order, given in pairs for payment in given_payments(given)]
    rows = [_payment_row(order, payment, actor) for order, payment in told]
    Payment.objects.bulk_create(rows, batch_size=CHUNK)
    settled = [event for row, (_, payment) in zip(rows, told, strict=True) for event in _settled(row, payment, actor)]
    asked = [authorize_intent(row, actor) for row in rows if row.state == PaymentState.CREATED]
    events = write_intents([*settled, *asked])
    orders = [order for order, _ in pairs]
    remember_parts(orders, "payments", Payment, rows)
    remember_parts(rows, "events", PaymentEvent, events, key="payment_id")
    remember_parts(orders, "refunds", Refund, [])


def _payment_row(order: Order, payment: PaymentIn, actor: Actor) -> Payment:
    """Return one payment in the state that the channel tells, or new for its gateway to be asked."""
    promised = payment.amount if payment.status in (PAID, AUTHORIZED) else 0
    return Payment(
        order=order,
        gateway=payment.gateway,
        method=payment.method[:32],
        token=payment.token,
        state=STATES[payment.status],
        currency=order.currency,
        amount=payment.amount,
        authorized=promised,
        captured=payment.amount if payment.status == PAID else 0,
        reference=payment.reference[:120],
        created_at=actor.now,
    )


def _settled(row: Payment, payment: PaymentIn, actor: Actor) -> list[PaymentEvent]:
    """Return the records of what has happened at the channel already, under the keys that asking would have."""
    events = []
    if payment.status in (PAID, AUTHORIZED):
        events.append(authorize_intent(row, actor))
    if payment.status == PAID:
        events.append(capture_intent(row, row.amount, 1, actor))
    for event in events:
        event.outcome, event.transaction_id = Outcome.OK, event.key
        event.settled_at, event.next_try_at = actor.now, None
    return events
