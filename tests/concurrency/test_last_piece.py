"""Several who want the same pieces at the same moment."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, transaction

from fulfillment.services.sourcing import source_orders, supply
from inventory.models import Reservation, StockLevel, StockMovement
from inventory.services import reservations, stock
from inventory.services.allocation import NotEnoughFree, allocate_pieces
from inventory.services.reservations import NotEnoughAvailable, reserve_pieces
from inventory.services.stock import Change, StockTooLow, move_stock
from oms.foundation.invariants import check
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import kinds, together
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order

pytestmark = [
    pytest.mark.pg,
    pytest.mark.race,
    pytest.mark.lacks("I2"),  # supply alone: nobody keeps the allocations that its levels count
    pytest.mark.django_db(transaction=True),
]


def numbers(level: StockLevel) -> tuple[int, int]:
    """Return (on hand, allocated) as the database has them."""
    return StockLevel.objects.values_list("on_hand", "allocated").get(pk=level.pk)


def test_F13_of_eight_who_want_the_last_piece_one_gets_it():
    level = make_stock(make_product(), make_location(), 1)

    outcomes = together(*[partial(allocate_pieces, pieces={level.pk: 1}, actor=make_actor()) for _ in range(8)])

    assert kinds(outcomes) == ["NoneType"] + [NotEnoughFree.__name__] * 7
    assert numbers(level) == (1, 1)


@pytest.mark.twin
def test_F13_without_the_lock_only_the_check_stops_the_second(monkeypatch):
    level = make_stock(make_product(), make_location(), 1)
    both_have_read = Barrier(2)

    def unlocked(ids):
        """Read without a lock, and wait until the other has read too."""
        rows = list(StockLevel.objects.filter(pk__in=list(ids)))
        both_have_read.wait(10)
        return rows

    monkeypatch.setattr(stock, "lock_levels", unlocked)
    outcomes = together(*[partial(allocate_pieces, pieces={level.pk: 1}, actor=make_actor()) for _ in range(2)])

    assert kinds(outcomes) == [IntegrityError.__name__, "NoneType"]
    assert numbers(level) == (1, 1)


def test_F14_levels_in_other_order_do_not_deadlock():
    one, two = make_stock(make_product(), make_location(), 1000), make_stock(make_product(), make_location(), 1000)

    def allocate(first: StockLevel, second: StockLevel) -> None:
        """Allocate one piece of each, forty times."""
        for _ in range(40):
            allocate_pieces(pieces={first.pk: 1, second.pk: 1}, actor=make_actor())

    outcomes = together(partial(allocate, one, two), partial(allocate, two, one))

    assert outcomes == [None, None]
    assert (numbers(one), numbers(two)) == ((1000, 80), (1000, 80))


@pytest.mark.twin
def test_F14_locked_one_by_one_in_other_order_they_do_deadlock():
    one, two = make_stock(make_product(), make_location(), 10), make_stock(make_product(), make_location(), 10)
    both_have_one = Barrier(2)

    @transaction.atomic
    def allocate(first: StockLevel, second: StockLevel) -> None:
        """Lock in the order given."""
        allocate_pieces(pieces={first.pk: 1}, actor=make_actor())
        both_have_one.wait(10)
        allocate_pieces(pieces={second.pk: 1}, actor=make_actor())

    outcomes = together(partial(allocate, one, two), partial(allocate, two, one))

    assert kinds(outcomes) == ["NoneType", OperationalError.__name__]


def test_F16_adjust_while_allocating():
    level = make_stock(make_product(), make_location(), 10)
    take = partial(move_stock, changes=[Change(level.pk, -6, "damage", "d:1")], actor=make_actor())
    promise = partial(allocate_pieces, pieces={level.pk: 6}, actor=make_actor())

    outcomes = together(take, promise)

    assert kinds(outcomes) in (["NoneType", StockTooLow.__name__], ["NoneType", NotEnoughFree.__name__])
    assert numbers(level) in ((10, 6), (4, 0))
    assert check(NOW, only=["I1"])[0].count == 0


def test_F22_movement_applied_once():
    level = make_stock(make_product(), make_location(), 10)
    deliver = partial(move_stock, changes=[Change(level.pk, 5, "receipt", "recv:1")], actor=make_actor())

    outcomes = together(deliver, deliver)

    assert outcomes == [None, None]
    assert numbers(level) == (15, 0)
    assert StockMovement.objects.filter(reference="recv:1").count() == 1


@pytest.mark.twin
def test_F22_without_the_lock_only_the_unique_reference_stops_the_second():
    level = make_stock(make_product(), make_location(), 10)
    deliver = partial(move_stock, changes=[Change(level.pk, 5, "receipt", "recv:1")], actor=make_actor())

    with no_row_locks(), rival_after("inventory.services.stock.not_applied", deliver), pytest.raises(IntegrityError):
        deliver()

    assert numbers(level) == (15, 0)


def test_two_carts_cannot_have_the_same_piece():
    make_stock(make_product("TEE"), make_location(), 1)
    soon = NOW + timedelta(minutes=15)
    ask = [
        partial(reserve_pieces, key=key, pieces={"TEE": 1}, expires_at=soon, actor=make_actor()) for key in ("a", "b")
    ]

    outcomes = together(*ask)

    assert kinds(outcomes) == [NotEnoughAvailable.__name__, "list"]
    assert Reservation.objects.count() == 1


def cart_and_order() -> list[object]:
    """Keep the last piece for a cart and promise it to an order at the same moment."""
    tee = make_product("TEE")
    make_stock(tee, make_location(), 1)
    order = an_order([(tee, 1)])
    soon = NOW + timedelta(minutes=15)
    keep = partial(reserve_pieces, key="cart", pieces={"TEE": 1}, expires_at=soon, actor=make_actor())
    promise = partial(source_orders, order_ids=[order.pk], trigger="placed", actor=make_actor())
    return together(keep, promise)


@pytest.mark.lacks("I13", "I30")  # matching alone: neither sums nor money stand behind the order
def test_the_last_piece_is_for_the_cart_or_for_the_order():
    cart_and_order()
    allocated = StockLevel.objects.values_list("allocated", flat=True).get()
    assert allocated + Reservation.objects.count() == 1


@pytest.mark.twin
def test_without_the_lock_cart_and_order_both_get_the_last_piece(monkeypatch):
    both_have_read = Barrier(2)

    def unlocked(product_ids, **_):
        """Read without a lock."""
        return list(StockLevel.objects.filter(product__in=list(product_ids)))

    def then_wait(read):
        """Read, and wait until the other has read too."""

        def reader(*args, **words):
            found = read(*args, **words)
            both_have_read.wait(10)
            return found

        return reader

    for module in (supply, reservations):
        monkeypatch.setattr(module, "lock_levels_of", unlocked)
    monkeypatch.setattr(supply, "reserved_by_key", then_wait(supply.reserved_by_key))
    monkeypatch.setattr(reservations, "reserved_pieces", then_wait(reservations.reserved_pieces))

    cart_and_order()

    assert StockLevel.objects.get().allocated == Reservation.objects.count() == 1
