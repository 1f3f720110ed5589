"""Scarcity fees weigh in the choice of a location, and in nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.lessons import by_product, learn_from, with_fees
from fulfillment.sourcing.moving import better, weigh
from fulfillment.sourcing.snapshot import Fee, Rate, Rules, Snapshot
from fulfillment.sourcing.turning_points import turning_points
from tests.fulfillment.sourcing.world import LEEDS, LONDON, cost_rules, node, order, snapshots, stocked, want

CHEAP = Rules(prefer="cheapest", split_penalty=0, distance_weight=0, move_saving=100)
PLACES = (node(1, "London", LONDON), node(2, "Manchester", LEEDS))


def priced(number: int, london: int, manchester: int, *fees: Fee, units: int = 1) -> Snapshot:
    """Return an order of one product, with what its parcel costs from both places."""
    rates = (Rate(1, "post", "saver", london), Rate(2, "post", "saver", manchester))
    wanted = replace(order(want(number, 7, units), order_id=number), rates=rates, rate_currency="EUR")
    return Snapshot((replace(wanted, fees=fees, fees_run=4 if fees else 0),), PLACES, stocked(p7_l1=5, p7_l2=90))


@given(
    snapshots(most_orders=3),
    cost_rules(allow_partial=st.booleans(), max_parcels=st.sampled_from([None, None, 1, 2])),
    st.lists(st.builds(Fee, st.integers(1, 5), st.integers(0, 3), st.sampled_from([1, 10**4, 10**12])), max_size=8),
)
def test_fees_of_any_size_leave_no_unit_unfilled(snapshot: Snapshot, rules: Rules, fees: list[Fee]) -> None:
    """Order by order, what is missing with fees is what is missing without."""
    for wanted in snapshot.orders:
        alone = replace(snapshot, orders=(wanted,))
        (with_them,), (without,) = (decide(with_fees(alone, by_product(told), 3), rules) for told in (fees, ()))
        assert with_them.shortages == without.shortages


def test_a_fee_sends_an_order_elsewhere_and_says_so() -> None:
    """The sentence, the loser's reason, the scores, and what would have been without."""
    seen = priced(1, 450, 570, Fee(1, 7, 100), Fee(1, 0, 30), units=2)
    (decision,) = decide(seen, CHEAP)

    assert decision.location_ids == (2,)
    assert decision.sentence == (
        "Manchester ships all 2 units from 261 km away. Freight 5.70 EUR by post saver."
        " A scarcity fee spares London for later orders."
    )
    assert [(one.reason_code, one.sentence) for one in decision.rejections] == [
        ("scarcer", "London lost: it asks 4.50 EUR and a scarcity fee of 2.30 EUR, Manchester 5.70 EUR.")
    ]
    assert {one.code: (one.cost, one.scarcity) for one in decision.candidates} == {"LON": (450, 230), "MAN": (570, 0)}
    london = "London ships all 2 units from 12 km away. Freight 4.50 EUR by post saver."
    assert [one.sentence for one in turning_points(seen, CHEAP, decision)][1:] == [
        f"London would ship without its scarcity fee: {london}",
        f"Without scarcity fees: {london}",
    ]


def test_a_fee_that_changes_nothing_is_told_and_not_paid() -> None:
    """It stands apart from freight."""
    (decision,) = decide(priced(1, 450, 570, Fee(1, 7, 100)), CHEAP)

    assert (decision.freight, decision.scarcity, decision.fees_run) == (450, 100, 4)
    assert decision.sentence.endswith("A scarcity fee of 1.00 EUR weighs in; nobody pays it.")


def test_records_without_fees_keep_their_form() -> None:
    """Nothing of fees stands in snapshot, rules or decision, so that their hashes are those of before."""
    seen = priced(1, 450, 570)
    (decision,) = decide(seen, CHEAP)

    assert "fees" not in seen.to_json()["orders"][0] and "fees_run" not in seen.to_json()["orders"][0]
    assert "move_saving" not in Rules().to_json()
    data = decision.to_json()
    assert "fees_run" not in data and not any("scarcity" in row for row in (*data["candidates"], *data["freights"]))


def test_a_day_that_is_learned_from_costs_less_when_it_comes_again() -> None:
    """Five who can be served from anywhere come before five who cannot: without fees they take the near stock first."""
    day = [priced(number, 400, 450 if number <= 5 else 900) for number in range(1, 11)]
    lesson = learn_from(day, {(7, 1): 5, (7, 2): 90}, CHEAP)
    ((fee,),) = by_product(lesson.fees).values()

    assert (fee.location_id, fee.product_id) == (1, 7) and 50 <= fee.amount <= 500
    assert [_cost(day, fees) for fees in (lesson.fees, ())] == [5 * 450 + 5 * 400, 5 * 400 + 5 * 900]
    assert learn_from(day, {(7, 1): 50, (7, 2): 90}, CHEAP).fees == ()
    assert learn_from([], {}, CHEAP).fees == ()


def _cost(day: list[Snapshot], fees: tuple[Fee, ...]) -> int:
    """Return the freight of a day whose orders come one by one."""
    stock, total = stocked(p7_l1=5, p7_l2=90), 0
    for seen in day:
        (decision,) = decide(with_fees(replace(seen, stock=dict(stock)), by_product(fees), 1), CHEAP)
        total += decision.freight or 0
        for one in decision.portions:
            level, units = stock[one.product_id, one.location_id]
            stock[one.product_id, one.location_id] = (level, units - one.quantity)
    return total


@given(snapshots(), cost_rules())
def test_a_decision_weighs_what_its_portions_weigh(snapshot: Snapshot, rules: Rules) -> None:
    """So that what stands and what could be are compared by one measure, and nothing moves to what is no better."""
    (decision,) = decide(snapshot, rules)
    if decision.freights:
        assert weigh(snapshot, rules, decision.portions) == sum(one.weighed + one.scarcity for one in decision.freights)
        assert better(snapshot, replace(rules, move_saving=1), decision.portions, decision, {}) is None


def test_a_move_needs_the_saving_that_the_rules_ask_for() -> None:
    """And says from where to where, how much, and why now."""
    seen = priced(1, 400, 900)
    (here,) = decide(priced(1, 900, 400), CHEAP)
    (there,) = decide(seen, CHEAP)
    lacked = {"rejections": [{"location_id": 1, "reason_code": "short_stock"}]}

    move = better(seen, CHEAP, here.portions, there, lacked)
    assert move is not None and move.saves == 500
    assert move.sentence == "Moved from Manchester to London, saves 5.00 EUR: London has pieces now that it lacked."
    assert better(seen, replace(CHEAP, move_saving=501), here.portions, there, lacked) is None
    assert better(seen, replace(CHEAP, move_saving=0), here.portions, there, lacked) is None
