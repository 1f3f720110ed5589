"""A gateway's events in every order, some twice: the books end alike."""

from itertools import permutations

import pytest

from oms.foundation.inbox import receive, work_inbox
from orders.models import Order, Payment, PaymentEvent, Refund, SandboxCharge
from orders.payments.sandbox import event_body
from orders.payments.sandbox_events import KIND, SOURCE
from orders.services.payments import capture_payment
from orders.services.refunds import request_refund
from tests.factories import NOW, take_order
from tests.orders.payments.desk import at

pytestmark = pytest.mark.django_db
EVENTS = ("authorize", "authorize again", "capture", "refund")


def send(order: Order, event: str) -> None:
    """Store one of the gateway's events, as its door does."""
    kind = event.split(maxsplit=1)[0]
    key = {"authorize": "authorize:{}", "capture": "capture:{}:1", "refund": "refund:mine/1"}[kind]
    payment = Payment.objects.get(order=order)
    charge = SandboxCharge(
        key=key.format(payment.pk), kind=kind, transaction_id=f"sb_{kind}", token="tok_ok", currency="EUR",
        amount=2000, status="ok", created_at=NOW,
    )  # fmt: skip
    told = {"message_id": event, "body": event_body(charge), "headers": {}}
    receive(source=SOURCE, kind=KIND, account=SOURCE, actor=at(0), **told)


def live(order: Order, hour: int) -> None:
    """Let an hour pass: staff collects and gives back what it can, the worker reads its inbox."""
    actor, payment = at(hour * 3600), Payment.objects.get(order=order)
    if payment.state == "authorized" and not payment.events.filter(kind="capture").exists():
        capture_payment(order_id=order.pk, actor=actor)
    if payment.state == "captured" and not order.refunds.exists():
        request_refund(order_id=order.pk, amount=2000, key="mine", actor=actor)
    while work_inbox(actor, 10):
        pass


@pytest.mark.parametrize("events", list(permutations(EVENTS)), ids=range(24))
def test_F06_webhooks_in_any_order(events):
    order = take_order(token="tok_ok")
    for event in events:
        send(order, event)

    for hour in range(5):
        live(order, hour)

    payment = Payment.objects.get()
    assert (payment.state, payment.authorized, payment.captured, payment.refunded) == ("captured", 2000, 2000, 2000)
    assert sorted(PaymentEvent.objects.values_list("kind", "outcome")) == [
        ("authorize", "ok"), ("capture", "ok"), ("refund", "ok"),
    ]  # fmt: skip
    assert Refund.objects.get().state == "settled"
    assert Order.objects.get().payment_status == "refunded"
