"""A person's decision gives what they chose as far as it is there, and comes out the same when it is made again."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.turning_points import turning_points
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, rule_sets, snapshots, stocked, want

PLACES = (node(1, "London", LONDON), node(2, "Manchester", LEEDS))


def chosen(*gives: tuple[int, int, int]) -> Choice:
    """Return what kim chose."""
    return Choice(gives, "kim", "kim moved it to Manchester.", "strike")


def test_it_stands_against_distance_capacity_and_exclusion() -> None:
    far = replace(PLACES[1], capacity_left=0)
    asked = replace(order(want(1, 7, 4), without=(2,)), chosen=chosen((1, 2, 4)))
    (decision,) = decide(Snapshot((asked,), (PLACES[0], far), stocked(p7_l1=9, p7_l2=4)), Rules())
    assert [(one.location_id, one.quantity) for one in decision.portions] == [(2, 4)]
    assert (decision.method, decision.location_ids, decision.shortages) == ("by_hand", (2,), ())
    assert decision.sentence == "kim moved it to Manchester. By the rules London would ship."
    assert [one.sentence for one in decision.rejections] == ["London lost: kim chose Manchester."]


def test_a_piece_less_than_was_chosen_is_missing_and_said_so() -> None:
    asked = replace(order(want(1, 7, 4)), chosen=chosen((1, 2, 4)))
    snapshot = Snapshot((asked,), PLACES, stocked(p7_l1=9, p7_l2=4))
    (decision,) = decide(snapshot, Rules())
    [point] = turning_points(snapshot, Rules(), decision)
    assert point.sentence == (
        "With 3 of SKU S7 free at Manchester instead of 4 or more: kim moved it to Manchester. Only 3 of 4 units can be"
        " given. Missing: 1 of SKU S7. By the rules London would ship."
    )


@st.composite
def choices(draw: st.DrawFn) -> tuple[Snapshot, Choice]:
    """Draw an order for which a person chose something, also more than there is."""
    snapshot = draw(snapshots())
    (asked,) = snapshot.orders
    lines = [one for one in asked.wants if one.quantity]
    gives = [
        (line.line_id, draw(st.sampled_from(snapshot.nodes)).location_id, draw(st.integers(1, line.quantity)))
        for line in lines
        if draw(st.booleans())
    ]
    choice = Choice(tuple(gives), "kim", "kim did it.", "why")
    return replace(snapshot, orders=(replace(asked, chosen=choice),)), choice


@given(choices(), rule_sets())
def test_a_record_of_it_replays_to_the_same_hash_and_gives_no_piece_that_is_not_there(
    drawn: tuple[Snapshot, Choice], rules: Rules
) -> None:
    snapshot, choice = drawn
    (decision,) = decide(snapshot, rules)
    kept = Snapshot.from_json(json.loads(json.dumps(snapshot.to_json())))
    (again,) = decide(kept, rules)
    assert (kept.orders[0].chosen, decision_hash(again)) == (choice, decision_hash(decision))
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision
    given_units = sum(one.quantity for one in decision.portions)
    wanted = sum(one.quantity for one in snapshot.orders[0].wants)
    assert given_units + sum(one.missing for one in decision.shortages) == wanted
    for (product, place), (_, free) in snapshot.stock.items():
        taken = sum(one.quantity for one in decision.portions if (one.product_id, one.location_id) == (product, place))
        assert taken <= max(0, free)
