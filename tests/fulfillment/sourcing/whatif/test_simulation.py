"""A what-if follows two courses of one past: as it was, and as other rules would have had it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot
from fulfillment.sourcing.whatif.keeping import from_json, to_json
from fulfillment.sourcing.whatif.report import report_of
from fulfillment.sourcing.whatif.simulation import Recorded, WhatIf
from tests.fulfillment.sourcing.world import LEEDS, LONDON, node, order, rule_sets, snapshots, want

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)
USUAL, DEEPEST = Rules(), Rules(version=2, prefer="most_stock")
LON, MAN = node(1, "London", LONDON), node(2, "Manchester", LEEDS)


class Past:
    """A small shop whose orders are decided one after the other, and told to a what-if as they are."""

    def __init__(self, rules: Rules, stock: dict[tuple[int, int], int], nodes: tuple[Node, ...] = (LON, MAN)) -> None:
        self.stock, self.nodes, self.now = dict(stock), nodes, T0
        self.whatif = WhatIf(lambda version: rules, {}, shelf=dict(stock))

    def decide(self, wanted: OrderSnapshot, *, quiet: bool = False, nodes: tuple[Node, ...] = ()) -> Recorded:
        """Decide an order by the usual rules and take its stock."""
        self.now += timedelta(minutes=1)
        free = {place: (0, units) for place, units in self.stock.items()}
        snapshot = Snapshot((wanted,), nodes or self.nodes, free)
        (decision,) = decide(snapshot, USUAL)
        for one in decision.portions:
            self.stock[one.product_id, one.location_id] -= one.quantity
        recorded = Recorded(wanted.order_id, self.now, snapshot, decision, quiet)
        self.whatif.decided([recorded])
        return recorded

    def over(self) -> tuple[dict, list]:
        """Return the report and the orders that end otherwise."""
        self.whatif.finish()
        return report_of(self.whatif, {1: "LON", 2: "MAN"}), self.whatif.changes


def test_under_the_same_rules_everything_ends_as_it_did() -> None:
    past = Past(USUAL, {(7, 1): 3, (7, 2): 9})
    for number in range(4):
        past.decide(order(want(number, 7, 3), order_id=number))
    report, changes = past.over()
    assert changes == []
    assert report["before"] == report["after"]
    assert (report["before"]["orders"], report["before"]["parcels"]) == (4, 4)
    assert report["stock"] == {"levels_seen": 8, "levels_rebuilt": 8}
    assert report["sentences"] == ["Nothing would have been different in sum."]


def test_other_rules_take_other_stock_and_later_orders_feel_it() -> None:
    past = Past(DEEPEST, {(7, 1): 3, (7, 2): 9})
    past.decide(order(want(1, 7, 3), order_id=1))
    past.decide(order(want(2, 7, 3), order_id=2))
    report, changes = past.over()
    assert [(one.order_id, one.before.km, one.after.km) for one in changes] == [(1, 12, 261)]
    assert changes[0].before.sentence == "London ships all 3 units from 12 km away."
    assert changes[0].after.sentence == "Manchester ships all 3 units from 261 km away."
    assert (report["before"]["km"], report["after"]["km"]) == (273, 522)
    assert report["sentences"] == ["249 kilometres more (+91.2 %)."]


def test_what_one_course_took_the_other_still_has() -> None:
    past = Past(DEEPEST, {(7, 1): 3, (7, 2): 3, (8, 2): 1})
    past.decide(order(want(1, 7, 3), want(2, 8, 1), order_id=1))
    past.decide(order(want(3, 7, 3), order_id=2))
    report, changes = past.over()
    assert changes == []
    assert report["before"]["units_short"] == 0


def test_an_order_that_waits_in_the_other_course_alone_is_served_when_stock_comes_in() -> None:
    whole = Rules(version=3, allow_partial=False)
    past = Past(whole, {(7, 1): 2})
    past.decide(order(want(1, 7, 3), order_id=1))
    past.whatif.moved(7, 1, 1, past.now)
    past.stock[7, 1] += 1
    past.decide(order(want(1, 7, 1), order_id=1), quiet=True)
    report, changes = past.over()
    assert (report["before"]["units_short"], report["after"]["units_short"]) == (0, 0)
    assert changes == []


def test_pieces_lost_in_the_meantime_are_lost_in_both() -> None:
    past = Past(USUAL, {(7, 1): 3})
    past.whatif.moved(7, 1, -2, past.now)
    past.stock[7, 1] -= 2
    past.decide(order(want(1, 7, 3), order_id=1))
    report, _ = past.over()
    assert (report["before"]["units_short"], report["after"]["units_short"]) == (2, 2)
    assert report["stock"]["levels_rebuilt"] == 1


def test_a_cancelled_order_frees_what_it_holds_in_each_course() -> None:
    past = Past(DEEPEST, {(7, 1): 3, (7, 2): 4})
    past.decide(order(want(1, 7, 3), order_id=1))
    past.whatif.gave_back(1, 1, 7, 1, 3, past.now, keeps_wish=False)
    assert (past.whatif.real.taken[7, 1], past.whatif.other.taken[7, 2]) == (0, 0)
    past.stock[7, 1] = 3
    past.decide(order(want(2, 7, 4), order_id=2))
    _, changes = past.over()
    assert changes == []


def test_an_order_decided_again_gives_back_first() -> None:
    past = Past(USUAL, {(7, 1): 3, (7, 2): 3})
    past.decide(order(want(1, 7, 3), order_id=1))
    past.stock[7, 1] += 3
    past.decide(order(want(1, 7, 3), order_id=1, without=(1,)))
    report, changes = past.over()
    assert changes == []
    assert (report["before"]["orders"], report["before"]["parcels"]) == (1, 1)
    assert [(row["location"], row["before"]) for row in report["capacity"]] == [("MAN", 1)]
    assert past.whatif.real.taken == {(7, 1): 0, (7, 2): 3}


def test_capacity_counts_the_parcels_of_each_course() -> None:
    one_a_day = replace(LON, capacity_left=1, daily_capacity=1)
    past = Past(DEEPEST, {(7, 1): 3, (7, 2): 4}, nodes=(one_a_day, MAN))
    past.decide(order(want(1, 7, 1), order_id=1))
    full = replace(one_a_day, capacity_left=0)
    past.decide(order(want(2, 7, 4), order_id=2), nodes=(full, MAN))
    report, changes = past.over()
    assert [one.order_id for one in changes] == [1, 2]
    assert changes[1].after.sentence.startswith("London (3 units) and Manchester (1 unit) ship together")
    assert report["capacity"][0]["limit"] == 1
    assert report["capacity"][0]["after"] == 1


def test_an_order_that_has_left_is_counted_and_let_go_of() -> None:
    past = Past(DEEPEST, {(7, 1): 3, (7, 2): 9})
    past.decide(order(want(1, 7, 3), order_id=1))
    past.whatif.shipped(1, 1)
    assert past.whatif.need == {}
    assert past.whatif.real.held == past.whatif.other.held == {}
    assert [one.order_id for one in past.whatif.changes] == [1]
    assert past.whatif.figures[0].orders == 1


@given(snapshots(most_orders=4), rule_sets())
def test_the_same_rules_always_give_the_same_past(snapshot: Snapshot, rules: Rules) -> None:
    """Whatever is decided one after the other, deciding it again on rebuilt stock changes no order."""
    shelf = {place: units for place, (_, units) in snapshot.stock.items()}
    whatif = WhatIf(lambda version: rules, {}, shelf=dict(shelf))
    left = {node.location_id: node.capacity_left for node in snapshot.nodes}
    for number, wanted in enumerate(snapshot.orders):
        nodes = tuple(replace(node, capacity_left=left[node.location_id]) for node in snapshot.nodes)
        seen = Snapshot((wanted,), nodes, {place: (0, max(0, units)) for place, units in shelf.items()})
        (decision,) = decide(seen, rules)
        for portion in decision.portions:
            shelf[portion.product_id, portion.location_id] -= portion.quantity
        for place in decision.location_ids:
            if left[place] is not None:
                left[place] -= 1
        whatif.decided([Recorded(wanted.order_id, T0 + timedelta(minutes=number), seen, decision)])
        whatif = from_json(json.loads(json.dumps(to_json(whatif))), rules=lambda version: rules, zones={})
    whatif.finish()
    assert whatif.changes == []
    assert whatif.figures[0] == whatif.figures[1]


@given(snapshots(most_orders=4), rule_sets())
def test_the_other_course_never_takes_more_than_there_is(snapshot: Snapshot, rules: Rules) -> None:
    """Whatever the rules, each place gives at most what lay there."""
    shelf = {place: max(0, units) for place, (_, units) in snapshot.stock.items()}
    free = dict(shelf)
    whatif = WhatIf(lambda version: rules, {}, shelf=dict(shelf))
    for number, wanted in enumerate(snapshot.orders):
        seen = Snapshot((wanted,), snapshot.nodes, {place: (0, units) for place, units in free.items()})
        (decision,) = decide(seen, USUAL)
        for portion in decision.portions:
            free[portion.product_id, portion.location_id] -= portion.quantity
        whatif.decided([Recorded(wanted.order_id, T0 + timedelta(minutes=number), seen, decision)])
    assert all(units <= shelf[place] for place, units in whatif.other.taken.items())
    held = dict.fromkeys(shelf, 0)
    for order_id, lines in whatif.other.held.items():
        for line, places in lines.items():
            for place, units in places.items():
                held[whatif.need[order_id][line][0], place] += units
    assert held == {place: whatif.other.taken.get(place, 0) for place in shelf}
