"""Deciding again before release: what is planned moves when that saves more than the rules ask for."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from fulfillment.cutoff import day_start
from fulfillment.events import SavingPossible
from fulfillment.models import FulfillmentOrder, SourcingDecision
from fulfillment.services.sourcing.cases import Case, gather, products_of
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.services.sourcing.promise import write
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.run import Trigger, prices_of
from fulfillment.services.sourcing.supply import Supply, lock_supply
from fulfillment.sourcing.decision import Portion
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.moving import better
from fulfillment.sourcing.snapshot import Rules
from fulfillment.states import FulfillmentOrderState
from oms.foundation.actor import Actor
from oms.foundation.facts import publish
from oms.foundation.rounds import come_to, note_come_to
from orders.states import OrderState

MOST_MOVES = 3
"""So often an order moves by itself, so that it does not go to and fro."""
BATCH, AT_ONCE = 50, 500
SWEEP = "decide_again_before_release"
"""The job of the clock that decides again."""


def moves(rules: Rules) -> bool:
    """Say whether rules move what is planned at all."""
    return rules.prefer == "cheapest" and rules.move_saving > 0


def tell_of_savings(*, product_ids: Collection[int], actor: Actor) -> None:
    """Let the orders that hold pieces of some products be decided again, where the rules in force move anything."""
    if product_ids and moves(active_rules()):
        publish(SavingPossible(at=actor.now, product_ids=sorted(product_ids)))


def redecide_for(*, product_ids: Collection[int], actor: Actor) -> int:
    """Decide the oldest waiting orders again that hold pieces of some products; return how many have moved."""
    lines = _planned().filter(allocations__order_line__product__in=sorted(product_ids))
    return redecide(order_ids=_some(lines, BATCH), actor=actor)


def sweep_savings(*, actor: Actor) -> int:
    """Decide waiting orders again, batch by batch, from where the last run ended; return how many have moved.

    After the last order it begins with the first again, so that it gets round to every one. A batch that fails is not
    tried again before the next round.
    """
    if not moves(active_rules()):
        return 0
    last = come_to(SWEEP)
    ids = _some(_planned().filter(order__gt=last), AT_ONCE)
    ids += _some(_planned().filter(order__lte=last), AT_ONCE - len(ids))
    moved = 0
    for at in range(0, len(ids), BATCH):
        batch = ids[at : at + BATCH]
        note_come_to(SWEEP, batch[-1], now=actor.now)
        moved += redecide(order_ids=batch, actor=actor)
    return moved


def _some(work: Any, most: int) -> list[int]:
    """Return the orders of planned work with the lowest ids."""
    return list(work.order_by("order_id").values_list("order_id", flat=True).distinct()[:most])


def _planned() -> Any:
    """Return the planned work of orders that are placed, not released, and lack nothing."""
    return FulfillmentOrder.objects.filter(
        state=FulfillmentOrderState.PLANNED, order__state=OrderState.PLACED, order__short_since=None
    )


@transaction.atomic
def redecide(*, order_ids: Sequence[int], actor: Actor) -> int:
    """Decide placed orders again as if their own pieces were free, and move those that save enough; return how many.

    In a fixed number of statements. What is released, on hold, picked, placed by a person, or has moved often enough
    stays; so does an order of which another decision would leave a piece unfilled.
    """
    rules = active_rules()
    if not moves(rules) or not order_ids:
        return 0
    cases = _movable(gather(order_ids, taken_back=(), forgiving=False))
    if not cases:
        return 0
    products = products_of(cases)
    supply = lock_supply(products, orders=(), freed={}, replaced=(), now=actor.now)
    if rules.young_stock_fee:
        supply.look_at_ages(products, actor.now)
    card, fees = prices_of(cases, products, rules, actor)
    before = _records(cases)
    outcomes = []
    for case in cases:
        present = _present(case, supply)
        if present is None:
            continue
        free = replace(supply, levels=dict(supply.levels), carts=Counter(supply.carts))
        free.give_back(present, _todays(case, actor))
        seen = free.snapshot(case.snapshot(products, card, fees))
        (decision,) = decide(seen, rules)
        move = better(seen, rules, present, decision, before.get(case.order.pk, {}))
        if move is not None:
            supply = free
            supply.take(case.order.pk, decision.portions)
            outcomes.append(Outcome(case, seen, decision, Trigger.SAVING, told=move.sentence))
    if outcomes:
        write(outcomes, taken_back=(), actor=actor)
    return len(outcomes)


def _movable(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of placed orders that lack nothing, were not placed by a person and have not moved too often."""
    placed = [
        case for case in cases if case.order.state == OrderState.PLACED and not case.order.short_since and case.freed
    ]
    decisions = SourcingDecision.objects.filter(order__in=[case.order.pk for case in placed])
    moved = decisions.filter(trigger=Trigger.SAVING).order_by().values_list("order_id").annotate(times=Count("pk"))
    often = {pk for pk, times in moved if times >= MOST_MOVES}
    return [case for case in placed if case.order.pk not in often]


def _records(cases: Sequence[Case]) -> dict[int, Mapping[str, Any]]:
    """Return the newest outcome on record of each order."""
    rows = SourcingDecision.objects.filter(order__in=[case.order.pk for case in cases])
    last = rows.order_by().values("order_id").annotate(last=Max("pk")).values("last")
    return dict(SourcingDecision.objects.filter(pk__in=last).values_list("order_id", "outcome"))


def _present(case: Case, supply: Supply) -> list[Portion] | None:
    """Return what is promised to a case now; None when that is not all it wants, or lies at a closed location."""
    places = {level: place for place, (level, _) in supply.levels.items()}
    able = {node.location_id for node in supply.nodes}
    found = []
    for one in case.freed:
        product, location = places.get(one.stock_level_id, (0, 0))
        if location not in able:
            return None
        parts = one.parts.all() if one.is_assembled else ()
        made_of = tuple((places[part.stock_level_id][0], part.stock_level_id, part.per_kit) for part in parts)
        found.append(Portion(one.order_line_id, product, location, one.stock_level_id, one.quantity, made_of))
    pieces: Counter[int] = Counter()
    for portion in found:
        pieces[portion.line_id] += portion.quantity
    return found if dict(pieces) == case.wanted else None


def _todays(case: Case, actor: Actor) -> set[int]:
    """Return the locations whose parcels of today count what is taken back."""
    return {one.location_id for one in case.replaced if one.created_at >= day_start(actor.now, one.location.zone)}
