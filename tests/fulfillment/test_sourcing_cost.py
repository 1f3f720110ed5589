"""Sourcing takes a fixed number of statements, however many orders come at once, and serves who waits in turn."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.handlers import serve_next, serve_waiting
from fulfillment.models import FulfillmentOrder, SourcingDecision
from fulfillment.services.sourcing import backorders, source_orders
from fulfillment.services.sourcing.backorders import sweep_backorders
from inventory.events import StockGrew
from inventory.services.stock import adjust_stock
from oms.foundation.facts import fact_of
from oms.foundation.models import OutboxEvent
from orders.models import Order, OrderLine
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import some_orders

pytestmark = pytest.mark.django_db


def statements(orders: int, lines: int) -> int:
    """Return how many statements sourcing takes for so many orders of so many lines."""
    products = [make_product() for _ in range(lines)]
    for place in (make_location(), make_location()):
        for product in products:
            make_stock(product, place, orders)
    ids = [one.pk for one in some_orders([[(product, 1) for product in products]] * orders)]
    with CaptureQueriesContext(connection) as queries:
        source_orders(order_ids=ids, trigger="placed", actor=make_actor())
    assert not OrderLine.objects.exclude(quantity_allocated=1).exists()
    return len(queries)


def test_a_batch_of_a_hundred_takes_less_than_one_statement_an_order() -> None:
    assert statements(100, 3) <= 100


def test_ten_times_the_orders_take_few_more_statements() -> None:
    one = statements(1, 3)
    assert one <= 45
    assert statements(10, 3) <= one + 5


def grow(product, pieces: int, *, now=NOW) -> None:
    """Bring stock in and let sourcing hear of it, as the relay does."""
    adjust_stock(sku=product.sku, location="LON", quantity=pieces, reason="receipt", actor=make_actor(now=now))
    serve_waiting([StockGrew(at=now, location_id=1, product_ids=[product.pk])], make_actor(now=now))


def follow() -> int:
    """Handle the facts that ask for the next batch, until there are none; return how many there were."""
    handled = 0
    while True:
        events = list(OutboxEvent.objects.filter(kind="BackordersLeft", pk__gt=0, state="received"))
        if not events:
            return handled
        for event in events:
            OutboxEvent.objects.filter(pk=event.pk).update(state="done")
            serve_next([fact_of(event)], make_actor())
            handled += 1


def test_twenty_pieces_go_to_the_twenty_oldest_of_fifty_orders() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 0)
    orders = some_orders([[(tea, 1)]] * 50)
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())
    oldest = list(reversed(orders))
    for age, order in enumerate(oldest):
        Order.objects.filter(pk=order.pk).update(short_since=NOW - timedelta(hours=50 - age))

    grow(tea, 20)

    served = set(OrderLine.objects.filter(quantity_allocated=1).values_list("order_id", flat=True))
    assert served == {one.pk for one in oldest[:20]}
    assert Order.objects.filter(state="released").count() == 20
    assert Order.objects.filter(short_since=None).count() == 20
    assert SourcingDecision.objects.count() == 70


def test_a_large_old_order_is_not_starved_by_small_new_ones() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 0)
    large = some_orders([[(tea, 10)]])[0]
    source_orders(order_ids=[large.pk], trigger="placed", actor=make_actor())
    later = make_actor(now=NOW + timedelta(hours=1))
    small = some_orders([[(tea, 1)]] * 5)
    source_orders(order_ids=[one.pk for one in small], trigger="placed", actor=later)

    for day in range(1, 6):
        grow(tea, 2, now=NOW + timedelta(days=day))

    assert Order.objects.get(pk=large.pk).state == "released"
    assert not OrderLine.objects.filter(order__in=small, quantity_allocated__gt=0).exists()


def test_what_a_full_batch_leaves_goes_to_the_next(monkeypatch) -> None:
    monkeypatch.setattr("fulfillment.services.sourcing.backorders.BATCH", 4)
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 0)
    orders = some_orders([[(tea, 1)]] * 10)
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())

    grow(tea, 9)

    assert follow() == 2
    assert OrderLine.objects.filter(quantity_allocated=1).count() == 9
    assert Order.objects.exclude(short_since=None).get().pk == orders[-1].pk


def test_for_one_piece_no_crowd_is_asked(monkeypatch) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 0)
    orders = some_orders([[(tea, 1)]] * 30)
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())
    asked: list[int] = []

    def ask(*, order_ids, **told):
        """Count who is asked."""
        asked.append(len(order_ids))
        return source_orders(order_ids=order_ids, **told)

    monkeypatch.setattr(backorders, "source_orders", ask)
    grow(tea, 1)

    assert (asked, follow()) == ([backorders.FEWEST], 0)
    assert OrderLine.objects.get(quantity_allocated=1).order_id == orders[0].pk


def test_who_cannot_use_the_piece_keeps_it_from_nobody_behind(monkeypatch) -> None:
    monkeypatch.setattr(backorders, "FEWEST", 2)
    tea, place = make_product("TEA"), make_location("LON")
    make_stock(tea, place, 0)
    orders = some_orders([[(tea, 1)]] * 6)
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())
    for order in orders[:3]:
        FulfillmentOrder.objects.create(number=f"F{order.pk}", order=order, location=place, state="rejected")

    grow(tea, 1)
    follow()

    assert OrderLine.objects.get(quantity_allocated=1).order_id == orders[3].pk


def test_an_order_that_gains_nothing_gets_no_new_record() -> None:
    tea, cup = make_product("TEA"), make_product("CUP")
    make_stock(tea, make_location("LON"), 1)
    make_stock(tea, make_location("MAN"), 0)
    (order,) = some_orders([[(tea, 1), (cup, 1)]])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    grow(tea, 5)

    assert SourcingDecision.objects.count() == 1


def test_a_new_day_serves_the_orders_that_waited_for_capacity() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", daily_capacity=1), 9)
    orders = some_orders([[(tea, 1)]] * 3)
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())
    assert Order.objects.filter(state="released").count() == 1

    sweep_backorders(actor=make_actor(now=NOW + timedelta(days=1)))

    assert Order.objects.filter(state="released").count() == 2
