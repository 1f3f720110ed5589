"""Orders that are picked together …"""

from __future__ import annotations

from itertools import chain
from random import Random

import pytest

from fulfillment.picking import batching, book
from fulfillment.picking.batching import Effort, batch_well
from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.partition import choose
from fulfillment.picking.savings import batch_at_once
from fulfillment.picking.tour import shortest_tour
from fulfillment.picking.wave import Batches, Wave
from tests.fulfillment.picking.floors import drawn_floor, drawn_wave, fewest_steps

FLOOR = Layout.rectangle(aisles=10, spacing=10, crossings=(0, 94), depot_aisle=0)
LITTLE = Effort(rounds=3, steps=30, branches=5)


def drawn(seed: int, *, orders: int, most: int = 3, capacity: int = 6, blocks: int = 1) -> Wave:
    """Return a small wave."""
    dice = Random(seed)
    return drawn_wave(dice, drawn_floor(dice, aisles=4, blocks=blocks), orders=orders, most=most, capacity=capacity)


def check(wave: Wave, found: Batches) -> None:
    """Every order in one cart, no cart too full, and the walks as long as told."""
    assert sorted(chain(*found.batches)) == list(range(len(wave.orders)))
    assert all(sum(wave.sizes[order] for order in cart) <= wave.capacity for cart in found.batches)
    lists = [[place for order in cart for place in wave.orders[order]] for cart in found.batches]
    assert found.length == sum(shortest_tour(wave.layout, places).length for places in lists)


@pytest.mark.parametrize("among_all", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_walk_as_little_as_any_division_of_a_small_wave(seed: int, among_all: bool, monkeypatch) -> None:
    """Decided among all possible carts, and by exchange alone, with a book that forgets."""
    if not among_all:
        monkeypatch.setattr(batching, "MOST_BATCHES", 0)
        monkeypatch.setattr(book, "LONGEST", 40)
    wave = drawn(seed, orders=6, blocks=1 + seed % 2)

    found = batch_well(wave, LITTLE)

    check(wave, found)
    assert found.length == fewest_steps(wave) <= batch_at_once(wave).length


def test_are_found_at_once_not_far_from_the_best() -> None:
    """Three waves of 24 orders: savings alone are within a tenth, and are what a spent time returns."""
    dice, quick, well = Random(2), 0, 0
    for _ in range(3):
        wave = drawn_wave(dice, FLOOR, orders=24, most=9, capacity=11)
        at_once, better = batch_at_once(wave), batch_well(wave, LITTLE)
        check(wave, at_once)
        check(wave, better)
        assert batch_well(wave, left=lambda: 0.0) == at_once
        quick, well = quick + at_once.length, well + better.length

    assert well < quick < 1.1 * well


def test_are_the_same_when_they_are_asked_for_again() -> None:
    """Chance begins with the effort's seed."""
    wave = drawn_wave(Random(4), FLOOR, orders=20, most=6, capacity=30)
    first = batch_well(wave, LITTLE)

    assert batch_well(wave, LITTLE) == first
    check(wave, first)


def test_use_what_time_there_is() -> None:
    """The search ends when none is left, with what it has; here after a few exchanges."""
    moments = iter(range(10, -1000, -1))
    wave = drawn_wave(Random(5), FLOOR, orders=40, most=9, capacity=40)

    found = batch_well(wave, Effort(rounds=10**6), left=lambda: float(next(moments)))

    check(wave, found)
    assert next(moments) > -10


@pytest.mark.parametrize(
    ("sizes", "capacity", "carts"),
    [
        ((), 5, ()),
        ((2,), 5, ((0,),)),
        ((5, 5), 5, ((0,), (1,))),
        ((2, 3), 5, ((0, 1),)),
        ((0, 5), 5, ((0, 1),)),
        ((0, 0), 0, ((0, 1),)),
        ((1, 1, 1), 1, ((0,), (1,), (2,))),
    ],
)
def test_of_odd_waves(sizes, capacity: int, carts) -> None:
    """None, one, as large as a cart, exactly filling it, without anything to pick, one a cart."""
    orders = tuple(tuple(Place(at, 0, 9 * at) for at in range(1, 1 + size)) for size in sizes)
    wave = Wave(FLOOR, orders, sizes, capacity)

    assert batch_well(wave, LITTLE).batches == batch_at_once(wave).batches == carts


def test_on_a_floor_with_too_many_cross_aisles_are_found_as_well() -> None:
    """Their walks are searched then, one by one."""
    wave = drawn(3, orders=5, blocks=6)
    found = batch_well(wave, Effort(rounds=1, steps=5))

    assert sorted(chain(*found.batches)) == list(range(5))


def test_of_a_very_large_wave_are_found_portion_by_portion(monkeypatch) -> None:
    """Neighbours first; every order still lies in one cart."""
    monkeypatch.setattr(batching, "MOST_ORDERS", 7)
    wave = drawn(8, orders=20)

    check(wave, batch_well(wave, LITTLE))


def test_an_order_larger_than_a_cart_is_refused() -> None:
    """Somebody has to split it first."""
    with pytest.raises(ValueError, match="larger than a cart"):
        Wave(FLOOR, ((Place(0, 0, 1),),), (3,), 2)


def test_are_chosen_only_where_they_are_better() -> None:
    """Nothing when what is known is as good; the best pair otherwise, proven; orders are bits."""
    lengths = {0b001: 50, 0b010: 50, 0b100: 40, 0b011: 60, 0b110: 70}

    assert choose(lengths, 3, below=101, branches=100, left=lambda: 5.0).batches == (0b100, 0b011)
    assert choose(lengths, 3, below=101, branches=100, left=lambda: 5.0).proven
    assert choose(lengths, 3, below=100, branches=100, left=lambda: 5.0).batches is None
