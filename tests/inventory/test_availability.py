"""What is available, and what carts have in hand."""

from datetime import timedelta

import pytest

from inventory.models import Reservation
from inventory.queries import availability, available_by_location
from inventory.services.reservations import (
    NotEnoughAvailable,
    expire_reservations,
    release_reservation,
    reserve_pieces,
)
from oms.foundation.refusals import Invalid, NotFound
from tests.factories import NOW, make_actor, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=15)


def left(sku: str, *, now=NOW) -> int:
    """Return the pieces that can be promised."""
    [told] = availability([sku], now=now)
    return told.available


def test_allocated_pieces_and_safety_stock_are_not_available():
    tee = make_product("TEE")
    london, paris = make_location("LON"), make_location("PAR")
    make_stock(tee, london, 10, allocated=3, safety_stock=2)
    make_stock(tee, paris, 1, safety_stock=5)

    [told] = availability(["TEE"], now=NOW)

    assert (told.locations, told.available) == ({"LON": 5, "PAR": 0}, 5)
    assert available_by_location([tee.pk]) == {tee.pk: {london.pk: 5, paris.pk: 0}}


def test_closed_locations_and_products_not_sold_have_nothing_available():
    make_stock(make_product("TEE"), make_location(is_active=False), 10)
    make_stock(make_product("MUG", is_active=False), make_location(), 10)

    assert [told.available for told in availability(["TEE", "MUG"], now=NOW)] == [0, 0]


def test_many_skus_are_answered_in_order_in_four_statements(django_assert_num_queries):
    for sku in ("B", "A"):
        make_stock(make_product(sku), make_location(), 4)

    with django_assert_num_queries(4):
        told = availability(["A", "X", "B"], now=NOW)

    assert [(one.sku, one.available, one.known) for one in told] == [("A", 4, True), ("X", 0, False), ("B", 4, True)]


def test_reserved_pieces_are_not_available_until_they_run_out():
    make_stock(make_product("TEE"), make_location(), 10)

    reserve_pieces(key="cart:1", pieces={"TEE": 4}, expires_at=SOON, actor=make_actor())

    assert left("TEE") == 6
    assert left("TEE", now=SOON) == 10


def test_a_cart_that_asks_again_has_what_it_asked_for_last():
    make_stock(make_product("TEE"), make_location(), 10)
    reserve_pieces(key="cart:1", pieces={"TEE": 9}, expires_at=SOON, actor=make_actor())

    reserve_pieces(key="cart:1", pieces={"TEE": 10}, expires_at=SOON, actor=make_actor())

    assert left("TEE") == 0
    assert Reservation.objects.get().quantity == 10


def test_more_than_is_available_is_refused_and_the_cart_keeps_what_it_had():
    make_stock(make_product("TEE"), make_location(), 6)
    make_stock(make_product("MUG"), make_location(), 6)
    reserve_pieces(key="cart:1", pieces={"TEE": 4}, expires_at=SOON, actor=make_actor())

    with pytest.raises(NotEnoughAvailable) as refused:
        reserve_pieces(key="cart:2", pieces={"MUG": 1, "TEE": 3}, expires_at=SOON, actor=make_actor())
    with pytest.raises(NotEnoughAvailable):
        reserve_pieces(key="cart:1", pieces={"TEE": 7}, expires_at=SOON, actor=make_actor())

    assert str(refused.value) == "3 pieces of TEE are wanted, 2 are available."
    assert list(Reservation.objects.values_list("key", "quantity")) == [("cart:1", 4)]


def test_an_unknown_sku_cannot_be_reserved():
    with pytest.raises(NotFound):
        reserve_pieces(key="cart:1", pieces={"TEE": 1}, expires_at=SOON, actor=make_actor())


@pytest.mark.parametrize(
    ("key", "pieces", "expires_at", "code"),
    [
        ("", {"TEE": 1}, SOON, "bad_key"),
        ("c", {}, SOON, "absurd_quantity"),
        ("c", {"TEE": 0}, SOON, "absurd_quantity"),
        ("c", {"TEE": 10**7}, SOON, "absurd_quantity"),
        ("c", {"TEE": 1}, NOW, "in_the_past"),
    ],
)
def test_an_absurd_reservation_is_refused(key, pieces, expires_at, code):
    make_stock(make_product("TEE"), make_location(), 6)

    with pytest.raises(Invalid) as refused:
        reserve_pieces(key=key, pieces=pieces, expires_at=expires_at, actor=make_actor())

    assert refused.value.code == code
    assert Reservation.objects.count() == 0


def test_a_released_reservation_is_available_again():
    make_stock(make_product("TEE"), make_location(), 6)
    reserve_pieces(key="cart:1", pieces={"TEE": 4}, expires_at=SOON, actor=make_actor())

    assert release_reservation(key="cart:1", actor=make_actor()) == 4
    assert release_reservation(key="cart:1", actor=make_actor()) == 0
    assert left("TEE") == 6


def test_the_sweep_forgets_only_what_ran_out():
    make_stock(make_product("TEE"), make_location(), 6)
    reserve_pieces(key="cart:1", pieces={"TEE": 1}, expires_at=SOON, actor=make_actor())
    reserve_pieces(key="cart:2", pieces={"TEE": 1}, expires_at=SOON + timedelta(seconds=1), actor=make_actor())

    assert expire_reservations(actor=make_actor(now=SOON)) == 1

    assert Reservation.objects.get().key == "cart:2"
