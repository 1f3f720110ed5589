"""What would have changed a decision is tried out, and comes as the explanation says."""

from __future__ import annotations

from hypothesis import given

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.turning_points import turning_points, with_units
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, rule_sets, snapshots, stocked, want

PLACES = (node(1, "London", LONDON), node(2, "Manchester", LEEDS))


def points_of(snapshot: Snapshot, rules: Rules | None = None) -> list[tuple[bool, str]]:
    """Return (turns, sentence) of what would have changed the decision."""
    rules = rules or Rules()
    (decision,) = decide(snapshot, rules)
    return [(one.turns, one.sentence) for one in turning_points(snapshot, rules, decision)]


def test_a_winner_that_loses_a_unit_makes_room_for_the_next() -> None:
    """Four wanted: with three left the winner is as short as the loser would have been said to be."""
    snapshot = Snapshot((order(want(1, 7, 4)),), PLACES, stocked(p7_l1=9, p7_l2=4))
    assert points_of(snapshot) == [
        (
            True,
            "With 3 of SKU S7 free at London instead of 4 or more: Manchester ships all 4 units from 261 km away.",
        ),
    ]


def test_a_loser_is_told_how_many_would_have_been_enough() -> None:
    """Nearest but short: the number that it lacks wins the order."""
    snapshot = Snapshot((order(want(1, 7, 4)),), PLACES, stocked(p7_l1=3, p7_l2=4))
    assert points_of(snapshot)[1] == (
        True,
        "London would ship with 4 of SKU S7 free: London ships all 4 units from 12 km away.",
    )


def test_a_loser_that_is_also_farther_is_told_that_stock_would_not_help() -> None:
    """The next reason is named."""
    snapshot = Snapshot((order(want(1, 7, 4)),), PLACES, stocked(p7_l1=4, p7_l2=3))
    assert points_of(snapshot)[1] == (
        False,
        "Manchester would not ship even with all that the order wants in stock: 261 km away, London is 12 km.",
    )


def test_capacity_skill_and_exclusion_are_taken_out_of_the_way() -> None:
    """Each reason that is no lack of stock is lifted alone."""
    leeds = PLACES[1]
    full = node(1, "London", LONDON, capacity_left=0)
    stock = stocked(p7_l1=4, p7_l2=4)
    assert points_of(Snapshot((order(want(1, 7, 4)),), (full, leeds), stock))[1] == (
        True,
        "London would ship able to send another parcel: London ships all 4 units from 12 km away.",
    )
    kept_away = order(want(1, 7, 4), without=(1,))
    assert points_of(Snapshot((kept_away,), PLACES, stock))[1][0]
    wrapping = node(2, "Manchester", LEEDS, "gift_wrap")
    wrapped = order(want(1, 7, 4, "gift_wrap"))
    assert points_of(Snapshot((wrapped,), (PLACES[0], wrapping), stock))[1] == (
        True,
        "London would ship able to do all that the order asks for: London ships all 4 units from 12 km away.",
    )


@given(snapshots(), rule_sets())
def test_removing_one_unit_from_a_winner_changes_the_answer_as_the_explanation_says(
    snapshot: Snapshot, rules: Rules
) -> None:
    """A winner with a unit less than it gave never gives as much again; where it drops out, the record says which
    number it had and which it would have needed, or names what decides then."""
    (decision,) = decide(snapshot, rules)
    for one in turning_points(snapshot, rules, decision):
        if one.location_id not in decision.location_ids:
            continue
        before = sum(portion.quantity for portion in decision.portions)
        assert sum(portion.quantity for portion in one.decision.portions) <= before
        assert one.decision != decision
        assert one.sentence.endswith(one.decision.sentence)
        if one.turns and one.decision.location_ids:
            lost = next(row for row in one.decision.rejections if row.location_id == one.location_id)
            assert lost.reason_code != "short_stock" or lost.available < lost.needed


@given(snapshots(), rule_sets())
def test_a_loser_with_the_number_it_was_told_ships(snapshot: Snapshot, rules: Rules) -> None:
    """The units named for a loser that lacked stock are enough: given exactly these it ships."""
    (decision,) = decide(snapshot, rules)
    short = {one.location_id for one in decision.rejections if one.reason_code == "short_stock"}
    for one in turning_points(snapshot, rules, decision):
        if one.location_id not in short or not one.turns:
            continue
        ships = {}
        for portion in one.decision.portions:
            if portion.location_id == one.location_id:
                ships[portion.product_id] = ships.get(portion.product_id, 0) + portion.quantity
        told = f" would ship with {' and '.join(f'{units} of SKU S{product}' for product, units in ships.items())} free"
        if len(ships) < 3 and told not in one.sentence:
            assert "with all that the order wants" in one.sentence
            continue
        enough = snapshot
        for product, units in ships.items():
            held = snapshot.stock.get((product, one.location_id), (0, 0))[1]
            enough = with_units(enough, product, one.location_id, max(held, units))
        (again,) = decide(enough, rules)
        assert again == one.decision
