"""The linter finds rules that cannot do what their author meant, and is silent about sound ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.linting import Finding, Known, lint
from fulfillment.sourcing.overlap import covers, overlap
from fulfillment.sourcing.rule_words import rule_words, settings_words
from fulfillment.sourcing.rules import applies
from fulfillment.sourcing.sampling import sample, sample_findings
from fulfillment.sourcing.snapshot import OrderSnapshot, Rules, Snapshot, Want
from tests.fulfillment.sourcing.world import LEEDS, node, order, stocked, want

KNOWN = Known(
    locations={"LON": "warehouse", "MAN": "warehouse", "LEE": "store"},
    kinds=frozenset({"warehouse", "store", "supplier"}),
    channels=frozenset({"web", "wholesale"}),
    services=frozenset({"standard", "express"}),
    capabilities=frozenset({"gift_wrap"}),
)


def a_rule(number: int = 1, effect: Any = "exclude", **told: Any) -> Rule:
    """Build a rule that names Leeds unless it names others."""
    told = told if {"locations", "kinds"} & set(told) else {"locations": ("LEE",), **told}
    return Rule(number=number, name=f"R{number}", effect=effect, **told)


def found(*rules: Rule) -> list[tuple[str, bool]]:
    """Return code and gravity of each finding."""
    return [(one.code, one.fault) for one in lint(Rules(ordered=rules), KNOWN)]


WEB, B2B = {"channels": ("web",)}, {"channels": ("wholesale",)}


@pytest.mark.parametrize(
    ("rules", "findings"),
    [
        ([], []),
        ([a_rule(**WEB)], []),
        ([a_rule(1, "only", **WEB), a_rule(2, "only", locations=("LON",), **B2B)], []),
        ([a_rule(total_from=500, total_to=499)], [("dead", True)]),
        ([a_rule(weight_from=2, weight_to=1)], [("dead", True)]),
        ([a_rule(channels=("wbe",))], [("dead", True)]),
        ([a_rule(services=("express", "overnight"))], [("unknown", False)]),
        ([a_rule(capabilities=("hazmat",))], [("dead", True)]),
        ([a_rule(locations=("LDS",), **WEB)], [("dead", True)]),
        ([a_rule(locations=("LDS", "LEE"), **WEB)], [("unknown", False)]),
        ([a_rule(kinds=("supplier",))], [("unknown", False)]),
        ([a_rule(locations=())], [("names_nothing", True)]),
        ([a_rule(1, "avoid")], [("weighs_nothing", True)]),
        ([a_rule(kinds=("warehouse", "store"), **WEB)], [("nothing_left", True)]),
        ([a_rule(1, "only", locations=("LDS",), **WEB)], [("nothing_left", True), ("unknown", False)]),
        ([a_rule(**WEB), a_rule(2, kinds=("store",), channels=("web",), total_from=9)], [("shadowed", False)]),
        ([a_rule(1, "only", **WEB), a_rule(2, "only", kinds=("store",), **WEB)], [("shadowed", False)]),
        ([a_rule(**WEB), a_rule(2, "avoid", amount=5, **WEB)], [("shadowed", False)]),
        ([a_rule(**WEB), a_rule(2, "only", channels=("web",))], [("contradictory", True)]),
        ([a_rule(**WEB), a_rule(2, "only", countries=("GB",))], [("contradictory", True)]),
        ([a_rule(**WEB), a_rule(2, "only", **B2B)], []),
        ([a_rule(1, "only", **WEB), a_rule(2, "only", kinds=("warehouse",), **WEB)], [("contradictory", True)]),
        ([a_rule(**WEB), a_rule(2, "prefer", amount=5, **WEB)], [("contradictory", True)]),
        ([a_rule(tags=("x",)), a_rule(2, "prefer", amount=5)], [("contradictory", False)]),
        ([a_rule()], [("never_chosen", False)]),
        ([a_rule(1, "only")], [("never_chosen", False)]),
    ],
)
def test_findings(rules: list[Rule], findings: list[tuple[str, bool]]) -> None:
    assert found(*rules) == findings


def test_findings_are_sentences_that_name_the_rules() -> None:
    rules = Rules(ordered=(a_rule(**WEB), a_rule(2, "only", channels=("web",)), a_rule(3, channels=("shop", "b2b"))))
    assert [one.sentence for one in lint(rules, KNOWN)] == [
        "Rule 1 “R1” and rule 2 “R2” contradict: an order that meets both finds no location.",
        "Rule 3 “R3” never holds: there is no channel “shop” or “b2b”.",
    ]


CONDITIONS = {
    "channels": st.sampled_from([(), ("web",), ("web", "wholesale")]),
    "postal_prefixes": st.sampled_from([(), ("LS",), ("LS1",), ("L",)]),
    "tags": st.sampled_from([(), ("a",), ("a", "b")]),
    "skus": st.sampled_from([(), ("S",), ("S1", "S2")]),
    "total_from": st.sampled_from([None, 5, 10]),
    "total_to": st.sampled_from([None, 10, 20]),
}
ONE_RULE = st.builds(a_rule, **CONDITIONS)
ONE_ORDER = st.builds(
    OrderSnapshot,
    order_id=st.just(1),
    destination=st.none(),
    country=st.just("GB"),
    wants=st.sampled_from([(Want(1, 1, "S1", 1),), (Want(1, 2, "S2", 1), Want(2, 9, "X", 1)), ()]),
    channel=st.sampled_from(["web", "wholesale", "app"]),
    postal_code=st.sampled_from(["LS1 4AB", "LS12 1AA", "L1 1AA", ""]),
    tags=st.frozensets(st.sampled_from(["a", "b", "c"])),
    total=st.sampled_from([0, 5, 10, 15, 20, 25]),
)


@settings(deadline=None, max_examples=400)
@given(ONE_RULE, ONE_RULE, ONE_ORDER)
def test_one_rule_covers_another_only_where_it_holds_for_all_its_orders(
    a: Rule, b: Rule, wanted: OrderSnapshot
) -> None:
    assert overlap(a, b) == overlap(b, a)
    if applies(b, wanted):
        assert applies(a, wanted) or not covers(a, b)
    if applies(a, wanted) and applies(b, wanted):
        assert overlap(a, b)


def test_a_sample_names_orders_without_a_location_and_what_stays_idle() -> None:
    shop = replace(node(2, "Leeds", LEEDS), kind="store")
    wanted = replace(order(want(1, 7, 2), order_id=5), channel="web")
    snapshot = Snapshot((wanted,), (node(1, "London"), shop), stocked(p7_l2=5))
    rules = Rules(ordered=(a_rule(**WEB), a_rule(2, **B2B)))

    tried = sample(rules, [snapshot])

    assert (tried.orders, tried.lost, tried.idle, tried.unused) == (1, (5,), ("LEE", "LON"), (2,))
    assert [one.sentence for one in sample_findings(tried, rules, {5: "O5"})] == [
        "1 of the last 1 order would find no location under these rules, such as O5.",
        "None of the last 1 order would leave from LEE, LON.",
        "Rule 2 “R2” holds for none of the last 1 order.",
    ]
    assert sample(Rules(), [snapshot]).lost == ()
    assert sample_findings(sample(rules, []), rules, {}) == []


def test_a_rule_is_read_as_a_sentence() -> None:
    rule = a_rule(
        1, "avoid", kinds=("store",), locations=("LON",), amount=250, channels=("web", "wholesale"), countries=("GB",),
        services=("same_day",), total_from=1000, weight_to=500,
    )  # fmt: skip
    assert rule_words(rule) == (
        "Orders of web or wholesale, to GB, by same day, worth 10.00 or more, weighing 500 g or less:"
        " rather not from stores and LON; a parcel from there weighs 2.50 more."
    )
    assert rule_words(a_rule()) == "All orders: never from LEE."
    assert settings_words(Rules(max_parcels=2, allow_partial=False))[2:] == [
        "An order that is not wholly there is promised nothing.",
        "An order leaves in 2 parcels at most.",
    ]


def test_a_finding_knows_its_rules() -> None:
    (one,) = lint(Rules(ordered=(a_rule(4, "prefer", **WEB),)), KNOWN)
    assert one == Finding("weighs_nothing", True, one.sentence, (4,))


def test_the_least_freight_needs_rates_and_a_parcel_that_can_be_outweighed() -> None:
    cheap = Rules(prefer="cheapest", split_penalty=0)

    assert [(one.code, one.fault) for one in lint(cheap, KNOWN)] == [("no_rates", True)]
    priced = replace(KNOWN, has_rates=True)
    assert lint(cheap, priced) == ()
    (heavy,) = lint(Rules(prefer="cheapest"), priced)
    assert heavy.sentence == (
        "A parcel weighs 100000.00: an order is split only where it must be, whatever two parcels would save."
    )
    assert not heavy.fault


def test_postcodes_are_compared_by_whole_areas() -> None:
    liverpool, leeds, centre = (a_rule(postal_prefixes=(begin,)) for begin in ("L", "LS", "LS1"))

    assert not covers(liverpool, leeds) and not overlap(liverpool, leeds)
    assert covers(leeds, centre) and overlap(centre, leeds)
