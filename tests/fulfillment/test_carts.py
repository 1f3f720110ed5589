"""What a cart has in hand is promised to no order but its own."""

from datetime import timedelta

import pytest

from fulfillment.handlers import serve_waiting
from fulfillment.services.sourcing import source_orders
from inventory.models import Reservation, StockLevel
from inventory.queries import availability, pieces_left
from inventory.services.reservations import cart_key, expire_reservations, release_reservation, reserve_pieces
from oms.foundation.facts import fact_of
from oms.foundation.models import AuditLine, OutboxEvent
from orders.models import Order, OrderLine
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, some_orders, stock_gate

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=15)


def keep(key: str, pieces: int, sku: str = "TEA") -> None:
    """Keep pieces for a cart."""
    reserve_pieces(key=key, pieces={sku: pieces}, expires_at=SOON, actor=make_actor())


def source(*orders: Order, now=NOW) -> None:
    """Source orders, the first first."""
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor(now=now))


def promised(*orders: Order) -> list[int]:
    """Return the pieces promised to each order."""
    lines = dict(OrderLine.objects.values_list("order_id", "quantity_allocated"))
    return [lines[one.pk] for one in orders]


def hear_growth(now=NOW) -> None:
    """Let sourcing hear of free pieces, as the relay does."""
    facts = [fact_of(event) for event in OutboxEvent.objects.filter(kind="StockGrew").order_by("pk")]
    OutboxEvent.objects.filter(kind="StockGrew").delete()
    if facts:
        serve_waiting(facts, make_actor(now=now))


def left() -> int:
    """Return the pieces of tea that can be promised."""
    return availability(["TEA"], now=NOW)[0].available


def test_an_order_gets_what_the_carts_leave():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5, safety_stock=1)
    keep("cart:1", 1)
    keep("cart:2", 1)
    order = an_order([(tea, 4)])

    source(order)

    assert promised(order) == [2] and left() == 0
    assert stock_gate(order)[:2] == ("closed", "short_stock")


def test_carts_are_counted_over_all_locations_and_leave_the_smaller_ones_alone():
    tea = make_product("TEA")
    small, large = make_stock(tea, make_location("LON"), 2), make_stock(tea, make_location("MAN"), 10)
    keep("cart:1", 3)
    order = an_order([(tea, 9)])

    source(order)

    assert promised(order) == [9] and left() == 0
    allocated = dict(StockLevel.objects.values_list("pk", "allocated"))
    assert allocated == {small.pk: 2, large.pk: 7}


def test_a_cart_whose_time_is_over_keeps_nothing():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 4)
    keep("cart:1", 4)
    order = an_order([(tea, 4)])

    source(order, now=SOON)

    assert promised(order) == [4]


def test_a_cart_that_became_an_order_gives_it_its_pieces_and_ends():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 4)
    keep("1001", 3)
    keep("cart:2", 1)
    other, own = some_orders([[(tea, 4)], [(tea, 4)]])
    Order.objects.filter(pk=own.pk).update(external_id="1001")

    source(other, own)

    assert promised(other, own) == [0, 3]
    assert [one.key for one in Reservation.objects.all()] == ["cart:2"]
    assert AuditLine.objects.get(act="inventory.release_reservation").data == {"key": "1001"}


def test_an_order_gets_what_its_own_shop_keeps_not_what_another_keeps_under_the_same_number():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 4)
    (order,) = some_orders([[(tea, 2)]])
    Order.objects.filter(pk=order.pk).update(external_id="1001")
    keep(cart_key(order.channel_account_id, "1001"), 2)
    keep(cart_key(order.channel_account_id + 1, "1001"), 2)

    source(order)

    assert promised(order) == [2]
    assert [one.key for one in Reservation.objects.all()] == [cart_key(order.channel_account_id + 1, "1001")]


def test_what_an_order_leaves_of_its_cart_goes_to_the_next_order():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 3)
    keep("1001", 3)
    own, other = some_orders([[(tea, 1)], [(tea, 2)]])
    Order.objects.filter(pk=own.pk).update(external_id="1001")

    source(own, other)

    assert promised(own, other) == [1, 2] and not Reservation.objects.exists()


def test_an_order_sourced_again_keeps_its_pieces_whatever_carts_took_since():
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    order = an_order([(tea, 3)], paid=False)
    source(order)
    keep("cart:1", 2)

    source(order)

    assert promised(order) == [3]


@pytest.mark.parametrize(
    "let_go",
    [
        lambda: release_reservation(key="cart:1", actor=make_actor()),
        lambda: expire_reservations(actor=make_actor(now=SOON)),
        lambda: keep("cart:1", 1),
    ],
    ids=["released", "ran out", "asked for less"],
)
def test_pieces_that_a_cart_gives_back_go_to_the_order_that_waits(let_go):
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 4)
    keep("cart:1", 4)
    order = an_order([(tea, 3)])
    source(order)
    assert promised(order) == [0]

    let_go()
    hear_growth()

    assert promised(order) == [3] and Order.objects.get().state == "released"


def test_a_cart_that_asks_for_more_tells_nobody_of_free_pieces():
    make_stock(make_product("TEA"), make_location("LON"), 4)
    keep("cart:1", 1)
    keep("cart:1", 2)
    assert not OutboxEvent.objects.exists()


def test_products_that_carts_have_altogether_are_offered_to_nobody():
    tea, cup, pot = make_product("TEA"), make_product("CUP"), make_product("POT")
    for product in (tea, cup):
        make_stock(product, make_location(), 2)
    make_stock(pot, make_location(is_active=False), 2)
    keep("cart:1", 2)
    ids = [pot.pk, cup.pk, tea.pk]
    assert list(pieces_left(ids, now=NOW)) == [cup.pk]
    assert list(pieces_left(ids, now=SOON)) == [tea.pk, cup.pk]
