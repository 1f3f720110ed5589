"""A walk that is searched on distances …"""

from __future__ import annotations

from random import Random

import pytest

from fulfillment.picking.layout import Layout, distances
from fulfillment.picking.matrix import short_tour
from fulfillment.picking.routing import shortest_walk
from fulfillment.picking.tour import Tour, shortest_tour
from tests.fulfillment.picking.floors import (
    crooked_floor,
    drawn_floor,
    drawn_places,
    length_of,
    shortest_by_subsets,
    ways_between,
)


def one_way(dice: Random, count: int) -> list[list[int]]:
    """Return ways between spots of a field where some are longer in one direction."""
    spots = [(dice.randint(0, 99), dice.randint(0, 99)) for _ in range(count)]
    return [
        [abs(a - c) + abs(b - d) + (dice.randint(0, 40) if dice.random() < 0.3 else 0) for c, d in spots]
        for a, b in spots
    ]


@pytest.mark.parametrize("crooked", [True, False])
def test_is_within_three_percent_of_the_shortest(crooked: bool) -> None:
    """Thirty small cases each: one-way fields, and floors; mostly it is the shortest."""
    dice = Random(3)
    shortest = 0
    for _ in range(30):
        if crooked:
            between, depot = one_way(dice, 9), dice.randrange(9)
        else:
            floor = crooked_floor(dice, aisles=4, blocks=2)
            between, depot = ways_between(floor, [*drawn_places(dice, floor, 8), floor.depot]), 8
        best = shortest_by_subsets(between, depot)

        tour = short_tour(between, depot=depot)

        assert sorted([*tour.order, depot]) == list(range(9))
        assert length_of(tour.order, between, depot) == tour.length <= 1.03 * best
        shortest += tour.length == best
    assert shortest >= 25


def test_of_a_long_list_is_within_three_percent_of_the_exact_walk_on_average() -> None:
    """Thirty places on two blocks of ten aisles."""
    dice, lengths, exact = Random(5), 0, 0
    floor = Layout.rectangle(aisles=10, spacing=5, crossings=(0, 27, 54), depot_aisle=0)
    for _ in range(5):
        places = drawn_places(dice, floor, 30)
        lengths += short_tour(distances(floor, [*places, floor.depot]), depot=30).length
        exact += shortest_tour(floor, places).length

    assert exact <= lengths <= 1.03 * exact


def test_takes_the_ways_of_the_floor() -> None:
    """The table of distances says what a search on the floor finds."""
    dice = Random(1)
    for _ in range(20):
        floor = drawn_floor(dice, aisles=4, blocks=3)
        places = [*drawn_places(dice, floor, 6), floor.depot]

        assert distances(floor, places) == ways_between(floor, places)


def test_is_taken_where_a_floor_has_too_many_cross_aisles() -> None:
    """Six of them: the walk is still as short as any of seven stops."""
    dice = Random(9)
    floor = drawn_floor(dice, aisles=4, blocks=5)
    places = drawn_places(dice, floor, 7)
    between = ways_between(floor, [*places, floor.depot])

    tour = shortest_walk(floor, places)

    assert length_of(tour.order, between, 7) == tour.length == shortest_by_subsets(between, 7)


@pytest.mark.parametrize(("between", "order"), [([[0]], ()), ([[0, 3], [4, 0]], (1,))])
def test_of_nothing_or_one_stop_needs_no_search(between, order) -> None:
    """There is one way only."""
    assert short_tour(between, depot=0) == Tour(7 if order else 0, order)
