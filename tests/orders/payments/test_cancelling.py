"""A cancelled order keeps nobody's money and promises no pieces."""

import pytest

from oms.foundation.refusals import Refused
from orders.models import Order, OrderLine, Payment, Refund, SandboxCharge
from orders.screening import Verdict
from orders.services.cancel import cancel_line, cancel_order
from orders.services.gates import set_gates
from orders.services.progress import Gone, mark_shipped, note_allocation
from tests.factories import make_actor, make_product, take_order
from tests.orders.payments.desk import ask, at, hear, intent_of, payment_of

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    """Return the order read anew."""
    return Order.objects.get(pk=order.pk)


def test_a_promise_is_given_back():
    order = take_order(token="tok_ok")
    ask(1)

    cancel_order(order_id=order.pk, reason="changed her mind", actor=make_actor())
    ask(2)

    assert (fresh(order).state, fresh(order).payment_status) == ("cancelled", "voided")
    assert payment_of(order).state == "voided"
    assert list(SandboxCharge.objects.values_list("kind", flat=True)) == ["authorize", "void"]


def test_a_gateway_that_was_not_asked_is_not_asked_any_more():
    order = take_order(token="tok_ok")

    cancel_order(order_id=order.pk, actor=make_actor())

    assert ask(1) == 0
    assert (payment_of(order).state, intent_of(order).code) == ("voided", "cancelled")
    assert SandboxCharge.objects.count() == 0


def test_F41_an_approval_after_the_cancellation_is_voided():
    order = take_order(token="tok_pending")
    ask(1)
    cancel_order(order_id=order.pk, actor=make_actor())
    assert payment_of(order).state == "pending"

    hear(3)
    assert payment_of(order).state == "authorized"
    ask(4)

    assert payment_of(order).state == "voided"
    assert fresh(order).state == "cancelled"
    assert order.holds.count() == 0


def test_collected_money_goes_back():
    order = take_order()

    cancel_order(order_id=order.pk, actor=make_actor())
    ask(1)

    assert Refund.objects.get().amount == 2000
    assert (fresh(order).payment_status, fresh(order).fulfillment_status) == ("refunded", "cancelled")


def test_every_piece_and_its_allocation_is_let_go():
    order = take_order()
    line = order.lines.get()
    note_allocation(allocated={line.pk: 2}, verdicts={}, actor=at(1))

    cancel_order(order_id=order.pk, actor=make_actor())

    line = OrderLine.objects.get(pk=line.pk)
    assert (line.quantity_open, line.quantity_allocated, line.quantity_cancelled) == (0, 0, 2)
    assert fresh(order).cancelled_total == 2000


def test_shipped_pieces_keep_the_order():
    order = take_order()
    set_gates(verdicts={order.pk: [Verdict("stock", "open")]}, actor=at(1))
    line = order.lines.get()
    mark_shipped(shipped=[Gone(order.pk, {line.pk: 1}, "s1")], actor=at(2))

    with pytest.raises(Refused, match="Pieces have been shipped"):
        cancel_order(order_id=order.pk, actor=make_actor())

    assert fresh(order).state == "released"


def test_open_pieces_of_a_line_are_cancelled_and_their_money_goes_back():
    order = take_order([(make_product(), 3, 1000), (make_product(), 1, 500)])

    cancel_line(order_id=order.pk, line=1, quantity=2, actor=make_actor())

    order = fresh(order)
    assert (order.state, order.cancelled_total, order.owed) == ("placed", 2000, 1500)
    assert Refund.objects.get().amount == 2000


def test_the_last_open_pieces_cancel_the_order():
    order = take_order()

    cancel_line(order_id=order.pk, line=1, actor=make_actor())

    assert fresh(order).state == "cancelled"


def test_more_than_is_open_is_refused():
    order = take_order()

    with pytest.raises(Refused, match="2 open pieces, not 3"):
        cancel_line(order_id=order.pk, line=1, quantity=3, actor=make_actor())

    assert fresh(order).cancelled_total == 0


def test_F33_a_smaller_order_needs_less_money():
    order = take_order([(make_product(), 2, 1000)], token="tok_ok")
    ask(1)
    cancel_line(order_id=order.pk, line=1, quantity=1, actor=make_actor())
    set_gates(verdicts={order.pk: [Verdict("stock", "open")]}, actor=at(2))

    mark_shipped(shipped=[Gone(order.pk, {order.lines.get().pk: 1}, "s1")], actor=at(3))
    ask(4)

    payment = Payment.objects.get()
    assert (payment.captured, payment.state) == (1000, "captured")
    assert fresh(order).payment_status == "paid"
