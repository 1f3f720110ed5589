"""A lock keeps others from changing a row, not from pointing at it."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from orders.locks import lock_order
from orders.models import Hold, Order
from tests.concurrency.together import impatiently
from tests.factories import take_order

pytestmark = [pytest.mark.race, pytest.mark.pg, pytest.mark.django_db(transaction=True)]


def point_at(order: Order) -> Any:
    """Write a row that refers to the order, and take it back: no act put it there."""
    with transaction.atomic():
        hold = Hold.objects.create(order_id=order.pk, reason="manual")
        connection.check_constraints()
        transaction.set_rollback(True)
    return hold.pk


def test_who_points_at_a_locked_order_need_not_wait():
    order = take_order()
    with transaction.atomic():
        lock_order(order.pk)
        assert isinstance(impatiently(lambda: point_at(order)), int)


def test_who_changes_a_locked_order_waits():
    order = take_order()
    with transaction.atomic():
        lock_order(order.pk)
        assert isinstance(
            impatiently(lambda: Order.objects.filter(pk=order.pk).update(instructions="mine")), OperationalError
        )


def test_a_lock_of_the_key_too_would_hold_up_everybody():
    order = take_order()
    with transaction.atomic():
        Order.objects.select_for_update().get(pk=order.pk)
        assert isinstance(impatiently(lambda: point_at(order)), OperationalError)
