"""Two who want the last part of a kit at the same moment, and two who would make a kit of a kit."""

from functools import partial

import pytest

from fulfillment.services.sourcing import source_orders
from inventory.models import KitComponent, StockLevel
from inventory.services.allocation import NotEnoughFree
from inventory.services.catalogue import store_products
from inventory.services.shelves import Entry
from oms.foundation.imports.plans import Plan
from oms.foundation.invariants import check
from orders.models import Order, OrderLine
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import NOW, make_actor, make_product
from tests.fulfillment.lamps import LampShop, held
from tests.fulfillment.shop import an_order
from tests.fulfillment.walks import broken

pytestmark = [
    pytest.mark.pg,
    pytest.mark.race,
    pytest.mark.lacks("I13", "I30", "I33"),  # neither sums nor money stand behind the orders
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def shop() -> LampShop:
    """The shop with two bulbs: enough for one lamp, or for somebody who wants a bulb."""
    shop = LampShop()
    shop.stock(shop.london, bulbs=2, shades=5)
    return shop


def source(order: Order) -> object:
    """Return the act of sourcing one order."""
    return partial(source_orders, order_ids=[order.pk], trigger="placed", actor=make_actor())


def test_the_last_part_goes_to_the_kit_or_to_the_line_and_never_to_both(shop):
    lamp, bulb = shop.order(), an_order([(shop.bulb, 1)])

    assert errors(together(source(lamp), source(bulb))) == []

    given = dict(OrderLine.objects.values_list("sku", "quantity_allocated"))
    assert given in ({"LAMP": 1, "BULB": 0}, {"LAMP": 0, "BULB": 1})
    assert held(shop.bulb, shop.london) == (2 if given["LAMP"] else 1)
    assert broken() == []


def test_two_who_want_the_last_kit(shop):
    orders = [shop.order(), shop.order()]

    assert errors(together(*(source(one) for one in orders))) == []

    assert sorted(OrderLine.objects.values_list("quantity_allocated", flat=True)) == [0, 1]
    assert broken() == []


@pytest.mark.twin
def test_the_twin_without_the_lock_decides_on_a_part_that_is_gone(shop):
    lamp, bulb = shop.order(), an_order([(shop.bulb, 1)])

    with (
        no_row_locks(),
        rival_after("fulfillment.services.sourcing.run.lock_supply", source(bulb)) as rival,
        pytest.raises(NotEnoughFree, match="2 pieces are wanted, 1 are free"),
    ):
        source(lamp)()

    assert len(rival.outcome) == 1
    assert held(shop.bulb, shop.london) == 1


def test_a_level_that_a_kit_lacks_is_opened_once(shop):
    orders = [shop.order(), shop.order()]
    assert errors(together(*(source(one) for one in orders))) == []
    assert StockLevel.objects.filter(product=shop.lamp, location=shop.london).count() == 1


def make_of(sku: str, part: str) -> object:
    """Return the act of making a product of one piece of another."""
    entry = Entry(2, sku, {"components": f"1 x {part}"})
    return partial(store_products, entries=[entry], actor=make_actor())


def nested() -> bool:
    """Return whether a kit is made of a kit."""
    return not check(NOW, only=["I54"])[0].holds


@pytest.fixture
def boxes() -> None:
    """Three products that are no kits."""
    for sku in ("BIG", "SMALL", "TINY"):
        make_product(sku)


def test_nobody_makes_a_kit_of_what_is_becoming_one(boxes):
    with rival_after("inventory.services.shelves.Compositions", make_of("SMALL", "TINY")) as rival:
        make_of("BIG", "SMALL")()

    refused: list[Plan] = rival.outcome
    assert [fault.code for fault in refused[0].faults] == ["is_component"]
    assert list(KitComponent.objects.values_list("kit__sku", "component__sku")) == [("BIG", "SMALL")]
    assert not nested()


@pytest.mark.twin
def test_the_twin_without_the_lock_makes_a_kit_of_a_kit(boxes):
    with no_row_locks(), rival_after("inventory.services.shelves.Compositions", make_of("SMALL", "TINY")):
        make_of("BIG", "SMALL")()
    assert nested()
