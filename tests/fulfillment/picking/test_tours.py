"""The shortest walk for a pick list …"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.lengths import Lengths
from fulfillment.picking.states import machine_of
from fulfillment.picking.tour import MOST_CROSSINGS, Tour, shortest_tour
from tests.fulfillment.picking.floors import (
    crooked_floor,
    drawn_floor,
    drawn_places,
    length_of,
    shortest_by_subsets,
    ways_between,
)

WIDE = Layout.rectangle(aisles=5, spacing=4, crossings=(0, 9, 20), depot_aisle=2)


@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
@pytest.mark.parametrize("draw", [drawn_floor, crooked_floor])
def test_is_as_short_as_any(draw, blocks: int) -> None:
    """Forty floors each; the walk told is as long as it says, and no order of the stops is shorter."""
    dice = Random(blocks)
    for _ in range(40):
        floor = draw(dice, aisles=dice.randint(1, 5), blocks=blocks)
        places = drawn_places(dice, floor, dice.randint(1, 7))
        between = ways_between(floor, [*places, floor.depot])

        tour = shortest_tour(floor, places)

        assert sorted(tour.order) == list(range(len(places)))
        assert length_of(tour.order, between, len(places)) == tour.length
        assert tour.length == shortest_by_subsets(between, len(places))


def test_measured_with_many_others_it_is_as_long_as_alone() -> None:
    """Five hundred and twenty lists, more than are measured at once, on floors with and without unused aisles."""
    dice = Random(7)
    for blocks in (1, 2, 3):
        floor = crooked_floor(dice, aisles=6, blocks=blocks)
        spots = drawn_places(dice, floor, 12)
        lists = [dice.choices(spots, k=dice.randint(1, 12)) for _ in range(520)]
        many = Lengths(floor, lists)

        assert many.of(many.lists) == [shortest_tour(floor, places).length for places in lists]


def test_lengths_too_large_for_single_precision_are_exact() -> None:
    """A millionth of a metre, on a hundred metres."""
    floor = Layout.rectangle(aisles=3, spacing=5_000_001, crossings=(0, 47_000_003), depot_aisle=0)
    places = [Place(2, 0, 30_000_001), Place(0, 0, 1)]
    many = Lengths(floor, [places])

    assert many.of(many.lists) == [shortest_tour(floor, places).length] == [2 * 10_000_002 + 2 * 30_000_001 + 2]


def test_nothing_to_pick_is_no_walk() -> None:
    """The picker stays at the depot."""
    assert shortest_tour(WIDE, []) == Tour(0, ())


@pytest.mark.parametrize(
    ("place", "length"),
    [(Place(2, 0, 0), 0), (Place(2, 0, 5), 10), (Place(2, 1, 11), 40), (Place(0, 0, 3), 22), (Place(4, 1, 2), 38)],
)
def test_one_place_is_there_and_back(place: Place, length: int) -> None:
    """At the depot, in its aisle, at the far end of it, and in the first and the last aisle."""
    assert shortest_tour(WIDE, [place]) == Tour(length, (0,))


def test_many_pieces_at_one_spot_are_picked_in_one_stop() -> None:
    """The walk is no longer, and their numbers stand together."""
    once = [Place(0, 0, 4), Place(3, 1, 7), Place(4, 0, 1)]

    tour = shortest_tour(WIDE, [*once, *once, once[1]])

    assert tour.length == shortest_tour(WIDE, once).length
    stops = [([*once, *once, once[1]])[number] for number in tour.order]
    assert sum(before != after for before, after in pairwise(stops)) == 2


def test_neither_the_order_of_a_list_nor_the_side_one_looks_from_changes_its_length() -> None:
    """Shuffled, seen in a mirror, and with nothing but empty aisles added."""
    dice = Random(11)
    for _ in range(30):
        floor = drawn_floor(dice, aisles=5, blocks=dice.randint(1, 3))
        places = drawn_places(dice, floor, 9)
        length = shortest_tour(floor, places).length
        mirrored = [replace(place, aisle=4 - place.aisle) for place in places]
        wider = Layout((*floor.heights, floor.heights[0]), tuple((*gaps, 3) for gaps in floor.along), floor.depot_aisle)

        assert shortest_tour(floor, dice.sample(places, 9)).length == length
        assert shortest_tour(replace(floor, depot_aisle=4 - floor.depot_aisle), mirrored).length == length
        assert shortest_tour(wider, places).length == length


def test_one_more_place_never_shortens_it() -> None:
    """Which is why carts may share orders while they are chosen."""
    dice = Random(13)
    floor = drawn_floor(dice, aisles=6, blocks=2)
    places = drawn_places(dice, floor, 25)
    lengths = [shortest_tour(floor, places[:count]).length for count in range(26)]

    assert lengths == sorted(lengths)


def test_needs_as_many_classes_of_half_walks_as_the_literature_counts() -> None:
    """Seven for one block (Ratliff and Rosenthal), twenty-five for two (Roodbergen and de Koster)."""
    assert [machine_of(crossings).size for crossings in (2, 3, 4)] == [7, 25, 113]


def test_equals_a_published_length() -> None:
    """The sample of Heßler and Irnich's unit-demand instances: 5 aisles of 30 cells, depot at the fourth."""
    floor = Layout.rectangle(aisles=5, spacing=3, crossings=(0, 31), depot_aisle=3)
    cells = [(1, 6), (0, 11), (0, 18), (1, 0), (2, 17), (2, 21), (2, 12)]

    assert shortest_tour(floor, [Place(aisle, 0, 1 + cell) for aisle, cell in cells]).length == 94


def test_a_floor_with_more_cross_aisles_is_refused() -> None:
    """Its walk is searched, not calculated."""
    floor = Layout.rectangle(aisles=2, spacing=1, crossings=range(MOST_CROSSINGS + 1), depot_aisle=0)

    with pytest.raises(ValueError, match="exact up to 5 cross aisles"):
        shortest_tour(floor, [Place(0, 0, 1)])
