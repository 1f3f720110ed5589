"""A kit is given from the shelf or assembled where its parts lie: never of a piece that something else has too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import OrderSnapshot, Part, Rules, Snapshot, Want
from fulfillment.sourcing.turning_points import turning_points
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, rule_sets, snapshots, stocked, want

BULB, SHADE, LAMP = 1, 2, 3
MADE_OF = (Part(BULB, "BULB", 2), Part(SHADE, "SHADE", 1))
PLACES = (node(1, "London", LONDON, "kitting"), node(2, "Leeds", LEEDS, "kitting"))


def lamps(line_id: int, quantity: int) -> Want:
    """Build a line of lamps, each of two bulbs and a shade."""
    return Want(line_id, LAMP, "LAMP", quantity, weight_g=900, parts=MADE_OF)


def decided(wants: OrderSnapshot, *places: object, **units: int) -> Decision:
    """Decide one order."""
    (decision,) = decide(Snapshot((wants,), places or PLACES, stocked(**units)), Rules())  # type: ignore[arg-type]
    return decision


def lost(decision: Decision) -> dict[int, tuple[str, str]]:
    """Return code and sentence of each location that ships nothing."""
    return {one.location_id: (one.reason_code, one.sentence) for one in decision.rejections}


def test_a_location_with_all_parts_assembles_it() -> None:
    decision = decided(order(lamps(1, 2)), p1_l2=4, p2_l2=2)
    (portion,) = decision.portions
    assert (portion.location_id, portion.quantity) == (2, 2)
    assert portion.parts == ((BULB, 1002, 2), (SHADE, 2002, 1))
    assert portion.takes == ((BULB, 1002, 4), (SHADE, 2002, 2))
    assert decision.sentence == "Leeds ships all 2 units from 261 km away."


def test_a_location_short_of_a_part_is_told_how_many_it_has_and_needs() -> None:
    decision = decided(order(lamps(1, 1)), p1_l1=1, p2_l1=5, p1_l2=2, p2_l2=1)
    assert decision.location_ids == (2,)
    why = "London lost: it cannot assemble LAMP: 1 of SKU BULB available, 2 needed."
    assert lost(decision) == {1: ("lacks_part", why)}
    assert decided(order(lamps(1, 1)), p1_l1=2, p2_l1=5, p1_l2=2, p2_l2=1).location_ids == (1,)


def test_a_location_that_does_not_assemble_gives_only_what_lies_ready() -> None:
    plain = node(1, "London", LONDON)
    decision = decided(order(lamps(1, 1)), plain, PLACES[1], p1_l1=9, p2_l1=9, p1_l2=2, p2_l2=1)
    assert decision.location_ids == (2,)
    why = "London lost: it cannot assemble kits, and 0 of SKU LAMP lie ready, 1 needed."
    assert lost(decision) == {1: ("cannot_assemble", why)}
    assert decided(order(lamps(1, 1)), plain, PLACES[1], p3_l1=1, p1_l2=2, p2_l2=1).location_ids == (1,)


def test_ready_ones_go_first_and_the_rest_is_assembled() -> None:
    decision = decided(order(lamps(1, 3)), p3_l1=1, p1_l1=4, p2_l1=2)
    assert [(one.quantity, one.stock_level_id, bool(one.parts)) for one in decision.portions] == [
        (1, 3001, False),
        (2, 3001, True),
    ]


def test_a_line_of_a_part_and_a_kit_never_share_a_piece() -> None:
    decision = decided(order(lamps(1, 1), want(2, BULB, 1)), p1_l1=2, p2_l1=1, p1_l2=1)
    assert [(one.line_id, one.location_id) for one in decision.portions] == [(1, 1), (2, 2)]
    short = decided(order(lamps(1, 1), want(2, BULB, 1)), p1_l1=2, p2_l1=1)
    assert [one.line_id for one in short.portions] == [1]
    assert [(one.line_id, one.missing) for one in short.shortages] == [(2, 1)]


def test_what_both_want_is_divided_so_that_most_is_filled() -> None:
    wants = order(lamps(1, 1), want(2, BULB, 2))
    one_of_each = decided(wants, p1_l1=2, p2_l1=1, p1_l2=2, p2_l2=1)
    assert one_of_each.is_complete
    assert one_of_each.method == "greedy"


def test_what_one_order_of_a_batch_assembles_the_next_cannot_have() -> None:
    orders = (order(lamps(1, 1)), order(want(2, BULB, 1), order_id=2))
    first, second = decide(Snapshot(orders, PLACES, stocked(p1_l1=2, p2_l1=1)), Rules())
    assert first.is_complete
    assert [one.missing for one in second.shortages] == [1]


def test_a_person_is_given_what_can_be_assembled_where_they_choose() -> None:
    chosen = Choice(((1, 2, 3),), "Mia", "Mia moved 3 × LAMP to Leeds.")
    decision = decided(replace(order(lamps(1, 3)), chosen=chosen), p3_l2=1, p1_l2=3, p2_l2=9)
    assert [(one.quantity, bool(one.parts)) for one in decision.portions] == [(1, False), (1, True)]
    assert [one.missing for one in decision.shortages] == [1]


def test_points_name_the_part_that_would_have_turned_it() -> None:
    snapshot = Snapshot((order(lamps(1, 1)),), PLACES, stocked(p1_l1=1, p2_l1=1, p1_l2=2, p2_l2=1))
    (decision,) = decide(snapshot, Rules())
    sentences = [one.sentence for one in turning_points(snapshot, Rules(), decision)]
    assert sentences[0].startswith("With 1 of SKU BULB free at Leeds instead of 2 or more: ")
    assert sentences[-1].startswith("London would ship with 2 of SKU BULB and 1 of SKU SHADE free: London ships")


def test_an_order_without_kits_keeps_the_form_that_it_always_had() -> None:
    snapshot = Snapshot((order(want(1, 7, 2)),), PLACES, stocked(p7_l1=2))
    assert snapshot.to_json()["orders"][0]["wants"] == [[1, 7, "S7", 2, ""]]
    (decision,) = decide(snapshot, Rules())
    assert "parts" not in decision.to_json()["portions"][0]


@st.composite
def shops(draw: st.DrawFn) -> Snapshot:
    """Draw a network in which the third product is a kit, of one or both of the others."""
    snapshot = draw(snapshots(most_orders=3))
    both = draw(st.booleans())
    made_of = (Part(1, "S1", draw(st.integers(1, 3))), *([Part(2, "S2", draw(st.integers(1, 2)))] if both else []))
    orders = tuple(
        replace(one, wants=tuple(replace(w, parts=made_of) if w.product_id == 3 else w for w in one.wants))
        for one in snapshot.orders
    )
    return replace(snapshot, orders=orders)


@given(shops(), rule_sets())
def test_never_takes_a_piece_twice(snapshot: Snapshot, rules: Rules) -> None:
    """Over the whole batch no level gives more than is there, whatever is assembled of it."""
    able = {one.location_id: "kitting" in one.capabilities for one in snapshot.nodes}
    taken: Counter[tuple[int, int]] = Counter()
    for decision in decide(snapshot, rules):
        for portion in decision.portions:
            assert able[portion.location_id] or not portion.parts
            for product, level, pieces in portion.takes:
                assert level == snapshot.stock[product, portion.location_id][0]
                taken[product, portion.location_id] += pieces
    assert all(pieces <= snapshot.stock[key][1] for key, pieces in taken.items())


@given(shops(), rule_sets())
def test_conserves_units_and_gives_everybody_a_verdict(snapshot: Snapshot, rules: Rules) -> None:
    """Portions and shortages are what each line wanted; each location ships or is told why not."""
    for one, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
        found: Counter[int] = Counter()
        for portion in decision.portions:
            found[portion.line_id] += portion.quantity
        for shortage in decision.shortages:
            found[shortage.line_id] += shortage.missing
        assert found == Counter({want.line_id: want.quantity for want in one.wants})
        if any(want.quantity for want in one.wants):
            judged = [*decision.location_ids, *(rejection.location_id for rejection in decision.rejections)]
            assert sorted(judged) == sorted(node.location_id for node in snapshot.nodes)
        for rejection in decision.rejections:
            if rejection.reason_code in ("lacks_part", "cannot_assemble"):
                assert rejection.available < rejection.needed


@given(shops(), rule_sets())
def test_answers_the_same_after_a_round_trip(snapshot: Snapshot, rules: Rules) -> None:
    """Stored with its kits, a decision replays to the same hash."""
    decisions = decide(snapshot, rules)
    assert decide(Snapshot.from_json(snapshot.to_json()), rules) == decisions
    for decision in decisions:
        copy = Decision.from_json(decision.to_json())
        assert (copy, decision_hash(copy)) == (decision, decision_hash(decision))


@given(shops(), rule_sets(priced=False))
def test_fills_all_the_kits_that_can_be_had(snapshot: Snapshot, rules: Rules) -> None:
    """An order of kits alone gets as many as ready ones and parts allow at the locations that may ship."""
    one = snapshot.orders[0]
    kits = replace(one, wants=tuple(want for want in one.wants if want.product_id == 3 and not want.capability))
    free = replace(rules, max_parcels=None, allow_partial=True)
    (decision,) = decide(replace(snapshot, orders=(kits,)), free)
    there = 0
    for place in snapshot.nodes:
        if place.location_id in kits.excluded_locations or place.capacity_left == 0:
            continue
        left = {product: max(0, snapshot.stock.get((product, place.location_id), (0, 0))[1]) for product in (1, 2, 3)}
        there += left[3]
        if kits.wants and "kitting" in place.capabilities:
            there += min(left[part.product_id] // part.quantity for part in kits.wants[0].parts)
    wanted = sum(want.quantity for want in kits.wants)
    assert sum(portion.quantity for portion in decision.portions) == min(wanted, there)


@given(shops(), rule_sets())
def test_removing_one_piece_from_a_winner_changes_the_answer_as_the_explanation_says(
    snapshot: Snapshot, rules: Rules
) -> None:
    """With a piece less than it gave, of a part too, a winner does not give the same again; each change says so."""
    alone = replace(snapshot, orders=snapshot.orders[:1])
    (decision,) = decide(alone, rules)
    for one in turning_points(alone, rules, decision):
        assert one.sentence
        if one.location_id in decision.location_ids:
            assert one.decision != decision
            assert one.sentence.endswith(one.decision.sentence)
