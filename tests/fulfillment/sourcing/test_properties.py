"""Whatever the network looks like, the sourcing engine …"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing import search
from fulfillment.sourcing.decision import Decision, decision_hash, snapshot_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.geography import distance_km
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Preference, Rules, Snapshot
from tests.fulfillment.sourcing.world import rule_sets, snapshots


@given(snapshots(most_orders=4), rule_sets())
def test_never_promises_more_than_there_is(snapshot: Snapshot, rules: Rules) -> None:
    """Over the whole batch no stock level gives more than is available, and each portion names its level."""
    given_units: Counter[tuple[int, int]] = Counter()
    for decision in decide(snapshot, rules):
        for portion in decision.portions:
            key = (portion.product_id, portion.location_id)
            assert portion.quantity > 0
            assert portion.stock_level_id == snapshot.stock[key][0]
            given_units[key] += portion.quantity
    assert all(units <= snapshot.stock[key][1] for key, units in given_units.items())


@given(snapshots(most_orders=4), rule_sets())
def test_never_uses_a_location_that_may_not_ship(snapshot: Snapshot, rules: Rules) -> None:
    """Capability, exclusion, daily capacity and the parcel limit hold."""
    nodes = {node.location_id: node for node in snapshot.nodes}
    parcels: Counter[int] = Counter()
    for order, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
        wants = {want.line_id: want for want in order.wants}
        shipping = {portion.location_id for portion in decision.portions}
        parcels.update(shipping)
        assert shipping == set(decision.location_ids)
        assert not shipping & order.excluded_locations
        assert rules.max_parcels is None or len(shipping) <= rules.max_parcels
        for portion in decision.portions:
            capability = wants[portion.line_id].capability
            assert not capability or capability in nodes[portion.location_id].capabilities
    for location_id, count in parcels.items():
        left = nodes[location_id].capacity_left
        assert left is None or count <= left


@given(snapshots(most_orders=3), rule_sets())
def test_conserves_quantities(snapshot: Snapshot, rules: Rules) -> None:
    """Portions and shortages of a line are together what it wanted."""
    for order, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
        found: Counter[tuple[int, int]] = Counter()
        for portion in decision.portions:
            found[portion.line_id, portion.product_id] += portion.quantity
        for shortage in decision.shortages:
            assert shortage.missing > 0
            found[shortage.line_id, shortage.product_id] += shortage.missing
        assert found == Counter({(want.line_id, want.product_id): want.quantity for want in order.wants})
        assert rules.allow_partial or decision.is_complete or not decision.portions


@given(snapshots(most_orders=3), rule_sets(), st.randoms(use_true_random=False))
def test_does_not_care_about_the_order_of_lines_and_locations(snapshot: Snapshot, rules: Rules, dice: Random) -> None:
    """Shuffled input gives the same decisions and the same snapshot hash."""
    shuffled = Snapshot(
        orders=tuple(
            replace(
                order,
                wants=tuple(dice.sample(order.wants, len(order.wants))),
                rates=tuple(dice.sample(order.rates, len(order.rates))),
            )
            for order in snapshot.orders
        ),
        nodes=tuple(dice.sample(snapshot.nodes, len(snapshot.nodes))),
        stock=dict(dice.sample(sorted(snapshot.stock.items()), len(snapshot.stock))),
    )
    assert decide(shuffled, rules) == decide(snapshot, rules)
    assert snapshot_hash(shuffled) == snapshot_hash(snapshot)


@given(snapshots(most_nodes=4, most_lines=4), rule_sets(priced=False))
def test_is_as_good_as_trying_everything(snapshot: Snapshot, rules: Rules) -> None:
    """Units, then parcels, then the preferred criteria equal the best of all sets of locations."""
    (order,) = snapshot.orders
    (decision,) = decide(snapshot, rules)
    assert decision.method == "exact"
    nodes = [node for node in snapshot.nodes if _may_ship(node, order)]
    sizes = range(min(len(nodes), rules.max_parcels or len(nodes)) + 1)
    ranks = [_rank(snapshot, rules, subset) for size in sizes for subset in combinations(nodes, size)]
    best = min(ranks)
    if not rules.allow_partial and -best[0] < sum(want.quantity for want in order.wants):
        assert decision.portions == ()
        return
    chosen = [node for node in snapshot.nodes if node.location_id in decision.location_ids]
    assert sum(portion.quantity for portion in decision.portions) == -best[0]
    assert _rank(snapshot, rules, tuple(chosen)) == best


@given(snapshots(most_nodes=4, most_lines=4), st.sampled_from([1, 100, 500]))
def test_weighs_parcels_against_kilometres_as_the_rules_say(snapshot: Snapshot, penalty: int) -> None:
    """With a small split penalty the sum of parcels and way is the smallest among the fullest plans."""
    (order,) = snapshot.orders
    rules = Rules(split_penalty=penalty)
    (decision,) = decide(snapshot, rules)
    nodes = [node for node in snapshot.nodes if _may_ship(node, order)]

    def cost(subset: tuple[Node, ...]) -> tuple[int, int]:
        units, parcels, way, *_ = _rank(snapshot, rules, subset)
        return units, penalty * parcels + way

    chosen = tuple(node for node in snapshot.nodes if node.location_id in decision.location_ids)
    subsets = [subset for size in range(len(nodes) + 1) for subset in combinations(nodes, size)]
    assert cost(chosen) == min(cost(subset) for subset in subsets)


def _may_ship(node: Node, order: OrderSnapshot) -> bool:
    """Say whether a location may take part at all."""
    return node.capacity_left != 0 and node.location_id not in order.excluded_locations


def _rank(snapshot: Snapshot, rules: Rules, nodes: tuple[Node, ...]) -> tuple[int, ...]:
    """Rank a set of locations the slow way."""
    (order,) = snapshot.orders
    way = sum(rules.distance_weight * _kilometres(node, order) for node in nodes)
    depth = sum(_depth(snapshot, node, product_id) for node in nodes for product_id in _products(order))
    criteria = {"nearest": way, "most_stock": -depth, "priority": -sum(node.priority for node in nodes)}
    first = criteria.pop(rules.prefer)
    units = sum(_units(snapshot, nodes, product_id) for product_id in _products(order))
    return (-units, len(nodes), first, *criteria.values())


def _kilometres(node: Node, order: OrderSnapshot) -> int:
    """Return whole kilometres, the farthest when unknown."""
    if node.point is None or order.destination is None:
        return 20_038
    return round(distance_km(node.point, order.destination))


def _products(order: OrderSnapshot) -> set[int]:
    """Return the products wanted."""
    return {want.product_id for want in order.wants if want.quantity}


def _able(node: Node, capability: str) -> bool:
    """Say whether a location has a capability."""
    return not capability or capability in node.capabilities


def _depth(snapshot: Snapshot, node: Node, product_id: int) -> int:
    """Return the stock of a product that a location may use for the order."""
    wants = [want for want in snapshot.orders[0].wants if want.product_id == product_id and want.quantity]
    if not any(_able(node, want.capability) for want in wants):
        return 0
    return max(0, snapshot.stock.get((product_id, node.location_id), (0, 0))[1])


def _units(snapshot: Snapshot, nodes: tuple[Node, ...], product_id: int) -> int:
    """Return the most units of a product, by augmenting paths from single units to locations."""
    left = {node.location_id: _depth(snapshot, node, product_id) for node in nodes}
    wants = [want for want in snapshot.orders[0].wants if want.product_id == product_id]
    units = [want.capability for want in wants for _ in range(want.quantity)]
    holders: dict[int, list[int]] = {location_id: [] for location_id in left}

    def place(unit: int, seen: set[int]) -> bool:
        for node in nodes:
            if node.location_id in seen or not _able(node, units[unit]):
                continue
            seen.add(node.location_id)
            held = holders[node.location_id]
            if len(held) < left[node.location_id]:
                held.append(unit)
                return True
            for index, other in enumerate(held):
                if place(other, seen):
                    held[index] = unit
                    return True
        return False

    return sum(place(unit, set()) for unit in range(len(units)))


@given(snapshots(), rule_sets(priced=False))
def test_splits_a_line_only_when_no_chosen_location_has_all_of_it(snapshot: Snapshot, rules: Rules) -> None:
    """A product with one line is shipped whole when that is possible within the plan."""
    (order,) = snapshot.orders
    (decision,) = decide(snapshot, rules)
    lines = Counter(want.product_id for want in order.wants if want.quantity)
    nodes = {node.location_id: node for node in snapshot.nodes}
    for want in order.wants:
        pieces = [portion for portion in decision.portions if portion.line_id == want.line_id]
        if lines[want.product_id] == 1 and len(pieces) > 1:
            for location_id in decision.location_ids:
                able = _able(nodes[location_id], want.capability)
                available = snapshot.stock.get((want.product_id, location_id), (0, 0))[1]
                assert not able or available < want.quantity


@given(snapshots(most_orders=2), rule_sets())
def test_answers_the_same_after_a_round_trip(snapshot: Snapshot, rules: Rules) -> None:
    """Snapshots and decisions survive being stored, with their hashes, and replay to the same answer."""
    decisions = decide(snapshot, rules)
    replayed = decide(Snapshot.from_json(snapshot.to_json()), rules)
    assert replayed == decisions
    for decision in decisions:
        copy = Decision.from_json(decision.to_json())
        assert copy == decision
        assert decision_hash(copy) == decision_hash(decision)


@given(snapshots(most_orders=3), rule_sets())
def test_gives_every_location_a_verdict(snapshot: Snapshot, rules: Rules) -> None:
    """Each location either ships or has one sentence that says why not."""
    for order, decision in zip(snapshot.orders, decide(snapshot, rules), strict=True):
        if any(want.quantity for want in order.wants):
            judged = [*decision.location_ids, *(rejection.location_id for rejection in decision.rejections)]
            assert sorted(judged) == sorted(node.location_id for node in snapshot.nodes)
        for rejection in decision.rejections:
            assert rejection.sentence.endswith(".")
            assert rejection.reason_code != "not_needed" or decision.method in ("greedy", "near_cheapest")


@given(snapshots(most_lines=1), st.sampled_from(["nearest", "most_stock", "priority"]))
def test_means_the_number_of_missing_units_it_names(snapshot: Snapshot, prefer: Preference) -> None:
    """A location that gets the units it is told to lack is never again told that it lacks them."""
    (decision,) = decide(snapshot, Rules(prefer=prefer))
    for lost in decision.rejections:
        if lost.reason_code == "short_stock":
            assert lost.available < lost.needed
            key = (snapshot.orders[0].wants[0].product_id, lost.location_id)
            mended = Snapshot(snapshot.orders, snapshot.nodes, {**snapshot.stock, key: (1, lost.needed)})
            (again,) = decide(mended, Rules(prefer=prefer))
            codes = {rejection.location_id: rejection.reason_code for rejection in again.rejections}
            assert codes.get(lost.location_id) != "short_stock"


@given(snapshots(), rule_sets(priced=False))
def test_a_good_plan_without_proof_fills_as_much(snapshot: Snapshot, rules: Rules) -> None:
    """When the search gives up at once, units stay the same and only parcels or kilometres may suffer."""
    (proven,) = decide(snapshot, rules)
    before = (search.ALWAYS_EXACT, search.WORK_LIMIT)
    search.ALWAYS_EXACT, search.WORK_LIMIT = 0, -1
    try:
        (quick,) = decide(snapshot, rules)
    finally:
        search.ALWAYS_EXACT, search.WORK_LIMIT = before
    if rules.max_parcels is None:
        assert sum(p.quantity for p in quick.portions) == sum(p.quantity for p in proven.portions)
        assert len(quick.location_ids) >= len(proven.location_ids)
    else:
        assert sum(p.quantity for p in quick.portions) <= sum(p.quantity for p in proven.portions)
