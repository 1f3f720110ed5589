"""Returns at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from oms.foundation.refusals import Refused
from orders.locks import lock_order
from orders.models import Order
from returns.models import ReturnLine
from returns.services import requesting
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.factories import make_location
from tests.returns.world import CLERK, announced, approved_return, inspected, shipped_order, tee

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment, each on a connection of its own; return results and refusals."""
    found: list[Any] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        """Wait for the others, act, and keep what came of it."""
        start.wait(timeout=10)
        try:
            found.append(act())
        except Refused as refused:
            found.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def announce_twice(order: Order) -> list[Any]:
    """Let two people announce both pieces of an order."""
    one = lambda: requesting.request_return(order_id=order.pk, lines=[announced("TEE", 2)], actor=CLERK)
    return at_once(one, one)


def test_two_people_cannot_announce_the_same_pieces():
    order = shipped_order((tee(), 2, 1990))

    found = announce_twice(order)

    assert [type(one).__name__ for one in found if isinstance(one, Refused)] == ["Refused"]
    assert list(ReturnLine.objects.values_list("quantity", flat=True)) == [2]


def test_without_the_lock_both_would_succeed(monkeypatch):
    order = shipped_order((tee(), 2, 1990))
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


def test_one_parcel_scanned_by_two_clerks_counts_once():
    order, place = shipped_order((tee(), 2, 1990)), make_location()
    one = approved_return(order, announced("TEE", 2))
    scan = lambda: receive_return(return_id=one.pk, location=place, scan="P1", actor=CLERK)

    at_once(scan, scan)

    assert ReturnLine.objects.get().quantity_received == 2


def test_one_line_inspected_by_two_clerks_is_refunded_once():
    order, place = shipped_order((tee(), 2, 1990)), make_location()
    one = approved_return(order, announced("TEE", 2))
    receive_return(return_id=one.pk, location=place, actor=CLERK)
    look = lambda: inspect_return(return_id=one.pk, lines=[inspected("TEE")], actor=CLERK)

    found = at_once(look, look)

    assert sum(isinstance(answer, Refused) for answer in found) == 1
    assert list(order.refunds.values_list("amount", flat=True)) == [3980]
