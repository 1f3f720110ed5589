"""Writing what a person decided about orders: checked, recorded and promised like any decision of sourcing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fulfillment.models import SourcingDecision
from fulfillment.services.sourcing.bars import Bar, Sight, refuse_barred
from fulfillment.services.sourcing.cases import Case, products_of
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.services.sourcing.pieces import pieces_by_level
from fulfillment.services.sourcing.promise import write
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.run import coming_for, outlook_of, prices_of
from fulfillment.services.sourcing.supply import lock_supply
from fulfillment.sourcing.choice import Choice
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Rules, Snapshot, Want
from inventory.models import Location
from oms.foundation.actor import Actor


def decide_chosen(
    cases: Sequence[Case], *, trigger: str, act: str, insist: bool = False, actor: Actor
) -> list[SourcingDecision]:
    """Check what a person chose for locked cases, and write it; together it changes no more than it says.

    :raises Refused: when a location cannot take what it is to give, or when a person has to insist and does not.
    """
    products = products_of(cases)
    freed = pieces_by_level(one for case in cases for one in case.freed)
    replaced = [row.pk for case in cases for row in case.replaced]
    orders = [case.order for case in cases]
    supply = lock_supply(products, orders=orders, freed=freed, replaced=replaced, now=actor.now)
    rules = active_rules()
    if rules.young_stock_fee:
        supply.look_at_ages(products, actor.now)
    card, fees = prices_of(cases, products, rules, actor)
    outlook = outlook_of(cases, actor.now)
    outcomes, bars = [], []
    for case in cases:
        coming = coming_for(case, outlook, actor.now)
        snapshot = supply.snapshot(case.snapshot(products, card, fees, coming))
        bars += _bars(case, snapshot, rules)
        (decision,) = decide(snapshot, rules)
        supply.take(case.order.pk, decision.portions)
        outcomes.append(Outcome(case, snapshot, decision, trigger))
    refuse_barred(bars, insist=insist)
    return write(outcomes, taken_back=(), actor=actor, act=act)


def _bars(case: Case, snapshot: Snapshot, rules: Rules) -> list[Bar]:
    """Return what keeps a choice from being done."""
    (order,) = snapshot.orders
    if order.chosen is None:
        return []
    nodes = {node.location_id: node for node in snapshot.nodes}
    sight, bars = Sight(order, snapshot.stock, rules, case.joined), []
    for location_id, wants in _asked(order.chosen, order.wants).items():
        node = nodes.get(location_id)
        bars += [_closed(location_id)] if node is None else sight.bars(node, wants)
    return bars


def _asked(chosen: Choice, wants: Sequence[Want]) -> Mapping[int, list[Want]]:
    """Return what is to go to each location."""
    lines = {want.line_id: want for want in wants}
    found: dict[int, list[Want]] = {}
    for line_id, location_id, units in chosen.gives:
        found.setdefault(location_id, []).append(replace(lines[line_id], quantity=units))
    return found


def _closed(location_id: int) -> Bar:
    """Say that a location ships nothing now."""
    name = Location.objects.values_list("name", flat=True).get(pk=location_id)
    return Bar("location_closed", f"{name} ships nothing now: it is switched off.")
