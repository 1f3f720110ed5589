"""The explanation of a sourcing decision …"""

from __future__ import annotations

import pytest

from fulfillment.sourcing.decision import Decision, Rejection
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot, Stock
from tests.fulfillment.sourcing.world import EDINBURGH, LEEDS, LONDON, node, order, stocked, want

LONDON_DC = node(1, "London", LONDON)
EDINBURGH_STORE = node(3, "Edinburgh store", EDINBURGH)


def decision_for(wanted: OrderSnapshot, stock: Stock, nodes: tuple[Node, ...], rules: Rules | None = None) -> Decision:
    """Decide a single order."""
    return decide(Snapshot((wanted,), nodes, stock), rules or Rules())[0]


def verdict(decision: Decision, location_id: int) -> Rejection:
    """Return why a location lost."""
    (rejection,) = [rejection for rejection in decision.rejections if rejection.location_id == location_id]
    return rejection


def test_names_the_units_that_made_a_location_lose_and_one_more_makes_it_win() -> None:
    """The nearer location is one unit short; with that unit it ships the order."""
    wants = order(want(1, 7, 4))
    nodes = (LONDON_DC, EDINBURGH_STORE)
    lost = verdict(decision_for(wants, stocked(p7_l1=3, p7_l3=4), nodes), 1)
    assert lost.sentence == "London lost: 3 of SKU S7 available, 4 needed."
    assert (lost.reason_code, lost.available, lost.needed) == ("short_stock", 3, 4)
    assert decision_for(wants, stocked(p7_l1=4, p7_l3=4), nodes).location_ids == (1,)


def test_names_the_distance_and_a_missing_unit_turns_the_answer() -> None:
    """The farther location lost by its way alone; take one unit from the winner and it ships."""
    wants = order(want(1, 7, 4))
    nodes = (LONDON_DC, EDINBURGH_STORE)
    lost = verdict(decision_for(wants, stocked(p7_l1=4, p7_l3=4), nodes), 3)
    assert lost.sentence == "Edinburgh store lost: 522 km away, London is 12 km."
    assert lost.reason_code == "farther"
    assert decision_for(wants, stocked(p7_l1=3, p7_l3=4), nodes).location_ids == (3,)


def test_names_the_missing_skill_and_the_skill_makes_it_win() -> None:
    """A store without gift wrapping loses the line although it is nearest."""
    wants, stock = order(want(1, 7, 1, "gift_wrap")), stocked(p7_l2=5, p7_l3=5)
    wrapper = node(3, "Edinburgh store", EDINBURGH, "gift_wrap")
    without, with_skill = (node(2, "Covent Garden store", LONDON, *able) for able in ((), ("gift_wrap",)))
    lost = verdict(decision_for(wants, stock, (without, wrapper)), 2)
    assert (lost.sentence, lost.reason_code) == ("Covent Garden store lost: cannot gift wrap.", "no_capability")
    assert decision_for(wants, stock, (with_skill, wrapper)).location_ids == (2,)


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"capacity_left": 0}, "no_capacity", "Dublin 3PL lost: its parcels for today are taken."),
        (
            {"capacity_left": 0, "daily_capacity": 200},
            "no_capacity",
            "Dublin 3PL lost: its 200 parcels for today are taken.",
        ),
        ({"point": None}, "farther", "Dublin 3PL lost: its distance is unknown, London is 12 km."),
        ({"priority": -1}, "lower_priority", "Dublin 3PL lost: priority -1, London has 0."),
        ({"code": "ZZZ"}, "later_code", "Dublin 3PL lost: equal to London, whose code LON comes first."),
    ],
)
def test_names_what_decided(changes: dict[str, object], code: str, sentence: str) -> None:
    """Everything else is equal to London."""
    usual: dict[str, object] = {"code": "ZZZ", "point": LONDON, "capacity_left": None, "priority": 0}
    dublin = Node(**{"location_id": 2, "name": "Dublin 3PL", "kind": "3pl", **usual, **changes})  # type: ignore[arg-type]
    lost = verdict(decision_for(order(want(1, 7, 4)), stocked(p7_l1=5, p7_l2=5), (LONDON_DC, dublin)), 2)
    assert (lost.reason_code, lost.sentence) == (code, sentence)


def test_names_the_deeper_stock() -> None:
    """Two locations in one town differ by what they have."""
    nodes = (LONDON_DC, node(2, "Croydon", LONDON))
    lost = verdict(decision_for(order(want(1, 7, 4)), stocked(p7_l1=90, p7_l2=40), nodes), 2)
    assert lost.sentence == "Croydon lost: 40 units of the wanted products in stock, London has 90."


def test_says_that_a_location_is_excluded() -> None:
    """A store that handed the order back is not asked again."""
    decision = decision_for(order(want(1, 7, 4), without=(1,)), stocked(p7_l1=9, p7_l3=9), (LONDON_DC, EDINBURGH_STORE))
    assert verdict(decision, 1).sentence == "London lost: it is excluded for this order."


def test_compares_with_the_seat_of_a_split_plan() -> None:
    """In a split order a loser is measured against what the others leave to it."""
    nodes = (LONDON_DC, node(2, "Leeds", LEEDS), EDINBURGH_STORE)
    wants = order(want(1, 7, 4), want(2, 8, 2), want(3, 9, 1))
    decision = decision_for(wants, stocked(p7_l1=4, p8_l2=2, p9_l2=1, p8_l3=1, p9_l3=1), nodes)
    assert decision.location_ids == (1, 2)
    assert verdict(decision, 3).sentence == "Edinburgh store lost: 1 of SKU S8 available, 2 needed."
    assert decision.sentence == (
        "London (4 units) and Leeds (3 units) ship together, because no single location has all of it."
    )


def test_counts_the_other_products_that_are_short() -> None:
    """A location without anything is short of every product."""
    wants = order(want(1, 7, 1), want(2, 8, 5), want(3, 9, 1))
    decision = decision_for(wants, stocked(p7_l1=1, p8_l1=5, p9_l1=1), (LONDON_DC, EDINBURGH_STORE))
    assert verdict(decision, 3).sentence == (
        "Edinburgh store lost: 0 of SKU S8 available, 5 needed, and 2 other products short."
    )
    assert decision.sentence == "London ships all 7 units from 12 km away."


def test_describes_the_candidates_best_first() -> None:
    """Each candidate shows the numbers that it was judged by."""
    wants = order(want(1, 7, 4), want(2, 8, 2))
    decision = decision_for(wants, stocked(p7_l1=3, p8_l1=2, p7_l3=9, p8_l3=2), (EDINBURGH_STORE, LONDON_DC))
    shown = [
        (place.code, place.distance_km, place.lines_covered, place.units_covered, place.stock_depth, place.chosen)
        for place in decision.candidates
    ]
    assert shown == [("LON", 12, 1, 5, 5, False), ("EDI", 522, 2, 6, 11, True)]


@pytest.mark.parametrize(
    ("wants", "stock", "sentence"),
    [
        (order(), {}, "Nothing to ship."),
        (order(want(1, 7, 4)), {}, "No location can ship any of the 4 units."),
        (order(want(1, 7, 1)), stocked(p7_l1=1), "London ships the only unit from 12 km away."),
        (order(want(1, 7, 2), to=None), stocked(p7_l1=2), "London ships all 2 units."),
    ],
)
def test_sums_up(wants: OrderSnapshot, stock: Stock, sentence: str) -> None:
    """One sentence for the order page."""
    assert decision_for(wants, stock, (LONDON_DC,)).sentence == sentence
