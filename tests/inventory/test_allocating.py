"""Promising pieces to orders."""

import pytest

from inventory.models import StockLevel, StockMovement
from inventory.services.allocation import (
    NotAllocated,
    NotEnoughFree,
    Shipped,
    allocate_pieces,
    free_pieces,
    ship_pieces,
)
from oms.foundation.models import OutboxEvent
from oms.foundation.refusals import Invalid
from tests.factories import make_actor, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


def numbers(level: StockLevel) -> tuple[int, int]:
    """Return (on hand, allocated) as the database has them."""
    return StockLevel.objects.values_list("on_hand", "allocated").get(pk=level.pk)


def test_promised_pieces_stay_on_hand():
    level = make_stock(make_product(), make_location(), 10, allocated=2)

    allocate_pieces(pieces={level.pk: 3}, actor=make_actor())

    assert numbers(level) == (10, 5)


def test_the_last_pieces_may_be_promised_even_below_the_safety_stock():
    level = make_stock(make_product(), make_location(), 3, safety_stock=2)

    allocate_pieces(pieces={level.pk: 3}, actor=make_actor())

    assert numbers(level) == (3, 3)


def test_one_level_too_short_promises_nothing_anywhere():
    enough = make_stock(make_product(), make_location(), 10)
    short = make_stock(make_product("TEE"), make_location("LON"), 5, allocated=4)

    with pytest.raises(NotEnoughFree) as refused:
        allocate_pieces(pieces={enough.pk: 1, short.pk: 2}, actor=make_actor())

    assert str(refused.value) == "TEE at LON: 2 pieces are wanted, 1 are free."
    assert numbers(enough) == (10, 0)
    assert numbers(short) == (5, 4)


def test_freed_pieces_are_told():
    level = make_stock(make_product(), make_location(), 5, allocated=4)

    free_pieces(pieces={level.pk: 3}, actor=make_actor())

    assert numbers(level) == (5, 1)
    assert OutboxEvent.objects.get().payload == {"location_id": level.location_id, "product_ids": [level.product_id]}


def test_more_than_is_promised_cannot_be_freed():
    level = make_stock(make_product(), make_location(), 5, allocated=1)

    with pytest.raises(NotAllocated):
        free_pieces(pieces={level.pk: 2}, actor=make_actor())

    assert numbers(level) == (5, 1)
    assert OutboxEvent.objects.count() == 0


def test_a_negative_number_of_pieces_is_refused():
    level = make_stock(make_product(), make_location(), 5, allocated=1)

    with pytest.raises(Invalid):
        allocate_pieces(pieces={level.pk: -1}, actor=make_actor())

    assert numbers(level) == (5, 1)


def test_shipped_pieces_leave_hand_and_promise_together():
    level = make_stock(make_product(), make_location(), 10, allocated=5)

    ship_pieces(pieces=[Shipped(level.pk, 2, "ship:1"), Shipped(level.pk, 1, "ship:2")], actor=make_actor())

    assert numbers(level) == (7, 2)
    shipped = StockMovement.objects.filter(reason="shipment").order_by("reference")
    assert list(shipped.values_list("reference", "quantity")) == [("ship:1", -2), ("ship:2", -1)]


def test_a_shipment_is_applied_once():
    level = make_stock(make_product(), make_location(), 10, allocated=5)

    ship_pieces(pieces=[Shipped(level.pk, 2, "ship:1")], actor=make_actor())
    ship_pieces(pieces=[Shipped(level.pk, 2, "ship:1")], actor=make_actor())

    assert numbers(level) == (8, 3)


def test_unpromised_pieces_cannot_be_shipped():
    level = make_stock(make_product(), make_location(), 10, allocated=1)

    with pytest.raises(NotAllocated):
        ship_pieces(pieces=[Shipped(level.pk, 2, "ship:1")], actor=make_actor())

    assert numbers(level) == (10, 1)
    assert not StockMovement.objects.filter(reason="shipment").exists()


def test_thirty_levels_take_as_few_statements_as_one(django_assert_num_queries):
    levels = [make_stock(make_product(), make_location(), 1) for _ in range(30)]

    with django_assert_num_queries(4):  # savepoint, lock, update, release
        allocate_pieces(pieces={level.pk: 1 for level in levels}, actor=make_actor())
