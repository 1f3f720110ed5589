"""Each invariant of demand finds the row that breaks it, and no other invariant fires."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from oms.foundation.audit import record
from oms.foundation.invariants import INVARIANTS, check
from oms.foundation.models import AuditLine
from orders.models import Gate, Hold, Order, OrderLine, Payment, PaymentEvent, Refund
from orders.services.holds import place_hold
from orders.services.refunds import request_refund
from tests.factories import NOW, make_actor, take_order
from tests.orders.payments.desk import ask

pytestmark = pytest.mark.django_db
OURS = [
    *("I5", "I6", "I9", "I10", "I11", "I12", "I13", "I16o", "I16p", "I16f", "I16h"),
    *("I20", "I26", "I30", "I31", "I32", "I33"),
]


@contextmanager
def without(table: str, *names: str) -> Iterator[None]:
    """Take constraints away that would refuse the corruption; the test's transaction brings them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        yield
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def broken() -> set[str]:
    """Return the ids of this room's invariants that do not hold, a little later."""
    return {one.invariant.id for one in check(NOW + timedelta(days=2), only=OURS) if one.count}


@pytest.fixture
def order() -> Order:
    """Have an order paid at its channel, partly refunded, and one authorized, with a hold."""
    paid = take_order()
    request_refund(order_id=paid.pk, amount=500, key="one", actor=make_actor())
    take_order(token="tok_ok")
    ask(1)
    place_hold(order_id=paid.pk, actor=make_actor())
    assert broken() == set()
    return paid


def test_every_invariant_of_this_room_has_a_test_below():
    ours = {one.id for one in INVARIANTS.values() if one.entity.startswith("orders.")} - {"I6a", "I7", "I22"}
    assert set(OURS) <= ours


def test_an_order_stored_twice_is_found(order):
    with without("orders_order", "order_captured_once"):
        Order.objects.exclude(pk=order.pk).update(external_id=order.external_id)
    assert broken() == {"I5"}


def test_a_line_that_lost_a_piece_is_found(order):
    with without("orders_orderline", "line_conserves_quantity"):
        OrderLine.objects.filter(order=order).update(quantity_cancelled=1)
        assert broken() == {"I6"}


def test_money_collected_without_a_fact_is_found(order):
    with without("orders_payment", "payment_money_in_order"):
        Payment.objects.filter(order=order).update(captured=F("captured") + 1)
        assert broken() == {"I9"}


def test_refunds_beyond_the_collected_are_found(order):
    Refund.objects.filter(order=order).update(amount=2001)
    assert broken() == {"I10"}


def test_two_captures_under_way_are_found(order):
    payment = Payment.objects.exclude(order=order).get()
    with without("orders_paymentevent", "one_capture_or_void_in_flight"):
        for number in (1, 2):
            PaymentEvent.objects.create(
                payment=payment,
                kind="capture",
                gateway="sandbox",
                key=f"k{number}",
                currency="EUR",
                amount=1,
                created_at=NOW + timedelta(days=2),
            )
    assert broken() == {"I11"}


def test_another_currency_is_found(order):
    PaymentEvent.objects.filter(payment__order=order, kind="capture").update(currency="USD")
    assert broken() == {"I12"}


def test_a_total_that_does_not_add_up_is_found(order):
    Order.objects.filter(pk=order.pk).update(total_difference=1)
    assert broken() == {"I13"}


@pytest.mark.parametrize(("model", "found"), [(Order, "I16o"), (Payment, "I16p"), (Refund, "I16f"), (Hold, "I16h")])
def test_a_state_nobody_told_of_is_found(order, model, found):
    row = model.objects.filter(**({"pk": order.pk} if model is Order else {"order": order})).get()
    record(make_actor(), "nothing", row)
    last = AuditLine.objects.latest("pk")
    last.pk, last.from_state, last.to_state = None, row.state, "elsewhere"
    last.save(force_insert=True)
    assert broken() == {found}


def test_asking_for_nothing_is_found(order):
    event = PaymentEvent.objects.filter(payment__order=order, kind="authorize")
    event.update(amount=0)
    assert broken() == {"I20"}


def test_money_unknown_for_a_day_is_found(order):
    PaymentEvent.objects.exclude(payment__order=order).update(outcome="unknown")
    assert broken() == {"I26"}


@pytest.mark.parametrize(("column", "found"), [("payment_status", "I30"), ("fulfillment_status", "I31")])
def test_a_wrong_word_is_found(order, column, found):
    word = {"payment_status": "failed", "fulfillment_status": "shipped"}[column]
    Order.objects.filter(pk=order.pk).update(**{column: word})
    assert broken() == {found}


def test_a_transaction_recorded_twice_is_found(order):
    with without("orders_paymentevent", "transaction_once"):
        PaymentEvent.objects.filter(kind="authorize").update(gateway="sandbox", transaction_id="t1")
    assert broken() == {"I32"}


def test_a_missing_gate_is_found(order):
    Gate.objects.filter(order=order, name="fraud").delete()
    assert broken() == {"I33"}
