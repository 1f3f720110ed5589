"""Refunds go back through the payments they came from, never more than was collected."""

import pytest

from oms.foundation.refusals import Denied, Invalid, Refused
from orders.intake import PaymentIn
from orders.models import Order, PaymentEvent, Refund
from orders.services.refunds import approve_refund, refundable, request_refund
from tests.factories import make_actor, take_order
from tests.orders.payments.desk import ask, payment_of

pytestmark = pytest.mark.django_db


def refund(order: Order, amount: int, key: str = "") -> list[Refund]:
    """Ask for a refund as a clerk would."""
    return request_refund(order_id=order.pk, amount=amount, reason="broken", key=key, actor=make_actor())


def test_a_refund_is_paid_out_and_counted():
    order = take_order()

    made = refund(order, 500)
    assert (made[0].state, refundable(order)) == ("submitted", 1500)
    ask(1)

    assert Refund.objects.get().state == "settled"
    assert payment_of(order).refunded == 500
    assert Order.objects.get(pk=order.pk).payment_status == "partially_refunded"
    assert refundable(order) == 1500


def test_refunds_under_way_count_against_what_was_collected():
    order = take_order()
    refund(order, 1200)

    with pytest.raises(Refused, match=r"At most €8\.00"):
        refund(order, 1200)

    assert Refund.objects.count() == 1
    assert PaymentEvent.objects.filter(kind="refund").count() == 1


def test_the_same_key_refunds_once():
    order = take_order()

    first = refund(order, 500, key="return:7")
    again = refund(order, 500, key="return:7")

    assert [one.pk for one in again] == [one.pk for one in first]
    assert refundable(order) == 1500


def test_a_refund_is_taken_from_the_payments_in_their_order():
    parts = [PaymentIn(600, gateway="external", status="paid"), PaymentIn(1400, gateway="external", status="paid")]
    order = take_order(payments=parts)

    made = refund(order, 1000)

    assert [one.amount for one in made] == [600, 400]


@pytest.mark.parametrize("amount", [0, -1])
def test_F32_absurd_refund_refused(amount):
    order = take_order()

    with pytest.raises(Invalid, match="more than zero"):
        refund(order, amount)

    assert Refund.objects.count() == 0


def test_F32_nothing_goes_back_of_what_was_not_collected():
    order = take_order(token="tok_ok")
    ask(1)

    with pytest.raises(Refused, match=r"At most €0\.00"):
        refund(order, 100)

    assert Refund.objects.count() == 0


def test_a_large_refund_waits_for_a_second_person(settings):
    settings.REFUND_APPROVAL_ABOVE = 1000
    order = take_order()
    [made] = refund(order, 1500)
    assert (made.state, PaymentEvent.objects.filter(kind="refund").count()) == ("requested", 0)

    with pytest.raises(Denied, match="second person"):
        approve_refund(refund_id=made.pk, actor=make_actor())
    other = make_actor("boss")
    approve_refund(refund_id=made.pk, actor=type(other)("user", "2", "boss", other.now))

    assert Refund.objects.get().state == "submitted"
