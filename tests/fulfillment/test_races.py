"""Two at the same moment: one wins, the other is told, nothing is promised or shipped twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.handlers import end_cancelled
from fulfillment.models import Shipment
from fulfillment.services import shipping
from fulfillment.services.shipping import ship
from fulfillment.services.sourcing import source_orders
from inventory.models import StockLevel, StockMovement
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.events import OrderCancelled
from orders.models import Order, OrderLine
from orders.services.cancel import cancel_order
from orders.services.holds import place_hold
from tests.concurrency.together import errors, together
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.shop import labelled, sourced

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


def labelled_shipment() -> Shipment:
    """Return a shipment that is ready for the truck."""
    tea = make_product()
    make_stock(tea, make_location(), 10)
    return labelled(sourced(take_order([(tea, 2, 1000)]))[0])


@pytest.mark.parametrize("turn", range(5))
def test_F43_double_click_on_ship(turn) -> None:
    row = labelled_shipment()
    results = together(*[lambda: ship(shipment_id=row.pk, actor=make_actor())] * 2)
    assert [type(one) for one in errors(results)] == [Refused]
    assert StockMovement.objects.filter(reason="shipment").count() == 1
    assert OrderLine.objects.get().quantity_shipped == 2


@pytest.mark.parametrize("turn", range(5))
def test_F46_cancel_against_ship(turn) -> None:
    row = labelled_shipment()
    results = together(
        lambda: ship(shipment_id=row.pk, actor=make_actor()),
        lambda: cancel_order(order_id=row.order_id, actor=make_actor()),
    )
    assert len(errors(results)) == 1
    assert Order.objects.get().state == "released"
    assert Shipment.objects.get().state == "shipped"
    assert not [one for one in check(NOW, only=["I2", "I6a", "I7", "I14", "I15"]) if one.count]


@pytest.mark.parametrize("turn", range(5))
def test_F46_ship_against_an_order_that_ends(turn, monkeypatch) -> None:
    row = labelled_shipment()
    order_id = row.order_id
    monkeypatch.setattr("orders.services.cancel.refuse_objections", lambda *args: None)

    results = together(
        lambda: ship(shipment_id=row.pk, actor=make_actor()),
        lambda: cancel_order(order_id=order_id, actor=make_actor()),
    )
    end_cancelled([OrderCancelled(at=NOW, order_id=order_id)], make_actor())

    assert len(errors(results)) == 1
    shipped = Order.objects.get().state == "released"
    assert Shipment.objects.get().state == ("shipped" if shipped else "cancelled")
    assert StockLevel.objects.get().on_hand == (8 if shipped else 10)
    assert StockLevel.objects.get().allocated == 0


def unlocked(ids: list[int], **_: object) -> list[Shipment]:
    """Read the shipments as somebody who forgot the locks."""
    return list(Shipment.objects.filter(pk__in=ids))


@pytest.mark.twin
def test_F46_without_the_orders_lock_a_cancelled_order_ships(monkeypatch) -> None:
    row = labelled_shipment()
    seen, cancelled = threading.Event(), threading.Event()
    monkeypatch.setattr("orders.services.cancel.refuse_objections", lambda *args: None)
    monkeypatch.setattr(shipping, "lock_shipments", unlocked)
    monkeypatch.setattr(shipping, "mark_shipped", lambda **_: None)

    def slow(ids: object, rows: list[Shipment], conditions: object) -> tuple[list[Shipment], dict[int, Refused]]:
        """Look at a fresh row, then wait until the order was cancelled."""
        seen.set()
        cancelled.wait(10)
        return rows, {}

    monkeypatch.setattr(shipping, "allowed", slow)

    def cancel() -> None:
        """Cancel between the look and the act."""
        seen.wait(10)
        cancel_order(order_id=row.order_id, actor=make_actor())
        cancelled.set()

    results = together(lambda: ship(shipment_id=row.pk, actor=make_actor()), cancel)
    assert errors(results) == []
    assert (Order.objects.get().state, Shipment.objects.get().state) == ("cancelled", "shipped")


def test_F13_two_orders_one_unit() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    ids = [one.pk for one in [take_order([(tea, 1, 1000)]) for _ in range(50)]]

    def source(pk: int) -> Callable[[], object]:
        """Return the sourcing of one order."""
        return lambda: source_orders(order_ids=[pk], trigger="placed", actor=make_actor())

    for start in range(0, 50, 10):
        assert errors(together(*[source(pk) for pk in ids[start : start + 10]])) == []
    assert StockLevel.objects.get().allocated == 1
    assert OrderLine.objects.filter(quantity_allocated=1).count() == 1


def test_F14_reversed_lines_do_not_deadlock() -> None:
    products = [make_product() for _ in range(4)]
    place = make_location()
    for product in products:
        make_stock(product, place, 1000)
    forward = [(product, 1, 1000) for product in products]
    orders = [take_order(lines) for lines in [forward, forward[::-1]] * 10]
    pairs = zip(orders[::2], orders[1::2], strict=True)
    for one, other in pairs:
        results = together(
            lambda pk=one.pk: source_orders(order_ids=[pk], trigger="placed", actor=make_actor()),
            lambda pk=other.pk: source_orders(order_ids=[pk], trigger="placed", actor=make_actor()),
        )
        assert errors(results) == []
    assert set(StockLevel.objects.values_list("allocated", flat=True)) == {20}


def hold_shipping(order_id: int) -> None:
    """Hold an order from shipping."""
    place_hold(order_id=order_id, blocks=["ship"], actor=make_actor())


@pytest.mark.parametrize("turn", range(5))
def test_a_hold_against_ship_is_decided_by_who_comes_first(turn) -> None:
    row = labelled_shipment()
    results = together(
        lambda: ship(shipment_id=row.pk, actor=make_actor()),
        lambda: hold_shipping(row.order_id),
    )
    held_first = isinstance(results[0], Refused)
    assert results[1] is None
    acts = AuditLine.objects.filter(act__in=["orders.hold", "fulfillment.ship"]).order_by("pk")
    told = list(acts.values_list("act", flat=True))
    assert told == (["orders.hold"] if held_first else ["fulfillment.ship", "orders.hold"])
    assert Shipment.objects.get().state == ("labelled" if held_first else "shipped")


@pytest.mark.twin
def test_the_twin_without_the_orders_lock_ships_a_held_order(monkeypatch) -> None:
    row = labelled_shipment()
    looked, held = threading.Event(), threading.Event()
    monkeypatch.setattr(shipping, "lock_shipments", unlocked)
    real = shipping.allowed

    def slow(*told: Any) -> Any:
        """Look for a hold, then wait until one was put."""
        found = real(*told)
        looked.set()
        held.wait(10)
        return found

    monkeypatch.setattr(shipping, "allowed", slow)

    def hold() -> None:
        """Hold between the look and the act."""
        looked.wait(10)
        hold_shipping(row.order_id)
        held.set()

    results = together(lambda: ship(shipment_id=row.pk, actor=make_actor()), hold)

    assert errors(results) == []
    acts = AuditLine.objects.filter(act__in=["orders.hold", "fulfillment.ship"]).order_by("pk")
    assert list(acts.values_list("act", flat=True)) == ["orders.hold", "fulfillment.ship"]
