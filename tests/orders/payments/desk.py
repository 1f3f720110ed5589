"""The payment desk in tests: lets time pass and works off what is due."""

from datetime import datetime, timedelta

from oms.foundation import inbox
from oms.foundation.actor import Actor
from orders.models import Order, Payment, PaymentEvent
from orders.payments.sandbox_events import send_events
from orders.services.asking import ask_gateways
from tests.factories import NOW


def at(seconds: float = 0) -> Actor:
    """Return the worker so many seconds after the order was placed."""
    return Actor.system("worker", now=NOW + timedelta(seconds=seconds))


def ask(seconds: float = 1) -> int:
    """Let the worker ask the gateways once, so many seconds after placement."""
    return ask_gateways(at(seconds), 100)


def hear(seconds: float) -> int:
    """Let the sandbox send its due events and work them off."""
    sent = send_events(at(seconds), 100)
    while inbox.work_inbox(at(seconds), 100):
        continue
    return sent


def payment_of(order: Order) -> Payment:
    """Return the order's only payment, read anew."""
    return Payment.objects.get(order=order)


def intent_of(order: Order, kind: str = "authorize") -> PaymentEvent:
    """Return the order's only intent of a kind, read anew."""
    return PaymentEvent.objects.get(payment__order=order, kind=kind)


def gate_of(order: Order, name: str = "payment") -> tuple[str, str]:
    """Return state and code of a gate of the order."""
    gate = order.gates.get(name=name)
    return gate.state, gate.code


def moment(seconds: float) -> datetime:
    """Return the moment so many seconds after placement."""
    return NOW + timedelta(seconds=seconds)
