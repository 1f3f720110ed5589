"""Writing what sourcing decided: promises taken back and made, the stock's counters, the gate, the record."""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from fulfillment.events import OrderAllocated, OrderBackordered
from fulfillment.models import Allocation, AllocationPart, FulfillmentOrder, SourcingDecision
from fulfillment.services.opening import departures, open_now
from fulfillment.services.sourcing import offers
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.services.sourcing.pieces import pieces_by_level
from fulfillment.services.sourcing.verdicts import stop_of, unknown_skus, verdict_of
from fulfillment.services.supplier_requests import end_requests
from fulfillment.sourcing.decision import decision_hash
from inventory.services.allocation import allocate_pieces, free_pieces
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import Fact, publish
from oms.foundation.numbers import random_code
from orders.models import Order
from orders.services.holding import Stop, put_holds
from orders.services.progress import note_allocation
from orders.states import OrderState, PaymentStatus

PROMISED_MONEY = (
    PaymentStatus.NONE,
    PaymentStatus.AUTHORIZED,
    PaymentStatus.PAID,
    PaymentStatus.PARTIALLY_REFUNDED,
    PaymentStatus.REFUNDED,
)


def write(
    outcomes: Sequence[Outcome],
    *,
    taken_back: Collection[int],
    actor: Actor,
    act: str = "fulfillment.source",
) -> list[SourcingDecision]:
    """Write every outcome of a batch; everything it touches is locked by the caller. ``act`` is its name on the
    timeline."""
    short_before = {one.case.order.pk for one in outcomes if one.case.order.short_since is not None}
    end_requests(_changed_work(outcomes), why="The order is sent from elsewhere.", actor=actor)
    ended = _take_back(outcomes, taken_back)
    planned, made = _plan(outcomes, actor)
    places = {node.location_id: node.name for one in outcomes for node in one.snapshot.nodes}
    acts = [Act(name, row, _told(row, places)) for name, row in ended]
    acts += [Act("fulfillment.plan", row, _told(row, places), created=True) for row in made]
    _allocate(outcomes, planned, actor)
    _count_pieces(outcomes, actor)
    decisions = _decisions(outcomes, actor)
    SourcingDecision.objects.bulk_create(decisions)
    acts += [Act(act, one.case.order, note=one.sentence) for one in outcomes]
    facts = _note_shortage(outcomes, actor)
    record_many(actor, acts)
    note_allocation(
        allocated=_line_deltas(outcomes),
        verdicts={one.case.order.pk: verdict_of(one.case, one.snapshot, one.decision) for one in outcomes},
        actor=actor,
    )
    publish(*facts)
    offers.follow(outcomes, short_before=short_before, actor=actor)
    return decisions


def _told(row: FulfillmentOrder, places: Mapping[int, str]) -> str:
    """Return which work it is and where, without asking for its location."""
    return f"{row.number} at {places.get(row.location_id, 'a location that is closed now')}."


def _changed_work(outcomes: Sequence[Outcome]) -> Iterator[FulfillmentOrder]:
    """Yield the work that ends, gives pieces away or gets more: what a supplier was asked of it is true no longer."""
    for one in outcomes:
        freed = {part.fulfillment_order_id for part in one.case.freed}
        joined = one.case.joined.values()
        yield from one.case.replaced
        yield from (row for row in joined if row.pk in freed or row.location_id in one.decision.location_ids)


def _take_back(outcomes: Sequence[Outcome], taken_back: Collection[int]) -> list[tuple[str, FulfillmentOrder]]:
    """Release the replaced promises and end their fulfillment orders; return them with what was done."""
    freed = [one for outcome in outcomes for one in outcome.case.freed]
    for allocation in freed:
        allocation.release()
    save_many(freed, ["state"])
    replaced = [one for outcome in outcomes for one in outcome.case.replaced]
    for one in replaced:
        if one.pk in taken_back:
            one.reject()
        else:
            one.cancel()
    save_many(replaced, ["state"])
    return [("fulfillment.reject" if one.pk in taken_back else "fulfillment.replan", one) for one in replaced]


Planned = dict[tuple[int, int], FulfillmentOrder]


def _plan(outcomes: Sequence[Outcome], actor: Actor) -> tuple[Planned, list[FulfillmentOrder]]:
    """Return the fulfillment order of each (order, location), and those of them that were made for it.

    One of a released order is open at once; one at a location that a person chose is fixed there.
    """
    planned: Planned = {}
    for outcome in outcomes:
        case = outcome.case
        for location_id in outcome.decision.location_ids:
            planned[case.order.pk, location_id] = case.joined.get(location_id) or FulfillmentOrder(
                number=random_code(8, prefix="F"), order=case.order, location_id=location_id, created_at=actor.now
            )
    made = [one for one in planned.values() if one._state.adding]
    joined = [one for one in planned.values() if not one._state.adding]
    chosen = {outcome.case.order.pk for outcome in outcomes if outcome.case.chosen}
    for one in planned.values():
        one.fixed_at = actor.now if one.order_id in chosen else None
    at_work = [one for one in made if one.order.state == OrderState.RELEASED]
    open_now(at_work, departures(at_work, actor.now), actor.now)
    FulfillmentOrder.objects.bulk_create(made)
    save_many(joined, ["fixed_at"])
    return planned, made


def _allocate(outcomes: Sequence[Outcome], planned: dict[tuple[int, int], FulfillmentOrder], actor: Actor) -> None:
    """Write an allocation for every portion, and of kits that are assembled what each of them takes."""
    made = [
        (
            portion,
            Allocation(
                order_line_id=portion.line_id,
                fulfillment_order=planned[outcome.case.order.pk, portion.location_id],
                stock_level_id=portion.stock_level_id,
                quantity=portion.quantity,
                is_assembled=bool(portion.parts),
                expires_at=expiry_of(outcome.case.order, actor.now),
                created_at=actor.now,
            ),
        )
        for outcome in outcomes
        for portion in outcome.decision.portions
    ]
    Allocation.objects.bulk_create([one for _, one in made])
    parts = [
        AllocationPart(allocation=one, stock_level_id=level, per_kit=pieces)
        for portion, one in made
        for _, level, pieces in portion.parts
    ]
    if parts:
        AllocationPart.objects.bulk_create(parts)


def expiry_of(order: Order, now: datetime) -> datetime | None:
    """Return when the pieces of an unpaid order are given back, however often it is sourced; None once it is paid."""
    if order.payment_status in PROMISED_MONEY:
        return None
    wait = timedelta(hours=settings.UNPAID_ALLOCATION_HOURS)
    deadline = order.received_at + wait
    return deadline if deadline > now else now + wait


def _count_pieces(outcomes: Sequence[Outcome], actor: Actor) -> None:
    """Bring the levels' counters to the difference between the promises made and those taken back."""
    pieces: Counter[int] = Counter()
    for outcome in outcomes:
        pieces.subtract(pieces_by_level(outcome.case.freed))
        for portion in outcome.decision.portions:
            for _, level, quantity in portion.takes:
                pieces[level] += quantity
    less = {pk: -delta for pk, delta in pieces.items() if delta < 0}
    more = {pk: delta for pk, delta in pieces.items() if delta > 0}
    if less:
        free_pieces(pieces=less, actor=actor)
    if more:
        allocate_pieces(pieces=more, actor=actor)


def _line_deltas(outcomes: Sequence[Outcome]) -> dict[int, int]:
    """Return how many pieces each line has gained or lost against its counter, which never goes beyond the open ones.

    A line that was reduced a moment ago still has its promises, until matching hears of it.
    """
    promised: Counter[int] = Counter()
    for outcome in outcomes:
        promised.update(outcome.case.kept)
        for portion in outcome.decision.portions:
            promised[portion.line_id] += portion.quantity
    lines = [line for outcome in outcomes for line in outcome.case.lines]
    deltas = {line.pk: min(promised[line.pk], line.quantity_open) - line.quantity_allocated for line in lines}
    return {pk: delta for pk, delta in deltas.items() if delta}


def _decisions(outcomes: Sequence[Outcome], actor: Actor) -> list[SourcingDecision]:
    """Build the record of each decision that had something to decide."""
    return [
        SourcingDecision(
            order=one.case.order,
            decided_at=actor.now,
            trigger=one.trigger,
            rules_version=one.decision.rules_version,
            snapshot=packed(one.snapshot.to_json()),
            outcome=one.decision.to_json(),
            outcome_hash=decision_hash(one.decision),
            sentence=one.sentence[:1000],
            parcels=len(one.decision.location_ids),
            units_short=sum(short.missing for short in one.decision.shortages),
        )
        for one in outcomes
        if one.snapshot.orders[0].wants
    ]


def packed(data: dict[str, Any]) -> bytes:
    """Return plain data as compressed JSON, keys sorted."""
    return zlib.compress(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())


def _note_shortage(outcomes: Sequence[Outcome], actor: Actor) -> list[Fact]:
    """Keep since when each order is short, hold those that are to be held, and return the facts to tell."""
    facts: list[Fact] = []
    stops: list[Stop] = []
    changed: dict[bool, list[Order]] = defaultdict(list)
    for outcome in outcomes:
        order, short = outcome.case.order, bool(outcome.decision.shortages or unknown_skus(outcome.case))
        was_short = order.short_since is not None
        if short and not was_short:
            order.short_since = actor.now
            facts.append(OrderBackordered(at=actor.now, order_id=order.pk))
            stops += stop_of(outcome)
        if not short:
            order.short_since = None
            facts.append(OrderAllocated(at=actor.now, order_id=order.pk))
        if short != was_short:
            changed[short].append(order)
    for orders in changed.values():
        save_many(orders, ["short_since"])
    put_holds(stops, actor)
    return facts
