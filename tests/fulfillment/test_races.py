"""Two at the same moment: one wins, the other is told, nothing is promised or shipped twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from fulfillment.handlers import end_cancelled
from fulfillment.models import Shipment
from fulfillment.services import shipping
from fulfillment.services.shipping import ship
from fulfillment.services.sourcing import source_orders
from inventory.models import StockLevel, StockMovement
from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.events import OrderCancelled
from orders.models import Order, OrderLine
from orders.services.cancel import cancel_order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, labelled, some_orders, sourced

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; return each one's result or error."""
    results: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(index: int) -> None:
        """Wait for the others, act, and keep what came of it."""
        try:
            gate.wait(10)
            results[index] = acts[index]()
        except Exception as error:  # noqa: BLE001  every outcome is looked at
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def labelled_shipment() -> Shipment:
    """Return a shipment that is ready for the truck."""
    tea = make_product()
    make_stock(tea, make_location(), 10)
    return labelled(sourced(an_order([(tea, 2)]))[0])


def errors(results: list[object]) -> list[object]:
    """Return the errors among results."""
    return [one for one in results if isinstance(one, BaseException)]


@pytest.mark.parametrize("turn", range(5))
def test_shipping_twice_at_once_ships_once(turn) -> None:
    row = labelled_shipment()
    results = at_once(*[lambda: ship(shipment_id=row.pk, actor=make_actor())] * 2)
    assert [type(one) for one in errors(results)] == [Refused]
    assert StockMovement.objects.filter(reason="shipment").count() == 1
    assert OrderLine.objects.get().quantity_shipped == 2


@pytest.mark.parametrize("turn", range(5))
def test_cancel_against_ship_ends_in_exactly_one(turn) -> None:
    row = labelled_shipment()
    results = at_once(
        lambda: ship(shipment_id=row.pk, actor=make_actor()),
        lambda: cancel_order(order_id=row.order_id, actor=make_actor()),
    )
    assert len(errors(results)) == 1
    assert Order.objects.get().state == "released"
    assert Shipment.objects.get().state == "shipped"
    assert not [one for one in check(NOW, only=["I2", "I6a", "I7", "I14", "I15"]) if one.count]


@pytest.mark.parametrize("turn", range(5))
def test_ship_against_an_order_that_ends(turn, monkeypatch) -> None:
    row = labelled_shipment()
    order_id = row.order_id
    monkeypatch.setattr("orders.services.cancel.refuse_objections", lambda *args: None)

    results = at_once(
        lambda: ship(shipment_id=row.pk, actor=make_actor()),
        lambda: cancel_order(order_id=order_id, actor=make_actor()),
    )
    end_cancelled([OrderCancelled(at=NOW, order_id=order_id)], make_actor())

    assert len(errors(results)) == 1
    shipped = Order.objects.get().state == "released"
    assert Shipment.objects.get().state == ("shipped" if shipped else "cancelled")
    assert StockLevel.objects.get().on_hand == (8 if shipped else 10)
    assert StockLevel.objects.get().allocated == 0


def test_the_twin_without_the_orders_lock_ships_a_cancelled_order(monkeypatch) -> None:
    row = labelled_shipment()
    seen, cancelled = threading.Event(), threading.Event()
    monkeypatch.setattr("orders.services.cancel.refuse_objections", lambda *args: None)
    monkeypatch.setattr(shipping, "lock_shipment", lambda pk, **_: Shipment.objects.get(pk=pk))
    monkeypatch.setattr(shipping, "mark_shipped", lambda **_: None)

    def slow(*args: object) -> None:
        """Look at a fresh row, then wait until the order was cancelled."""
        seen.set()
        cancelled.wait(10)

    monkeypatch.setattr(shipping, "refuse_unless", slow)

    def cancel() -> None:
        """Cancel between the look and the act."""
        seen.wait(10)
        cancel_order(order_id=row.order_id, actor=make_actor())
        cancelled.set()

    results = at_once(lambda: ship(shipment_id=row.pk, actor=make_actor()), cancel)
    assert errors(results) == []
    assert (Order.objects.get().state, Shipment.objects.get().state) == ("cancelled", "shipped")


def test_fifty_orders_for_one_piece_leave_one_winner() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    ids = [one.pk for one in some_orders([[(tea, 1)]] * 50)]

    def source(pk: int) -> Callable[[], object]:
        """Return the sourcing of one order."""
        return lambda: source_orders(order_ids=[pk], trigger="placed", actor=make_actor())

    for start in range(0, 50, 10):
        assert errors(at_once(*[source(pk) for pk in ids[start : start + 10]])) == []
    assert StockLevel.objects.get().allocated == 1
    assert OrderLine.objects.filter(quantity_allocated=1).count() == 1


def test_reversed_lines_do_not_deadlock() -> None:
    products = [make_product() for _ in range(4)]
    place = make_location()
    for product in products:
        make_stock(product, place, 1000)
    forward = [(product, 1) for product in products]
    orders = some_orders([forward, forward[::-1]] * 10)
    pairs = zip(orders[::2], orders[1::2], strict=True)
    for one, other in pairs:
        results = at_once(
            lambda pk=one.pk: source_orders(order_ids=[pk], trigger="placed", actor=make_actor()),
            lambda pk=other.pk: source_orders(order_ids=[pk], trigger="placed", actor=make_actor()),
        )
        assert errors(results) == []
    assert set(StockLevel.objects.values_list("allocated", flat=True)) == {20}
