"""Intents: what will be asked of a gateway, each with the key that makes asking twice harmless."""

from collections.abc import Iterable

from oms.foundation.actor import Actor
from oms.foundation.work import ring
from orders.models import Payment, PaymentEvent, Refund
from orders.states import EventKind

PAYMENTS = "payments"


def authorize_intent(payment: Payment, actor: Actor) -> PaymentEvent:
    """Return the intent to have a payment's amount promised."""
    return _intent(payment, EventKind.AUTHORIZE, payment.amount, f"authorize:{payment.pk}", actor)


def capture_intent(payment: Payment, amount: int, number: int, actor: Actor) -> PaymentEvent:
    """Return the intent to collect a part of what was promised; ``number`` counts the payment's captures from 1."""
    return _intent(payment, EventKind.CAPTURE, amount, f"capture:{payment.pk}:{number}", actor)


def void_intent(payment: Payment, number: int, actor: Actor) -> PaymentEvent:
    """Return the intent to give a promise back; ``number`` counts the payment's voids from 1."""
    return _intent(payment, EventKind.VOID, payment.authorized, f"void:{payment.pk}:{number}", actor)


def refund_intent(payment: Payment, refund: Refund, actor: Actor) -> PaymentEvent:
    """Return the intent to pay a refund out."""
    event = _intent(payment, EventKind.REFUND, refund.amount, f"refund:{refund.key}", actor)
    event.refund = refund
    return event


def _intent(payment: Payment, kind: EventKind, amount: int, key: str, actor: Actor) -> PaymentEvent:
    """Return an unsaved intent that is due at once."""
    return PaymentEvent(
        payment=payment,
        kind=kind,
        gateway=payment.gateway,
        key=key,
        currency=payment.currency,
        amount=amount,
        created_at=actor.now,
        next_try_at=actor.now,
    )


def write_intents(intents: Iterable[PaymentEvent]) -> list[PaymentEvent]:
    """Save intents in one INSERT; a worker is woken after the commit."""
    rows = list(intents)
    if rows:
        PaymentEvent.objects.bulk_create(rows, batch_size=1000)
        ring(PAYMENTS)
    return rows
