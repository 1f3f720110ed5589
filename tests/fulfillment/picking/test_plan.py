"""A plan puts every order on walks, keeps what carts hold, and tells metres that can be counted again."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.picking.carts import MOST_TOTES, Cart, Demand, Pieces, own_totes, shared_totes
from fulfillment.picking.grid import Spot
from fulfillment.picking.layout import Place, without_unused
from fulfillment.picking.plan import Group, Plan, Strategy, arranged, grouped, planned
from fulfillment.picking.routing import shortest_walk
from fulfillment.picking.site import Site, site_of
from tests.fulfillment.picking.test_site import floor

SITE = site_of(floor(5, 6, gap_after=3))
CODES = [code for code in SITE.spots if code != "PACK"]
BASKETS = st.lists(
    st.lists(st.tuples(st.sampled_from([*CODES, "unmeasured"]), st.integers(1, 4)), min_size=1, max_size=4),
    min_size=1,
    max_size=14,
)


def demands_of(baskets: list[list[tuple[str, int]]]) -> list[Demand]:
    """Return orders of bins and pieces, numbered from 1; pieces are numbered through."""
    found, key = [], 0
    for number, basket in enumerate(baskets, 1):
        pieces = []
        for code, quantity in basket:
            key += 1
            pieces.append(Pieces(key, code, quantity))
        found.append(Demand(number, tuple(pieces)))
    return found


def without_grid(site: Site) -> Site:
    """Return a floor of which only distances across and along are known."""
    return replace(site, grid=None)


@settings(max_examples=60)
@given(BASKETS, st.sampled_from(Strategy), st.integers(1, 6), st.integers(2, 9), st.booleans())
def test_every_piece_is_on_one_walk_within_the_cart_and_the_metres_add_up(
    baskets: list[list[tuple[str, int]]], strategy: Strategy, totes: int, room: int, rectangle: bool
) -> None:
    site = SITE if rectangle else without_grid(SITE)
    demands, cart = demands_of(baskets), Cart(totes, room)
    by_key = {one.key: one for demand in demands for one in demand.pieces}

    plan = planned(site, demands, strategy, cart)

    stops = [key for walk in plan.walks for key in walk.stops]
    assert sorted(stops) == sorted(by_key)
    assert plan.length == (sum(walk.length or 0 for walk in plan.walks) if knows(plan) else None)
    for walk in plan.walks:
        own = [by_key[key] for key in walk.stops]
        assert walk.length == site.length([one.bin for one in own])
        assert set(walk.totes) == set(walk.stops)
        assert max(walk.totes.values()) < MOST_TOTES
        holds(walk.orders, demands, strategy, cart, {one.key for one in own})


def knows(plan: Plan) -> bool:
    """Return whether any walk has a measured bin."""
    return any(walk.length is not None for walk in plan.walks)


def holds(orders: tuple[int, ...], demands: list[Demand], strategy: Strategy, cart: Cart, keys: set[int]) -> None:
    """Check that a walk of more than one order takes no more than its cart holds."""
    own = [Demand(one.key, tuple(piece for piece in one.pieces if piece.key in keys)) for one in demands]
    own = [one for one in own if one.pieces]
    assert tuple(one.key for one in own) == tuple(sorted(orders))
    if len(own) < 2:
        return
    assert strategy != Strategy.SINGLE
    rooms = [one.room(cart) for one in own]
    if strategy == Strategy.BATCH:
        assert sum(rooms) <= cart.totes * cart.pieces
    else:
        assert sum(cart.totes_for(room) for room in rooms) <= cart.totes


def test_every_order_is_in_one_walk_unless_it_is_picked_by_zones() -> None:
    demands = demands_of([[("A-1", 1), ("C-1", 1)], [("A-2", 1)], [("C-2", 1)]])

    for strategy in (Strategy.SINGLE, Strategy.BATCH, Strategy.CLUSTER):
        plan = planned(SITE, demands, strategy, Cart(4, 10))
        assert set(Counter(key for walk in plan.walks for key in walk.orders).values()) == {1}
    zones = planned(SITE, demands, Strategy.ZONE, Cart(4, 10)).walks
    assert [(walk.zone, walk.orders) for walk in zones] == [("Z1", (1, 2)), ("Z2", (1, 3))]


def test_the_walk_with_the_most_urgent_order_comes_first_and_large_orders_go_alone() -> None:
    demands = demands_of([[("A-1", 1)], [("E-6", 99)], [("A-2", 1)], [("A-3", 1)]])

    groups = [one.orders for one in grouped(SITE, demands, Strategy.CLUSTER, Cart(2, 5))]

    assert groups == sorted(groups)
    assert (2,) in groups


def test_orders_of_one_corner_share_a_cart_on_any_floor() -> None:
    baskets = [[("A-6", 1)], [("E-6", 1)], [("A-5", 1)], [("E-5", 1)]]

    for site in (SITE, without_grid(SITE)):
        groups = grouped(site, demands_of(baskets), Strategy.CLUSTER, Cart(2, 5))
        assert [one.orders for one in groups] == [(1, 3), (2, 4)]


def test_a_tour_that_was_planned_is_kept_as_long_as_nothing_changed() -> None:
    demands = demands_of([[("A-6", 1), ("A-1", 1)]])
    group, tour = Group("", (1,)), [(1, "A-6"), (2, "A-1")]

    kept = arranged(SITE, demands, group, Strategy.SINGLE, Cart(1, 5), tour=tour)
    anew = arranged(SITE, demands, group, Strategy.SINGLE, Cart(1, 5), tour=[(1, "A-6"), (2, "A-2")])

    assert kept.stops == (1, 2)
    assert anew.length == SITE.tour(["A-6", "A-1"]).length


def test_a_large_order_fills_totes_of_its_own_and_bulky_pieces_count_for_more() -> None:
    small, large = demands_of([[("A-1", 1)], [("A-1", 3), ("A-2", 3), ("A-3", 3)]])
    cart = Cart(4, 5)

    assert own_totes([small, large], cart, {1: 0, 2: 1, 3: 2, 4: 3}) == {1: 0, 2: 1, 3: 1, 4: 2}
    bulky = Demand(1, (Pieces(1, "A-1", 1, volume=9_000_000),))
    assert bulky.room(Cart(4, 5, volume=10_000_000)) == 5


def test_orders_that_share_totes_stay_whole_where_they_fit() -> None:
    demands = demands_of([[("A-1", 2), ("A-2", 1)], [("A-1", 3)], [("A-3", 2), ("A-4", 2)]])

    totes = shared_totes(demands, Cart(3, 4))

    assert (totes[1], totes[2]) == (totes[1], totes[1])
    assert totes[4] == totes[5]
    assert len({totes[1], totes[3], totes[4]}) == 3


@pytest.mark.parametrize("aisles", [(0, 4), (1, 2, 3), (4,)])
def test_walks_are_as_long_without_the_aisles_that_nobody_needs(aisles: tuple[int, ...]) -> None:
    assert SITE.grid is not None
    places = [Place(aisle, block, 700) for aisle in aisles for block in (0, 1)]

    layout, kept = without_unused(SITE.grid.layout, places)

    moved = [Place(kept[one.aisle], one.block, one.at) for one in places]
    assert layout.aisles < SITE.grid.layout.aisles
    assert shortest_walk(layout, moved).length == shortest_walk(SITE.grid.layout, places).length


def test_pieces_nobody_measured_are_planned_by_code() -> None:
    plan = planned(site_of([Spot("X-1"), Spot("X-2")]), demands_of([[("X-2", 1)], [("X-1", 1)]]), "cluster", Cart(8, 9))

    assert [(walk.stops, walk.length) for walk in plan.walks] == [((2, 1), None)]
    assert (plan.length, plan.by_code) == (None, None)
