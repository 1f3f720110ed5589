"""Taking promised pieces back: from orders that are cancelled, unpaid or reduced, and from cancelled work."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from fulfillment.locks import lock_live_of, lock_orders, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.sourcing.pieces import pieces_by_level
from fulfillment.services.sourcing.verdicts import STOCK, expired
from fulfillment.services.supplier_requests import end_requests
from fulfillment.services.tracing import forget
from fulfillment.states import OPEN_ALLOCATIONS, AllocationState, FulfillmentOrderState
from inventory.services.allocation import free_pieces
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from orders.models import Gate, Order, OrderLine
from orders.screening.verdict import Verdict
from orders.services.progress import note_allocation
from orders.states import GateState, OrderState

S = FulfillmentOrderState


def withdraw(
    rows: Sequence[FulfillmentOrder], *, act: str, verdicts: Mapping[int, Verdict], note: str = "", actor: Actor
) -> None:
    """Cancel locked fulfillment orders and free their pieces: allocations, line counters, gate, then stock."""
    allocations = open_allocations_of([row.pk for row in rows])
    end_allocations(allocations)
    end_requests(rows, why=note or "It is not needed any more.", actor=actor)
    for row in rows:
        row.cancel()
    save_many(rows, ["state"])
    record_many(actor, [Act(act, row, note=f"{row.told} {note}".strip()) for row in rows])
    give_back(allocations, verdicts=verdicts, actor=actor)


def end_allocations(allocations: Sequence[Allocation]) -> None:
    """Release locked allocations; counters are the caller's business. What was picked of them lies free."""
    picked = [one.pk for one in allocations if one.state == AllocationState.PICKED]
    if picked:
        forget(picked)
    for allocation in allocations:
        allocation.release()
    save_many(allocations, ["state"])


def give_back(allocations: Iterable[Allocation], *, verdicts: Mapping[int, Verdict], actor: Actor) -> None:
    """Bring line counters and stock levels to what ended allocations leave, and tell that pieces are free."""
    allocations = list(allocations)
    pieces = pieces_by_level(allocations)
    note_allocation(allocated=line_deltas({one.order_line_id for one in allocations}), verdicts=verdicts, actor=actor)
    if pieces:
        free_pieces(pieces=pieces, actor=actor)


def line_deltas(line_ids: Iterable[int]) -> dict[int, int]:
    """Return how far the allocated counter of each line is from its open allocations, at most its open pieces."""
    ids = sorted(set(line_ids))
    promised: Counter[int] = Counter()
    live = Allocation.objects.filter(order_line__in=ids, state__in=OPEN_ALLOCATIONS)
    for line_id, quantity in live.values_list("order_line_id", "quantity"):
        promised[line_id] += quantity
    counters = OrderLine.objects.filter(pk__in=ids).values_list("pk", "quantity_open", "quantity_allocated")
    deltas = {pk: min(promised[pk], left) - counted for pk, left, counted in counters}
    return {pk: delta for pk, delta in deltas.items() if delta}


@transaction.atomic
def expire_unpaid(*, actor: Actor, limit: int = 100) -> int:
    """Give back the planned pieces of orders that were not paid in time; return how many orders there were.

    Under the orders' lock it looks again: money may have arrived, or the pieces may have been promised anew.
    """
    orders = lock_orders(_orders_due(actor.now)[:limit])
    still = set(_orders_due(actor.now, among=[order.pk for order in orders]))
    unpaid = [order for order in orders if order.pk in still]
    if unpaid:
        _expire(unpaid, actor)
    return len(unpaid)


def _orders_due(now: datetime, among: Sequence[int] | None = None) -> list[int]:
    """Return the ids of placed orders, or of those ``among`` them, whose planned pieces were not paid in time."""
    due = Allocation.objects.filter(
        state=AllocationState.ALLOCATED,
        expires_at__lte=now,
        fulfillment_order__state=S.PLANNED,
        fulfillment_order__order__state=OrderState.PLACED,
    ).exclude(fulfillment_order__order__in=_paid_enough())
    if among is not None:
        due = due.filter(fulfillment_order__order__in=list(among))
    return sorted(set(due.order_by("pk").values_list("fulfillment_order__order_id", flat=True)[:1000]))


def _paid_enough() -> "QuerySet[Order]":
    """Return the orders whose payment gate lets them pass."""
    passed = Gate.objects.filter(name="payment", state__in=[GateState.OPEN, GateState.WAIVED])
    return Order.objects.filter(pk__in=passed.values("order"))


def _expire(orders: Sequence[Order], actor: Actor) -> None:
    """Free everything planned for locked unpaid orders, and stop them from waiting for stock."""
    for order in orders:
        order.short_since = None
    save_many(orders, ["short_since"])
    rows = lock_live_of([order.pk for order in orders], [S.PLANNED])
    verdict = expired(settings.UNPAID_ALLOCATION_HOURS)
    verdicts = {order.pk: verdict for order in orders}
    withdraw(rows, act="fulfillment.expire", verdicts=verdicts, note=verdict.reason, actor=actor)


def unpaid_again(order_ids: Iterable[int]) -> list[int]:
    """Return those of the orders whose pieces were given back because they were not paid."""
    gates = Gate.objects.filter(order__in=list(order_ids), name=STOCK, code="allocation_expired")
    return list(gates.order_by("order_id").values_list("order_id", flat=True))
