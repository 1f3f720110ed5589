"""Money is collected for what was shipped, once, and never more than was promised."""

import pytest

from oms.foundation.refusals import Refused
from orders.intake import DiscountIn, ShippingIn
from orders.models import Order, PaymentEvent, SandboxCharge
from orders.screening import Verdict
from orders.services import asking
from orders.services.cancel import cancel_line
from orders.services.gates import set_gates
from orders.services.payments import capture_payment
from orders.services.progress import Gone, mark_delivered, mark_shipped
from orders.states import EventKind
from tests.factories import make_actor, make_product, take_order
from tests.orders.payments.desk import ask, at, hear, payment_of

pytestmark = pytest.mark.django_db


def released(order: Order) -> Order:
    """Have the payment authorized and the stock found, so that the order is released."""
    ask(1)
    ask(6)
    set_gates(verdicts={order.pk: [Verdict("stock", "open")]}, actor=at(7))
    order = Order.objects.get(pk=order.pk)
    assert order.state == "released"
    return order


def captures(order: Order) -> list[tuple[int, str]]:
    """Return amount and outcome of every capture of the order."""
    events = PaymentEvent.objects.filter(payment__order=order, kind=EventKind.CAPTURE).order_by("pk")
    return list(events.values_list("amount", "outcome"))


def test_each_shipment_brings_its_value_and_the_last_brings_the_rest():
    lines = [(make_product(), 3, 1000), (make_product(), 1, 700)]
    told = {"total": 3833, "discounts": [DiscountIn(367)], "shipping": ShippingIn(amount=500)}
    order = released(take_order(lines, token="tok_ok", **told))
    first, second = order.lines.order_by("position")

    mark_shipped(shipped=[Gone(order.pk, {first.pk: 1}, "s1")], actor=at(10))
    ask(11)
    assert captures(order) == [(900, "ok")]
    assert payment_of(order).state == "partially_captured"

    mark_shipped(shipped=[Gone(order.pk, {first.pk: 2, second.pk: 1}, "s2")], actor=at(20))
    ask(21)

    assert captures(order) == [(900, "ok"), (2933, "ok")]
    assert (payment_of(order).state, payment_of(order).captured) == ("captured", 3833)
    assert Order.objects.get(pk=order.pk).payment_status == "paid"


def test_a_shipment_during_a_capture_is_collected_when_the_answer_is_there():
    order = released(take_order([(make_product(), 2, 1000)], token="tok_ok"))
    line = order.lines.get()
    mark_shipped(shipped=[Gone(order.pk, {line.pk: 1}, "s1")], actor=at(10))
    mark_shipped(shipped=[Gone(order.pk, {line.pk: 1}, "s2")], actor=at(11))
    assert captures(order) == [(1000, "pending")]

    ask(12)
    ask(13)

    assert captures(order) == [(1000, "ok"), (1000, "ok")]
    assert payment_of(order).state == "captured"


def test_F27_capture_answer_lost():
    order = released(take_order(token="tok_timeout"))
    line = order.lines.get()
    mark_shipped(shipped=[Gone(order.pk, {line.pk: 2}, "s1")], actor=at(10))
    ask(11)
    assert captures(order) == [(2000, "unknown")]

    ask(16)

    assert captures(order) == [(2000, "ok")]
    assert SandboxCharge.objects.filter(kind="capture", status="ok").count() == 1


@pytest.mark.parametrize("token", ["tok_ok", "tok_timeout"])
def test_F26_kill_after_capture_call(monkeypatch, token):
    order = released(take_order(token=token))
    mark_shipped(shipped=[Gone(order.pk, {order.lines.get().pk: 2}, "s1")], actor=at(10))

    def dies(**_):
        """Die before the outcome is written."""
        raise RuntimeError("killed")

    monkeypatch.setattr(asking, "settle", dies)
    with pytest.raises(RuntimeError):
        ask(11)
    monkeypatch.undo()
    assert captures(order) == [(2000, "pending")]

    ask(60)

    assert captures(order) == [(2000, "ok")]
    assert SandboxCharge.objects.filter(kind="capture", status="ok").count() == 1
    assert payment_of(order).captured == 2000


def test_F29_confirm_and_webhook_capture_once():
    order = released(take_order(token="tok_duplicate_events"))
    mark_shipped(shipped=[Gone(order.pk, {order.lines.get().pk: 2}, "s1")], actor=at(10))
    ask(11)

    assert hear(12) == 2

    assert captures(order) == [(2000, "ok")]
    assert payment_of(order).captured == 2000


def test_a_second_click_on_capture_is_refused():
    order = released(take_order(token="tok_ok"))
    capture_payment(order_id=order.pk, actor=make_actor())

    with pytest.raises(Refused, match="under way"):
        capture_payment(order_id=order.pk, actor=make_actor())

    assert captures(order) == [(2000, "pending")]


def test_no_more_is_collected_by_hand_than_the_order_still_costs():
    order = take_order([(make_product(), 2, 1000)], token="tok_ok")
    ask(1)
    cancel_line(order_id=order.pk, line=1, quantity=1, actor=make_actor())

    with pytest.raises(Refused, match=r"At most €10\.00"):
        capture_payment(order_id=order.pk, amount=1001, actor=make_actor())
    capture_payment(order_id=order.pk, actor=make_actor())

    assert captures(order) == [(1000, "pending")]


def test_money_the_channel_collected_is_not_collected_again():
    order = released(take_order())
    line = order.lines.get()

    mark_shipped(shipped=[Gone(order.pk, {line.pk: 2}, "s1")], actor=at(10))

    assert captures(order) == [(2000, "ok")]


def test_the_order_is_completed_with_its_last_delivery():
    order = released(take_order())
    line = order.lines.get()
    mark_shipped(shipped=[Gone(order.pk, {line.pk: 2}, "s1")], actor=at(10))
    mark_delivered(delivered={order.pk: {line.pk: 1}}, actor=at(20))
    assert Order.objects.get(pk=order.pk).state == "released"

    mark_delivered(delivered={order.pk: {line.pk: 1}}, actor=at(21))

    order = Order.objects.get(pk=order.pk)
    assert (order.state, order.fulfillment_status) == ("completed", "delivered")


def test_more_than_is_open_cannot_be_shipped():
    order = released(take_order())
    line = order.lines.get()

    with pytest.raises(Refused, match="2 open pieces, not 3"):
        mark_shipped(shipped=[Gone(order.pk, {line.pk: 3}, "s1")], actor=at(10))

    assert order.lines.get().quantity_shipped == 0
