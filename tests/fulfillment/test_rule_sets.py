"""A set of sourcing rules is kept by version: one is in force, and what was tested stays as it was."""

import json
import zlib

import pytest
from django.db import IntegrityError, transaction

from fulfillment.models import SourcingDecision, SourcingRule, SourcingRuleSet
from fulfillment.services.sourcing import rule_changes, source_orders
from fulfillment.services.sourcing.rule_sets import active_rules, rules_of
from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.decision import decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.foundation.refusals import NotFound, Refused
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order, stock_gate

pytestmark = pytest.mark.django_db
ANN = make_actor()


def states() -> dict[int, str]:
    """Return the state of each version."""
    return dict(SourcingRuleSet.objects.order_by("number").values_list("number", "state"))


def test_without_any_set_the_built_in_rules_hold() -> None:
    assert not SourcingRuleSet.objects.exists()
    assert active_rules() == rules_of(1) == Rules()


def test_the_first_draft_writes_down_what_was_built_in() -> None:
    draft = rule_changes.create_draft(name="Mine", actor=ANN)

    assert states() == {1: "active", 2: "draft"}
    assert active_rules() == rules_of(1) == Rules()
    assert draft.as_rules() == rules_of(2) == Rules(version=2)
    assert draft.created_by == ANN.label


def test_the_active_set_decides_and_signs_the_decision(django_assert_num_queries) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 1)
    make_stock(tea, make_location("MAN"), 5)
    in_force(a_draft(prefer="most_stock"))
    order = an_order([(tea, 1)])

    (decision,) = source_orders(order_ids=[order.pk], trigger="placed", actor=ANN)

    assert decision.rules_version == 2
    assert decision.outcome["rules_version"] == 2
    assert order.fulfillment_orders.get().location.code == "MAN"
    with django_assert_num_queries(1):
        assert active_rules().prefer == "most_stock"


def test_a_version_is_read_as_it_was_tested() -> None:
    rules = in_force(a_draft(split_penalty=500)).as_rules()

    assert rules_of(2) == active_rules() == rules
    rule = Rule(number=1, name="Wholesale", effect="exclude", kinds=("store",), tags=("wholesale",))
    assert rules == Rules(version=2, split_penalty=500, ordered=(rule,))
    SourcingRule.objects.update(name="Something else")
    assert rules_of(2) == rules


def test_a_draft_is_read_as_it_is_now() -> None:
    SourcingRule.objects.create(
        rule_set=a_draft(), name="First", position=0, effect="avoid", amount=500, locations=["LON"]
    )
    assert [(rule.number, rule.name) for rule in rules_of(2).ordered] == [(1, "First"), (2, "Wholesale")]
    assert rules_of(2).version == 2


def test_a_copy_has_the_rules_of_what_was_tested() -> None:
    rules = in_force(a_draft(last_unit_fee=300)).as_rules()
    SourcingRule.objects.all().delete()

    copy = rule_changes.create_draft(name="Next", copied=2, actor=ANN)

    assert copy.as_rules() == Rules(version=3, last_unit_fee=300, ordered=rules.ordered)
    assert (copy.state, copy.replayed_at) == ("draft", None)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(NotFound, match="no version 7"):
        rules_of(7)
    with pytest.raises(NotFound, match="no version 7"):
        rule_changes.create_draft(name="X", copied=7, actor=ANN)


def test_the_database_keeps_what_was_tested() -> None:
    row = in_force(a_draft())
    rows = SourcingRuleSet.objects.filter(pk=row.pk)
    for change in ({"content": Rules(version=2).to_json()}, {"content": None}, {"number": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    assert rules_of(2) == row.as_rules()


def test_only_one_set_is_active() -> None:
    other = a_draft()
    other.test(at=NOW)
    other.activate(at=NOW, by="Ann")
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    assert states() == {1: "active", 2: "draft"}


def test_a_draft_goes_into_force_once_it_is_tested_and_replayed() -> None:
    draft = a_draft()
    for step, refusal in (("draft", "not tested yet"), ("tested", "without a replay")):
        assert states() == {1: "active", 2: step}
        with pytest.raises(Refused, match=refusal):
            rule_changes.activate_rules(rule_set_id=draft.pk, actor=ANN)
        if step == "draft":
            rule_changes.test_rules(rule_set_id=draft.pk, actor=ANN)
    rule_changes.note_replay(version=2, at=NOW, actor=ANN)

    rule_changes.activate_rules(rule_set_id=draft.pk, actor=ANN)

    assert states() == {1: "retired", 2: "active"}
    fresh = SourcingRuleSet.objects.get(number=2)
    assert (fresh.activated_at, fresh.activated_by) == (NOW, ANN.label)
    assert list(AuditLine.objects.filter(entity_id=draft.pk).order_by("pk").values_list("act", "to_state")) == [
        ("fulfillment.draft_rules", "draft"),
        ("fulfillment.test_rules", "tested"),
        ("fulfillment.replay_rules", ""),
        ("fulfillment.activate_rules", "active"),
    ]
    assert all(one.holds for one in check(NOW, only=["I16.sourcingruleset"]))


def test_a_former_version_can_come_back() -> None:
    in_force(a_draft())

    rule_changes.activate_rules(rule_set_id=SourcingRuleSet.objects.get(number=1).pk, actor=ANN)

    assert states() == {1: "active", 2: "retired"}
    assert active_rules() == Rules()


def test_what_is_in_force_is_not_retired() -> None:
    row = in_force(a_draft())
    with pytest.raises(Refused, match="is in force"):
        rule_changes.retire_rules(rule_set_id=row.pk, actor=ANN)
    assert states() == {1: "retired", 2: "active"}


def test_a_draft_that_is_put_away_never_goes_into_force() -> None:
    draft = a_draft()
    rule_changes.retire_rules(rule_set_id=draft.pk, actor=ANN)
    with pytest.raises(Refused, match="not tested yet"):
        rule_changes.activate_rules(rule_set_id=draft.pk, actor=ANN)
    with pytest.raises(Refused, match="copy it to a draft"):
        rule_changes.test_rules(rule_set_id=draft.pk, actor=ANN)
    assert states() == {1: "active", 2: "retired"}


def test_rules_keep_their_short_form() -> None:
    assert set(Rules().to_json()) == {
        "version", "split_penalty", "distance_weight", "prefer", "allow_partial", "max_parcels",
    }  # fmt: skip
    rule = Rule(number=3, name="Heavy", effect="avoid", locations=("LON",), amount=250, weight_from=0, tags=("vip",))
    rules = Rules(version=4, max_parcels=2, late_day_fee=100, ordered=(rule,))
    assert Rules.from_json(rules.to_json()) == rules


def test_pieces_that_a_rule_keeps_back_close_the_gate_with_that_reason() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", kind="store"), 5)
    make_location("MAN")
    in_force(a_draft({"name": "No stores", "kinds": ["store"]}))
    order = an_order([(tea, 2)])

    (decision,) = source_orders(order_ids=[order.pk], trigger="placed", actor=ANN)

    assert decision.units_short == 2
    state, code, reason = stock_gate(order)
    assert (state, code) == ("closed", "kept_out_by_rules")
    assert reason.startswith("Missing: 2 of SKU TEA. ")
    assert reason.endswith("lost: rule 1 “No stores” keeps it out. Change the sourcing rules, or move stock.")


def test_every_decision_replays_to_the_same_hash_under_its_own_version() -> None:
    tea = make_product("TEA")
    for code in ("LON", "MAN"):
        make_stock(tea, make_location(code), 20)
    orders = [an_order([(tea, 1)]) for _ in range(3)]
    source_orders(order_ids=[orders[0].pk], trigger="placed", actor=ANN)
    in_force(a_draft({"name": "Rather Manchester", "effect": "prefer", "locations": ["MAN"], "amount": 90_000}))
    source_orders(order_ids=[orders[1].pk], trigger="placed", actor=ANN)
    in_force(a_draft({"name": "Never Manchester", "effect": "exclude", "locations": ["MAN"]}, name="Next"))
    source_orders(order_ids=[orders[2].pk], trigger="placed", actor=ANN)

    rows = list(SourcingDecision.objects.order_by("pk"))
    assert [row.rules_version for row in rows] == [1, 2, 3]
    for row in rows:
        snapshot = Snapshot.from_json(json.loads(zlib.decompress(bytes(row.snapshot))))
        (again,) = decide(snapshot, rules_of(row.rules_version))
        assert decision_hash(again) == row.outcome_hash
        others = [decide(snapshot, rules_of(version))[0] for version in (1, 2, 3) if version != row.rules_version]
        assert row.outcome_hash not in map(decision_hash, others)
