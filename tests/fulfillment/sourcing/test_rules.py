"""Rules of staff hold for the orders they describe, keep locations out, and make parcels dearer; each is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.rules import applies, place_fees, standing
from fulfillment.sourcing.snapshot import OrderSnapshot, Rules, Snapshot
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, rule_sets, snapshots, stocked, want

EXAMPLE = replace(
    order(want(1, 7, 2), want(2, 8, 1, "gift_wrap")),
    channel="wholesale",
    service_level="express",
    postal_code="ls1 4ab",
    tags=frozenset({"vip"}),
    total=10_000,
)
TOWN, NORTH = node(1, "London", LONDON), node(2, "Leeds", LEEDS)
SHOP = replace(NORTH, kind="store")


def a_rule(number: int = 1, name: str = "One", effect: Any = "exclude", **told: Any) -> Rule:
    """Build a rule that names Leeds unless it names others."""
    told = told if {"locations", "kinds"} & set(told) else {"locations": ("LEE",), **told}
    return Rule(number=number, name=name, effect=effect, **told)


def one(*rules: Rule, stock: dict[Any, Any] | None = None, nodes: Any = (TOWN, NORTH), **told: Any) -> Decision:
    """Decide one order of two units of product 7, which both towns have."""
    wanted = replace(order(want(1, 7, 2)), channel="wholesale")
    stock = stock or stocked(p7_l1=5, p7_l2=5)
    (decision,) = decide(Snapshot((wanted,), nodes, stock), Rules(version=2, ordered=rules, **told))
    return decision


def sentences(decision: Decision) -> dict[str, tuple[str, str]]:
    """Return why each location lost."""
    return {lost.code: (lost.reason_code, lost.sentence) for lost in decision.rejections}


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ({}, True),
        ({"channels": ("web", "wholesale")}, True),
        ({"channels": ("web",)}, False),
        ({"countries": ("UK",)}, True),
        ({"countries": ("gb",)}, True),
        ({"countries": ("DE",)}, False),
        ({"postal_prefixes": ("LS",)}, True),
        ({"postal_prefixes": ("Ls1 4",)}, True),
        ({"postal_prefixes": ("L",)}, False),
        ({"postal_prefixes": ("M", "LS2")}, False),
        ({"services": ("express",)}, True),
        ({"services": ("standard",)}, False),
        ({"tags": ("gift", "vip")}, True),
        ({"tags": ("gift",)}, False),
        ({"skus": ("s7",)}, True),
        ({"skus": ("S77",)}, False),
        ({"capabilities": ("gift_wrap",)}, True),
        ({"capabilities": ("kitting",)}, False),
        ({"total_from": 10_000, "total_to": 10_000}, True),
        ({"total_from": 10_001}, False),
        ({"total_to": 9_999}, False),
        ({"weight_to": 0}, True),
        ({"weight_from": 1}, False),
        ({"channels": ("wholesale",), "tags": ("gift",)}, False),
    ],
)
def test_a_rule_holds_when_all_its_conditions_are_met(told: dict[str, Any], holds: bool) -> None:
    rule = a_rule(**told)
    assert applies(rule, EXAMPLE) is holds
    assert Rule.from_json(rule.to_json()) == rule


def test_weight_is_that_of_all_that_is_to_ship() -> None:
    heavy = order(replace(want(1, 7, 2), weight_g=300), replace(want(2, 8, 1), weight_g=50))
    assert applies(a_rule(weight_from=650, weight_to=650), heavy)
    assert not applies(a_rule(weight_from=651), heavy)


def test_a_location_that_is_kept_out_hears_which_rule_did_it() -> None:
    rule = a_rule(3, "No stores for wholesale", kinds=("store",), channels=("wholesale",))
    decision = one(rule, nodes=(TOWN, SHOP), stock=stocked(p7_l2=5))

    assert decision.location_ids == ()
    assert sentences(decision)["LEE"] == (
        "kept_out_by_rule",
        "Leeds lost: rule 3 “No stores for wholesale” keeps it out.",
    )


def test_only_keeps_all_others_out() -> None:
    decision = one(a_rule(effect="only"))
    assert decision.location_ids == (2,)
    assert sentences(decision) == {"LON": ("kept_out_by_rule", "London lost: rule 1 “One” keeps it out.")}


def test_what_one_rule_keeps_out_no_other_brings_back() -> None:
    decision = one(a_rule(1, effect="only"), a_rule(2, "Two"))
    assert decision.location_ids == ()
    assert {code: said[1].split("“")[1][:3] for code, said in sentences(decision).items()} == {
        "LEE": "Two", "LON": "One",
    }  # fmt: skip


def test_a_rule_that_does_not_hold_changes_nothing() -> None:
    assert one(a_rule(channels=("web",)), a_rule(2, effect="avoid", amount=900, countries=("DE",))) == one()


@pytest.mark.parametrize(("effect", "locations"), [("avoid", ("LON",)), ("prefer", ("LEE",))])
def test_a_rule_makes_a_parcel_dearer_and_is_named_when_that_decides(effect: Any, locations: tuple[str]) -> None:
    """Leeds is 249 km farther away: five hundred outweigh it, a hundred do not."""
    decision = one(a_rule(2, "Rather Leeds", effect, locations=locations, amount=500))
    assert decision.location_ids == (2,)
    assert sentences(decision)["LON"] == ("rule_adds", "London lost: rule 2 “Rather Leeds” adds 5.00.")

    decision = one(a_rule(2, "Rather Leeds", effect, locations=locations, amount=100))
    assert decision.location_ids == (1,)
    assert sentences(decision)["LEE"] == ("farther", "Leeds lost: 261 km away, London is 12 km.")


def test_amounts_add_up_and_each_is_named() -> None:
    decision = one(*(a_rule(at, f"R{at}", "avoid", locations=("LON",), amount=200) for at in (1, 2)))
    assert sentences(decision)["LON"][1] == "London lost: rule 1 “R1” adds 2.00 and rule 2 “R2” adds 2.00."


def test_a_farther_place_that_a_rule_makes_dearer_hears_both() -> None:
    decision = one(a_rule(2, "Rather not", "avoid", amount=500))
    assert sentences(decision)["LEE"] == (
        "rule_adds",
        "Leeds lost: 261 km away, London is 12 km, and rule 2 “Rather not” adds 5.00.",
    )


def test_the_last_unit_of_a_store_is_kept_where_another_has_it() -> None:
    shop = replace(TOWN, kind="store")
    stock = stocked(p7_l1=2, p7_l2=5)
    decision = one(nodes=(shop, NORTH), stock=stock, last_unit_fee=1000)
    assert decision.location_ids == (2,)
    assert sentences(decision)["LON"][1] == "London lost: its last unit of SKU S7 adds 10.00."
    assert one(nodes=(shop, NORTH), stock=stocked(p7_l1=3, p7_l2=5), last_unit_fee=1000).location_ids == (1,)
    assert one(nodes=(shop, NORTH), stock=stocked(p7_l1=2), last_unit_fee=1000).is_complete


def test_one_more_unit_at_the_winner_changes_nothing_but_one_less_does_what_is_said() -> None:
    rule = a_rule(2, "Rather Leeds", "prefer", amount=500)
    assert one(rule, stock=stocked(p7_l1=5, p7_l2=2)).location_ids == (2,)
    assert one(rule, stock=stocked(p7_l1=5, p7_l2=1)).location_ids == (1,)


def test_fees_are_what_the_engine_adds() -> None:
    rules = Rules(
        ordered=(a_rule(1, "A", "avoid", amount=150), a_rule(2, "B", "prefer", locations=("LON",), amount=50))
    )
    assert place_fees(EXAMPLE, NORTH, rules) == (200, ("rule 1 “A” adds 1.50", "rule 2 “B” adds 0.50"))
    assert place_fees(EXAMPLE, TOWN, rules) == (0, ())


LISTS = {
    "channels": st.lists(st.sampled_from(["web", "wholesale"]), max_size=1).map(tuple),
    "countries": st.lists(st.sampled_from(["GB", "DE"]), max_size=1).map(tuple),
    "capabilities": st.lists(st.sampled_from(["gift_wrap", "kitting"]), max_size=1).map(tuple),
    "skus": st.lists(st.sampled_from(["S1", "S2"]), max_size=1).map(tuple),
}


@st.composite
def staff_rules(draw: st.DrawFn) -> Rules:
    """Draw rules with every effect on top of every preference."""
    rules: Rules = draw(rule_sets())
    ordered = tuple(
        Rule(
            number=number,
            name=f"R{number}",
            effect=draw(st.sampled_from(["exclude", "only", "prefer", "avoid"])),
            locations=tuple(draw(st.lists(st.sampled_from(["L01", "L02", "L03"]), min_size=1, max_size=2))),
            amount=draw(st.sampled_from([0, 100, 5000])),
            **{name: draw(values) for name, values in LISTS.items()},
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    )
    return replace(rules, ordered=ordered, last_unit_fee=draw(st.sampled_from([0, 300])))


@settings(deadline=None)
@given(snapshots(most_orders=3), staff_rules())
def test_no_rule_makes_an_order_take_what_is_not_there(snapshot: Snapshot, rules: Rules) -> None:
    """Stock, quantities and exclusions hold, whatever the rules say."""
    nodes = {place.location_id: place for place in snapshot.nodes}
    taken: Counter[tuple[int, int]] = Counter()
    for wanted, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
        found: Counter[int] = Counter({short.line_id: short.missing for short in decision.shortages})
        held = standing(wanted, rules)
        for portion in decision.portions:
            taken[portion.product_id, portion.location_id] += portion.quantity
            found[portion.line_id] += portion.quantity
            assert held.barring(nodes[portion.location_id]) is None
        assert +found == +Counter({line.line_id: line.quantity for line in wanted.wants})
        kept_out = {lost.location_id for lost in decision.rejections if lost.reason_code == "kept_out_by_rule"}
        assert all(held.barring(nodes[location]) for location in kept_out)
    assert all(units <= snapshot.stock[key][1] for key, units in taken.items())


@settings(deadline=None)
@given(snapshots(most_orders=2), staff_rules(), st.randoms(use_true_random=False))
def test_the_order_of_lines_locations_and_rules_does_not_matter(snapshot: Snapshot, rules: Rules, dice: Random) -> None:
    """Shuffled input gives the same decision; shuffled rules, which keep their numbers, the same places."""
    shuffled = replace(snapshot, nodes=tuple(dice.sample(snapshot.nodes, len(snapshot.nodes))))
    assert [decision_hash(one) for one in decide(shuffled, rules)] == [
        decision_hash(one) for one in decide(snapshot, rules)
    ]
    mixed = replace(rules, ordered=tuple(dice.sample(rules.ordered, len(rules.ordered))))
    assert [one.portions for one in decide(snapshot, mixed)] == [one.portions for one in decide(snapshot, rules)]


@settings(deadline=None)
@given(snapshots(), staff_rules())
def test_a_rule_never_pays_for_one_more_parcel(snapshot: Snapshot, rules: Rules) -> None:
    """With the parcel's weight above all fees, rules that only weigh use no more parcels than no rules at all."""
    soft = replace(rules, ordered=tuple(rule for rule in rules.ordered if rule.effect in ("prefer", "avoid")))
    (weighed,), (plain,) = decide(snapshot, soft), decide(snapshot, replace(rules, ordered=(), last_unit_fee=0))
    assert len(weighed.location_ids) == len(plain.location_ids)
    assert sum(one.missing for one in weighed.shortages) == sum(one.missing for one in plain.shortages)


@settings(deadline=None)
@given(snapshots(), staff_rules())
def test_rules_survive_being_written_down(snapshot: Snapshot, rules: Rules) -> None:
    assert Rules.from_json(rules.to_json()) == rules
    assert decide(snapshot, Rules.from_json(rules.to_json())) == decide(snapshot, rules)


def test_an_order_of_an_earlier_release_is_met_by_rules_without_conditions_alone() -> None:
    bare = OrderSnapshot(1, None, "GB", (want(1, 7, 1),))
    assert applies(a_rule(), bare)
    assert not applies(a_rule(channels=("web",)), bare)
