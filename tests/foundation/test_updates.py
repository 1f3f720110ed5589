"""Many rows get values of their own in one statement, and only while they are as they were read."""

import pytest
from django.db import DataError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django_fsm import ConcurrentTransition

from oms.foundation.aggregate import save_many
from oms.foundation.updates import update_each
from orders.models import Customer, Payment
from tests.conftest import on_postgresql
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def test_every_row_gets_its_own_values():
    rows = [Customer.objects.create(name=f"old {number}") for number in range(5)]
    for row in rows:
        row.name = f"new {row.pk}"

    with CaptureQueriesContext(connection) as told:
        assert update_each(rows, ["name"]) == 5

    assert len(told) == 1
    assert [one.name for one in Customer.objects.order_by("pk")] == [f"new {row.pk}" for row in rows]
    assert set(Customer.objects.values_list("version", flat=True)) == {1}


def test_a_text_too_long_is_not_cut():
    row = Customer.objects.create(name="Ann")
    row.name = "x" * 201

    if on_postgresql():
        with pytest.raises(DataError):
            update_each([row], ["name"])
    else:
        update_each([row], ["name"])
        assert len(Customer.objects.get().name) == 201


def test_states_saved_with_many_values_demand_what_was_read():
    payments = [make_order().payments.get() for _ in range(5)]
    for number, payment in enumerate(payments):
        payment.authorize(amount=number + 1, expires_at=None)
    Payment.objects.filter(pk=payments[0].pk).update(version=7)

    with pytest.raises(ConcurrentTransition, match="1 rows of Payment changed"):
        save_many(payments, ["state", "authorized"])


def test_states_saved_with_many_values_are_remembered():
    payments = [make_order().payments.get() for _ in range(5)]
    for number, payment in enumerate(payments):
        payment.authorize(amount=number + 1, expires_at=None)

    save_many(payments, ["state", "authorized"])

    assert payments[0].last_move == ("created", "authorized")
    assert sorted(Payment.objects.values_list("authorized", flat=True)) == [1, 2, 3, 4, 5]


def test_a_check_has_the_last_word():
    payments = [make_order().payments.get() for _ in range(4)]
    for number, payment in enumerate(payments):
        payment.captured = number + 1

    with pytest.raises(IntegrityError):
        save_many(payments, ["captured"])
