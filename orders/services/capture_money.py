"""The money of a captured order: its payments, what their gateways are asked, and what the channel has settled."""

from collections.abc import Iterator, Sequence

from oms.foundation.actor import Actor
from orders.intake import OrderIn, PaymentIn
from orders.intake.order import AUTHORIZED, PAID, PENDING
from orders.models import Order, Payment, PaymentEvent
from orders.services.intents import authorize_intent, capture_intent
from orders.services.remembered import remember_parts
from orders.services.status import payment_status_of
from orders.states import Outcome, PaymentState, PaymentStatus

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


def payment_rows(pairs: Sequence[tuple[Order, OrderIn]], actor: Actor) -> list[Payment]:
    """Return the payments of new orders."""
    return [_payment_row(order, payment, actor) for order, told in pairs for payment in given_payments(told)]


def event_rows(pairs: Sequence[tuple[Order, OrderIn]], actor: Actor) -> list[PaymentEvent]:
    """Return what channels have settled already and what gateways are to be asked, and keep it on the payments."""
    events = [event for order, told in pairs for event in _events_of(order, told, actor)]
    remember_parts(
        [one for order, _ in pairs for one in order.payments.all()], "events", PaymentEvent, events, key="payment_id"
    )
    return events


def _events_of(order: Order, told: OrderIn, actor: Actor) -> Iterator[PaymentEvent]:
    """Yield the money facts and intents of one order."""
    for row, payment in zip(order.payments.all(), given_payments(told), strict=True):
        yield from _settled(row, payment, actor)
        if row.state == PaymentState.CREATED:
            yield authorize_intent(row, actor)


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
