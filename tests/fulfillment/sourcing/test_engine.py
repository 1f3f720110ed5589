"""The sourcing engine …"""

from __future__ import annotations

import pytest

from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot, Stock, Want
from tests.fulfillment.sourcing.world import EDINBURGH, LEEDS, LONDON, node, order, stocked, want

NETWORK = (node(1, "London", LONDON), node(2, "Manchester", LEEDS), node(3, "Edinburgh", EDINBURGH))


def one(wanted: OrderSnapshot, stock: Stock, nodes: tuple[Node, ...] = NETWORK, rules: Rules | None = None) -> Decision:
    """Decide a single order."""
    (decision,) = decide(Snapshot((wanted,), nodes, stock), rules or Rules())
    return decision


def shipped(decision: Decision) -> list[tuple[int, int, int]]:
    """Return (line, location, units) of every portion."""
    return [(portion.line_id, portion.location_id, portion.quantity) for portion in decision.portions]


@pytest.mark.parametrize(
    ("situation", "wants", "stock", "expected"),
    [
        ("nearest of equals", [want(1, 7, 2)], stocked(p7_l1=9, p7_l3=9), [(1, 1, 2)]),
        ("far but whole beats near but split", [want(1, 7, 4)], stocked(p7_l1=3, p7_l2=3, p7_l3=4), [(1, 3, 4)]),
        (
            "two parcels beat three",
            [want(1, 7, 1), want(2, 8, 1), want(3, 9, 1)],
            stocked(p7_l1=1, p8_l2=1, p7_l3=1, p9_l3=1),
            [(1, 3, 1), (2, 2, 1), (3, 3, 1)],
        ),
        ("line split when nobody has all", [want(1, 7, 5)], stocked(p7_l1=3, p7_l2=2), [(1, 1, 3), (1, 2, 2)]),
        (
            "same product on two lines is summed",
            [want(1, 7, 3), want(2, 7, 3)],
            stocked(p7_l1=5, p7_l3=6),
            [(1, 3, 3), (2, 3, 3)],
        ),
        (
            "two lines of a product stay whole over two locations",
            [want(1, 7, 2), want(2, 7, 4)],
            stocked(p7_l1=2, p7_l2=4),
            [(1, 1, 2), (2, 2, 4)],
        ),
        ("nothing anywhere", [want(1, 7, 5)], {}, []),
        ("negative availability is nothing", [want(1, 7, 5)], stocked(p7_l1=-3), []),
        ("an empty line", [want(1, 7, 0)], stocked(p7_l1=3), []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_chooses_locations(
    situation: str, wants: list[Want], stock: Stock, expected: list[tuple[int, int, int]]
) -> None:
    """Ships every line from the best locations."""
    assert shipped(one(order(*wants), stock)) == expected


def test_keeps_a_skilled_location_free_for_the_line_that_needs_it() -> None:
    """A plain line does not eat the stock that only a gift wrapped line could use."""
    nodes = (node(1, "London", LONDON, "gift_wrap"), node(2, "Manchester", LEEDS))
    decision = one(order(want(1, 7, 3), want(2, 7, 3, "gift_wrap")), stocked(p7_l1=3, p7_l2=3), nodes)
    assert shipped(decision) == [(1, 2, 3), (2, 1, 3)]


def test_lists_what_is_missing_and_completes_most_lines() -> None:
    """With too little stock the small lines are filled first and the rest is a shortage."""
    decision = one(order(want(1, 7, 6), want(2, 7, 3)), stocked(p7_l1=5))
    assert shipped(decision) == [(1, 1, 2), (2, 1, 3)]
    assert [(gap.line_id, gap.sku, gap.missing) for gap in decision.shortages] == [(1, "S7", 4)]
    assert decision.sentence == "London ships 5 of 9 units from 12 km away. Missing: 4 of SKU S7."


def test_promises_nothing_of_an_incomplete_order_that_must_ship_whole() -> None:
    """All or nothing leaves the stock to the next order."""
    wanted = (order(want(1, 7, 6), order_id=1), order(want(2, 7, 5), order_id=2))
    first, second = decide(Snapshot(wanted, NETWORK, stocked(p7_l1=5)), Rules(allow_partial=False))
    assert (first.portions, first.shortages[0].missing) == ((), 6)
    assert first.sentence.endswith("whole or not at all: 1 of SKU S7 missing everywhere.")
    assert shipped(second) == [(2, 1, 5)]


def test_fills_most_units_within_the_parcel_limit() -> None:
    """One parcel only: the location with most of the order wins."""
    wants = order(want(1, 7, 1), want(2, 8, 4))
    decision = one(wants, stocked(p7_l1=1, p8_l3=4), rules=Rules(max_parcels=1))
    assert shipped(decision) == [(2, 3, 4)]
    assert decision.rejections[0].sentence == (
        "London lost: only 1 parcel allowed, and with it 1 unit would ship instead of 4."
    )


def test_prefers_most_stock_or_priority_when_the_rules_say_so() -> None:
    """The preference decides between plans with equally many parcels."""
    nodes = (NETWORK[0], NETWORK[1], node(3, "Edinburgh", EDINBURGH, priority=5))
    stock = stocked(p7_l1=2, p7_l2=9, p7_l3=3)
    chosen = {
        prefer: one(order(want(1, 7, 1)), stock, nodes, Rules(prefer=prefer)).location_ids
        for prefer in ("nearest", "most_stock", "priority")
    }
    assert chosen == {"nearest": (1,), "most_stock": (2,), "priority": (3,)}


def test_prefers_most_stock_when_the_destination_is_unknown() -> None:
    """Without a destination all distances are equal."""
    decision = one(order(want(1, 7, 1), to=None), stocked(p7_l1=2, p7_l3=3))
    assert decision.location_ids == (3,)
    assert decision.candidates[0].distance_km is None


def test_splits_when_the_rules_make_a_parcel_cheaper_than_the_way() -> None:
    """A small split penalty lets two near parcels beat one from far away."""
    nodes = (node(1, "London", LONDON), node(2, "Croydon", LONDON), node(3, "Edinburgh", EDINBURGH))
    stock = stocked(p7_l1=1, p8_l2=1, p7_l3=1, p8_l3=1)
    wants = order(want(1, 7, 1), want(2, 8, 1))
    assert one(wants, stock, nodes).location_ids == (3,)
    decision = one(wants, stock, nodes, Rules(split_penalty=50))
    assert sorted(decision.location_ids) == [1, 2]
    assert "weighs less than one parcel from farther away" in decision.sentence


def test_counts_one_parcel_of_capacity_for_each_order_and_location() -> None:
    """The third order finds London full."""
    nodes = (node(1, "London", LONDON, capacity_left=2, daily_capacity=200), NETWORK[2])
    wanted = tuple(order(want(number, 7, 1), want(number + 10, 8, 1), order_id=number) for number in (1, 2, 3))
    decisions = decide(Snapshot(wanted, nodes, stocked(p7_l1=9, p7_l3=9, p8_l1=9, p8_l3=9)), Rules())
    assert [decision.location_ids for decision in decisions] == [(1,), (1,), (3,)]
    assert decisions[2].rejections[0].sentence == "London lost: its 200 parcels for today are taken."


def test_says_when_the_plan_is_not_proven() -> None:
    """A large scattered order is answered by set cover and exchange, and says so."""
    nodes = tuple(node(number, f"{number:03} depot", LEEDS) for number in range(60))
    stock = {
        (product, place): (1, 1) for product in range(300) for place in range(60) if (product * 7 + place * 11) % 13 < 2
    }
    wants = order(*(want(product, product, 1) for product in range(300)))
    decision = one(wants, stock, nodes)
    assert decision.method == "greedy"
    assert decision.is_complete


def test_orders_700_lines_of_12540_units() -> None:
    """Nothing depends on an order being small."""
    wants = order(*(want(line, line, 12_540) for line in range(700)))
    stock = {(product, place): (product, 6_270) for product in range(700) for place in (1, 2, 3)}
    decision = one(wants, stock)
    assert decision.location_ids == (1, 2)
    assert sum(portion.quantity for portion in decision.portions) == 700 * 12_540


def test_refuses_a_negative_quantity() -> None:
    """A negative line would create stock."""
    with pytest.raises(ValueError, match="Line 1 wants -1 units"):
        want(1, 7, -1)
