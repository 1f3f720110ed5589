"""Two at the same moment, one of them a person who moves pieces: they are promised once, and never out of hands."""

import threading
from typing import Any

import pytest

from fulfillment.models import Allocation, FulfillmentOrder, Shipment
from fulfillment.services import reallocating
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.shipping import ship
from fulfillment.services.sourcing import source_orders
from fulfillment.services.trading import trade
from inventory.models import StockLevel
from oms.foundation.refusals import Refused
from orders.models import Order
from orders.services.cancel import cancel_order
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_location, make_stock, take_order
from tests.fulfillment.moving import Shop, broken, promised
from tests.fulfillment.shop import labelled, sourced

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLERK = make_actor("kim")
TURNS = pytest.mark.parametrize("turn", range(3))


def some_work(shop: Shop, pieces: int = 3) -> FulfillmentOrder:
    """Return open work of a paid order."""
    (row,) = sourced(take_order([(shop.tea, pieces, 1000)]))
    return row


def move(row: FulfillmentOrder, to: Any, **how: Any) -> FulfillmentOrder:
    """Move some work."""
    return reallocate(fulfillment_order_id=row.pk, location=to, reason="flood", actor=CLERK, **how)


@TURNS
def test_two_people_move_the_same_work(turn) -> None:
    shop = Shop()
    row, paris = some_work(shop), make_location("PAR")
    make_stock(shop.tea, paris, 5)
    results = together(lambda: move(row, shop.leeds), lambda: move(row, paris))
    assert [type(one) for one in errors(results)] == [Refused]
    assert promised(row.order_id) == ({"PAR": {"TEA": 3}} if results[1] not in errors(results) else {"MAN": {"TEA": 3}})
    assert broken() == []


@TURNS
def test_two_orders_are_moved_to_the_last_pieces(turn) -> None:
    shop = Shop()
    rows = [some_work(shop), some_work(shop)]
    StockLevel.objects.filter(product=shop.tea, location=shop.leeds).update(safety_stock=6)
    results = together(*(lambda row=row: move(row, shop.leeds) for row in rows))
    assert [one.sentence for one in errors(results)] == ["Leeds has 1 × TEA free, 3 are to go there."]
    assert StockLevel.objects.get(product=shop.tea, location=shop.leeds).allocated == 3
    assert broken() == []


@TURNS
def test_a_move_against_the_truck(turn) -> None:
    shop = Shop()
    row = some_work(shop)
    shipment = labelled(row)
    results = together(
        lambda: move(row, shop.leeds, take_back=True), lambda: ship(shipment_id=shipment.pk, actor=make_actor())
    )
    assert len(errors(results)) == 1
    state = Shipment.objects.get().state
    assert (state, promised(row.order_id)) in [("shipped", {}), ("cancelled", {"MAN": {"TEA": 3}})]
    assert broken() == []


@TURNS
def test_a_move_against_the_end_of_the_order(turn) -> None:
    shop = Shop()
    row = some_work(shop)
    results = together(lambda: move(row, shop.leeds), lambda: cancel_order(order_id=row.order_id, actor=make_actor()))
    assert errors(results[1:]) == []
    assert Order.objects.get().state == "cancelled"


@TURNS
def test_a_move_against_sourcing_stays(turn) -> None:
    shop = Shop()
    order = take_order([(shop.tea, 3, 1000)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())
    row = FulfillmentOrder.objects.get()
    results = together(
        lambda: move(row, shop.leeds),
        lambda: source_orders(order_ids=[order.pk], trigger="lines_changed", actor=make_actor()),
    )
    moved = not errors(results)
    assert (promised(order.pk), broken()) == ({"MAN" if moved else "LON": {"TEA": 3}}, [])


@TURNS
def test_two_trades_crosswise_do_not_deadlock(turn) -> None:
    shop = Shop()
    shop.free(shop.tea, shop.london, 3)
    one = some_work(shop)
    other = some_work(shop)
    assert [promised(row.order_id) for row in (one, other)] == [{"LON": {"TEA": 3}}, {"MAN": {"TEA": 3}}]

    def swap(row: FulfillmentOrder, order: Order) -> FulfillmentOrder:
        """Trade three TEA."""
        return trade(fulfillment_order_id=row.pk, order=order, sku="TEA", reason="x", actor=CLERK)

    results = together(lambda: swap(one, other.order), lambda: swap(other, one.order))

    assert [type(error) for error in errors(results)] == [Refused]
    assert [promised(row.order_id) for row in (one, other)] == [{"MAN": {"TEA": 3}}, {"LON": {"TEA": 3}}]
    assert broken() == []


def hands(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let a move look whether pieces are in hands, and wait then until somebody has tried to pick."""
    looked, tried, real = threading.Event(), threading.Event(), reallocating.in_hands

    def slow(*told: Any) -> bool:
        """Look, and wait."""
        found = real(*told)
        looked.set()
        tried.wait(3)
        return found

    monkeypatch.setattr(reallocating, "in_hands", slow)
    return looked, tried


@pytest.mark.twin
def test_without_the_orders_lock_pieces_are_moved_out_of_hands(monkeypatch) -> None:
    shop = Shop()
    row = some_work(shop)
    start_picking(fulfillment_order_id=row.pk, actor=CLERK)
    looked, tried = hands(monkeypatch)
    unlocked = FulfillmentOrder.objects.select_related("location")
    monkeypatch.setattr(reallocating, "lock_fulfillment_order", lambda pk: unlocked.get(pk=pk))

    def pick() -> None:
        """Pick between the look and the move."""
        looked.wait(10)
        confirm_picked(fulfillment_order_id=row.pk, actor=CLERK)
        tried.set()

    results = together(lambda: move(row, shop.leeds), pick)

    assert errors(results) == []
    row = FulfillmentOrder.objects.get(pk=row.pk)
    assert row.picked_at is not None
    assert set(Allocation.objects.filter(fulfillment_order=row).values_list("state", flat=True)) == {"released"}
