"""Returns at the same moment."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.locks import lock_order
from orders.models import Order
from orders.services.refunds import TooMuch, request_refund
from returns.models import ReturnLine
from returns.services import requesting
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.concurrency.rival import no_row_locks, rival_after, rival_before
from tests.concurrency.together import together
from tests.factories import NOW, make_location
from tests.returns.world import CLERK, announced, approved_return, delivered_order, inspected, tee

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def announce_twice(order: Order) -> list[Any]:
    """Let two people announce both pieces of an order."""
    one = lambda: requesting.request_return(order_id=order.pk, lines=[announced("TEE", 2)], actor=CLERK)
    return together(one, one)


def test_F54_return_exceeds_shipped():
    order = delivered_order(tee(), 2, 1990)

    found = announce_twice(order)

    assert [type(one).__name__ for one in found if isinstance(one, Refused)] == ["Refused"]
    assert list(ReturnLine.objects.values_list("quantity", flat=True)) == [2]


@pytest.mark.twin
def test_F54_without_the_lock_both_would_succeed(monkeypatch):
    order = delivered_order(tee(), 2, 1990)
    meet = threading.Barrier(2)

    def unlocked(order_id: int) -> Order:
        """Read without a lock."""
        return Order.objects.get(pk=order_id)

    real = requesting._wanted

    def slow(*args: Any) -> Any:
        """Decide, then wait for the other to decide as well."""
        wanted = real(*args)
        meet.wait(timeout=10)
        return wanted

    monkeypatch.setattr(requesting, "lock_order", unlocked)
    monkeypatch.setattr(requesting, "_wanted", slow)

    announce_twice(order)

    assert lock_order is not requesting.lock_order
    assert list(ReturnLine.objects.values_list("quantity", flat=True)) == [2, 2]


def test_F55_one_parcel_scanned_by_two_clerks_counts_once():
    order, place = delivered_order(tee(), 2, 1990), make_location()
    one = approved_return(order, announced("TEE", 2))
    scan = lambda: receive_return(return_id=one.pk, location=place, scan="P1", actor=CLERK)

    together(scan, scan)

    assert ReturnLine.objects.get().quantity_received == 2


@pytest.mark.twin
def test_F55_without_the_lock_only_an_index_keeps_the_parcel_from_counting_twice():
    order, place = delivered_order(tee(), 2, 1990), make_location()
    one = approved_return(order, announced("TEE", 2))
    scan = partial(receive_return, return_id=one.pk, location=place, scan="P1", actor=CLERK)

    with no_row_locks(), rival_after("returns.services.receiving._found", scan), pytest.raises(IntegrityError):
        scan()

    assert ReturnLine.objects.get().quantity_received == 2


def all_of_it(order: Order) -> Callable[[], object]:
    """Return the act of a clerk who gives all of an order's money back."""
    return partial(request_refund, order_id=order.pk, amount=3980, actor=CLERK)


def a_received_return() -> tuple[Order, Callable[[], object]]:
    """Return an order whose two pieces have arrived, and the act of inspecting them, which refunds by itself."""
    order, place = delivered_order(tee(), 2, 1990), make_location()
    one = approved_return(order, announced("TEE", 2))
    receive_return(return_id=one.pk, location=place, actor=CLERK)
    return order, partial(inspect_return, return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)


def test_F56_manual_and_automatic_refund():
    order, inspect = a_received_return()

    with rival_before("orders.services.refunds._parts", all_of_it(order)) as rival:
        inspect()

    assert isinstance(rival.outcome, TooMuch)
    assert list(order.refunds.values_list("amount", flat=True)) == [3980]


@pytest.mark.twin
def test_F56_without_the_locks_the_money_goes_back_twice():
    order, inspect = a_received_return()

    with no_row_locks(), rival_before("orders.services.refunds._parts", all_of_it(order)):
        inspect()

    assert list(order.refunds.values_list("amount", flat=True)) == [3980, 3980]
    assert [one.invariant.id for one in check(NOW, only=["I10"]) if one.count] == ["I10"]


def test_one_line_inspected_by_two_clerks_is_refunded_once():
    order, place = delivered_order(tee(), 2, 1990), make_location()
    one = approved_return(order, announced("TEE", 2))
    receive_return(return_id=one.pk, location=place, actor=CLERK)
    look = lambda: inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)

    found = together(look, look)

    assert sum(isinstance(answer, Refused) for answer in found) == 1
    assert list(order.refunds.values_list("amount", flat=True)) == [3980]
