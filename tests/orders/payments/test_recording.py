"""Money that arrives by bank, and promises that run out."""

from datetime import timedelta

import pytest

from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.intake import PaymentIn
from orders.models import Order, PaymentEvent
from orders.services.payments import expire_authorizations, record_payment
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import ask, at, gate_of, payment_of

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7).total_seconds()
TRANSFER = PaymentIn(2000, gateway="external", method="bank transfer", status="pending")


def test_an_order_waits_for_its_bank_transfer():
    order = take_order(payments=[TRANSFER])

    assert gate_of(order) == ("closed", "awaiting_transfer")

    record_payment(order_id=order.pk, reference="TRX 1", actor=make_actor())

    assert gate_of(order) == ("open", "")
    assert (payment_of(order).state, payment_of(order).captured) == ("captured", 2000)
    assert Order.objects.get(pk=order.pk).payment_status == "paid"


def test_a_part_of_the_money_keeps_the_gate_closed():
    order = take_order(payments=[TRANSFER])

    record_payment(order_id=order.pk, amount=500, reference="TRX 1", actor=make_actor())
    assert gate_of(order)[0] == "closed"
    record_payment(order_id=order.pk, reference="TRX 2", actor=make_actor())

    assert gate_of(order) == ("open", "")
    assert sorted(order.payments.values_list("captured", flat=True)) == [500, 1500]


def test_its_steps_on_the_audit_trail_are_steps_that_a_payment_takes():
    order = take_order(payments=[TRANSFER])

    for amount in (500, 1500):
        record_payment(order_id=order.pk, amount=amount, reference=f"TRX {amount}", actor=make_actor())

    found = check(NOW, only=["I9", "I16", "I16.payment", "I17", "I30"])
    assert [(one.invariant.id, one.ids) for one in found if one.count] == []


def test_the_same_transfer_is_recorded_once():
    order = take_order(payments=[TRANSFER])
    record_payment(order_id=order.pk, amount=500, reference="TRX 1", actor=make_actor())

    with pytest.raises(Refused, match="recorded before"):
        record_payment(order_id=order.pk, amount=500, reference="TRX 1", actor=make_actor())

    assert PaymentEvent.objects.filter(kind="capture").count() == 1


def test_more_than_is_missing_is_refused():
    order = take_order(payments=[TRANSFER])

    with pytest.raises(Refused, match=r"Only €20\.00 is missing"):
        record_payment(order_id=order.pk, amount=2001, actor=make_actor())

    assert payment_of(order).state == "pending"


def test_F35_authorization_expires():
    order = take_order(token="tok_ok")
    ask(1)

    assert expire_authorizations(at(WEEK - 3600)) == "1 warned, 0 expired"
    assert expire_authorizations(at(WEEK - 1800)) == "0 warned, 0 expired"
    assert expire_authorizations(at(WEEK + 2)) == "0 warned, 1 expired"

    assert payment_of(order).state == "expired"
    assert gate_of(order) == ("closed", "authorization_expired")
    assert order.holds.get().reason == "payment_failed"
    assert AuditLine.objects.filter(act="orders.authorization_ends").count() == 1
