"""What shipping methods ask of a location, and what the age and depth of stock weigh."""

from dataclasses import replace
from typing import Any

from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, stocked, want

SHOP = node(1, "London shop", LONDON, "pickup")
NORTH = node(2, "Leeds depot", LEEDS)
ONE = order(want(1, 7, 2))


def decided(asked: OrderSnapshot, *nodes: Node, stock: Any = None, ages: Any = None, **rules: Any) -> Decision:
    """Decide one order; it must come out the same from its record."""
    snapshot = Snapshot((asked,), nodes or (SHOP, NORTH), stock or stocked(p7_l1=5, p7_l2=5), ages or {})
    (decision,) = decide(snapshot, Rules(**rules))
    (again,) = decide(Snapshot.from_json(snapshot.to_json()), Rules.from_json(Rules(**rules).to_json()))
    assert decision_hash(decision) == decision_hash(again)
    return decision


def lost(decision: Decision) -> dict[str, tuple[str, str]]:
    """Return code and sentence by location."""
    return {one.code: (one.reason_code, one.sentence) for one in decision.rejections}


def test_what_is_collected_comes_from_its_store_alone() -> None:
    bound = replace(ONE, bound_by="pickup", collect_at="LEE")
    told = decided(bound, SHOP, replace(NORTH, capabilities=frozenset({"pickup"})))
    assert told.location_ids == (2,)
    assert lost(told)["LON"] == ("other_store", "London shop lost: the customer collects the order at LEE.")
    assert decided(bound).sentence == "The customer collects the order at LEE, but it hands no orders out."


def test_same_day_is_for_who_is_near_and_in_time_and_the_numbers_are_told() -> None:
    today = replace(ONE, bound_by="same_day")
    near, far = replace(SHOP, same_day_km=25), replace(NORTH, same_day_km=25)
    assert decided(today, near, far).location_ids == (1,)
    assert lost(decided(today, near, far))["LEE"] == (
        "outside_radius",
        "Leeds depot lost: 261 km away, its same-day radius is 25 km.",
    )
    late = replace(near, late_today=True, leaves_on="2026-11-24")
    told = decided(today, late, far)
    assert told.sentence == (
        "None of the 2 units can be delivered today. London shop: its cut-off for today is over; what comes in now"
        " leaves on 24 November. Leeds depot: 261 km away, its same-day radius is 25 km."
    )
    assert lost(decided(today, replace(near, same_day_km=0), far))["LON"][0] == "no_same_day"
    assert decided(replace(ONE, service_level="same_day"), late).is_complete, "a record of before the limits stays"


def test_a_location_that_has_rejected_the_order_is_quoted() -> None:
    told = decided(replace(ONE, excluded_locations=frozenset({1}), refusals=((1, "no hands today."),)))
    assert lost(told)["LON"] == ("excluded", "London shop lost: it has rejected the order: no hands today.")


def test_old_stock_goes_first_where_its_age_weighs_more_than_the_way() -> None:
    ages = {(7, 1): 3, (7, 2): 80}
    assert decided(ONE, ages=ages, young_stock_fee=100).location_ids == (2,)
    assert lost(decided(ONE, ages=ages, young_stock_fee=100))["LON"] == (
        "rule_adds",
        "London shop lost: its stock is 3 days old, that of Leeds depot 80, which adds 11.00.",
    )
    assert decided(ONE, ages=ages, young_stock_fee=10).location_ids == (1,), "11 weeks × 0.10 are less than 249 km"
    assert decided(ONE, ages={(7, 1): 3}, young_stock_fee=100).location_ids == (1,), "what is not known weighs nothing"


def test_deep_stock_goes_first_by_the_share_that_others_have_less() -> None:
    stock = stocked(p7_l1=10, p7_l2=40)
    told = decided(ONE, stock=stock, shallow_stock_fee=1000)
    assert told.location_ids == (2,)
    assert lost(told)["LON"][1] == "London shop lost: it holds 10 units, Leeds depot 40, which adds 7.50."
    assert decided(ONE, stock=stock, shallow_stock_fee=300).location_ids == (1,)
