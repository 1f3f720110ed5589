"""What happened in a period, window by window in its order: movements, pieces given back, decisions, shipments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from fulfillment.models import Allocation, FulfillmentOrder, SourcingDecision
from fulfillment.states import OPEN_ALLOCATIONS, AllocationState
from inventory.models import StockLevel, StockMovement
from inventory.models.stock import MovementReason
from oms.foundation.models import AuditLine
from orders.models import OrderLine

TICK = timedelta(microseconds=1)
BY_DECISION = ("fulfillment.replan", "fulfillment.reject")
"""How the history calls work that a decision took back."""
ENDED = (AllocationState.RELEASED, AllocationState.SHORT)


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, up to another one and without it."""

    begins: datetime
    ends: datetime

    @property
    def decisions(self) -> "QuerySet[SourcingDecision]":
        """Return the decisions of the period in their order."""
        rows = SourcingDecision.objects.filter(decided_at__gte=self.begins, decided_at__lt=self.ends)
        return rows.order_by("decided_at", "pk")

    @property
    def products(self) -> "QuerySet[Any]":
        """Return the ids of the products that its orders want."""
        lines = OrderLine.objects.filter(order__in=self.decisions.order_by().values("order")).exclude(product=None)
        return lines.values("product")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``what`` is a movement, pieces given back, decisions made together, or a shipment."""

    at: datetime
    rank: int
    what: str
    values: Any


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a period: its events in order, the last decision it holds, and the moment up to which it goes."""

    events: Sequence[Event]
    last: int
    until: datetime
    is_last: bool


def shelf_at(period: Period) -> Iterator[tuple[int, int, int]]:
    """Yield (product, location, pieces on hand less safety stock) as the ledger had it when the period began."""
    since = Sum("movements__quantity", filter=Q(movements__at__gte=period.begins))
    rows = StockLevel.objects.filter(product__in=period.products).annotate(moved=Coalesce(since, 0)).order_by("pk")
    values = rows.values_list("product_id", "location_id", "on_hand", "safety_stock", "moved")
    for product, location, on_hand, safety, moved in values.iterator():
        yield product, location, on_hand - moved - safety


def moved_in(period: Period) -> Iterator[tuple[int, int, int]]:
    """Yield (product, location, pieces) that came or went in the period without an order, sums by level."""
    moves = StockMovement.objects.filter(at__gte=period.begins, at__lt=period.ends)
    rows = moves.filter(stock_level__product__in=period.products).exclude(reason=MovementReason.SHIPMENT)
    sums = rows.order_by().values_list("stock_level__product_id", "stock_level__location_id")
    yield from sums.annotate(units=Sum("quantity")).iterator()


def holds_at(period: Period) -> Iterator[tuple[int, int, int, int, int, datetime]]:
    """Yield (order, line, product, location, pieces, planned at) of what was promised when the period began."""
    open_then = Q(state__in=OPEN_ALLOCATIONS) | Q(updated_at__gte=period.begins)
    rows = Allocation.objects.filter(
        open_then,
        fulfillment_order__created_at__lt=period.begins,
        stock_level__product__in=period.products,
        is_assembled=False,
    )
    yield from (
        rows.order_by("pk")
        .values_list(
            "fulfillment_order__order_id",
            "order_line_id",
            "stock_level__product_id",
            "stock_level__location_id",
            "quantity",
            "fulfillment_order__created_at",
        )
        .iterator()
    )


def window_after(period: Period, *, after: datetime | None, last: int, size: int) -> Window:
    """Return the next stretch of so many decisions, and all that were made at the moment of the last of them."""
    rows = period.decisions
    if after is not None:
        rows = rows.filter(Q(decided_at__gt=after) | Q(decided_at=after, pk__gt=last))
    found = list(rows[:size])
    is_last = len(found) < size
    if found and not is_last:
        edge = found[-1]
        found += list(rows.filter(decided_at=edge.decided_at, pk__gt=edge.pk))
    start = period.begins - TICK if after is None else after
    until = period.ends - TICK if is_last else found[-1].decided_at
    between = {"gt": start, "lte": until}
    events = [*_moves(between), *_given_back(between), *_batches(found), *_shipments(between)]
    events.sort(key=lambda one: (one.at, one.rank))
    return Window(events, found[-1].pk if found else last, until, is_last)


def _within(field: str, between: dict[str, datetime]) -> Q:
    """Return the condition that a moment lies in a window."""
    return Q(**{f"{field}__{end}": moment for end, moment in between.items()})


def _moves(between: dict[str, datetime]) -> Iterator[Event]:
    """Yield the movements that no order made: (product, location, pieces)."""
    rows = StockMovement.objects.filter(_within("at", between)).exclude(reason=MovementReason.SHIPMENT).order_by("pk")
    values = rows.values_list("at", "stock_level__product_id", "stock_level__location_id", "quantity")
    for at, *moved in values:
        yield Event(at, 0, "moved", tuple(moved))


def _given_back(between: dict[str, datetime]) -> Iterator[Event]:
    """Yield the pieces given back or not found: (order, line, product, location, pieces, still wanted).

    What a decision took back itself, a person's too, is left out: it is decided anew there. So are
    assembled kits, which no course follows.
    """
    ended = Allocation.objects.filter(_within("updated_at", between), state__in=ENDED, moved_to=None)
    rows = ended.filter(is_assembled=False).order_by("pk")
    found = list(
        rows.annotate(
            order=F("fulfillment_order__order_id"),
            product=F("stock_level__product_id"),
            place=F("stock_level__location_id"),
        ).values_list(
            "updated_at", "fulfillment_order_id", "order", "order_line_id", "product", "place", "quantity", "state"
        )
    )
    replaced = _replaced({work for _, work, *_ in found})
    for at, work, order, line, product, place, quantity, state in found:
        missed = state == AllocationState.SHORT
        if missed or work not in replaced:
            yield Event(at, 1, "gave_back", (order, line, product, place, quantity, missed))


def _replaced(work: set[int]) -> set[int]:
    """Return the fulfillment orders among some that a decision took back, as their history tells."""
    lines = AuditLine.objects.filter(
        entity="fulfillment.fulfillmentorder", entity_id__in=sorted(work), act__in=BY_DECISION
    )
    return set(lines.values_list("entity_id", flat=True))


def _batches(found: Sequence[SourcingDecision]) -> Iterator[Event]:
    """Yield decisions in groups of those that were made together; an order is in a group once."""
    for (at, _), rows in groupby(found, key=lambda row: (row.decided_at, row.trigger)):
        batch: list[SourcingDecision] = []
        for row in rows:
            if any(row.order_id == one.order_id for one in batch[-1:]):
                yield Event(at, 2, "decided", batch)
                batch = []
            batch.append(row)
        yield Event(at, 2, "decided", batch)


def _shipments(between: dict[str, datetime]) -> Iterator[Event]:
    """Yield the work that left: (order, location)."""
    rows = FulfillmentOrder.objects.filter(_within("fulfilled_at", between)).order_by("pk")
    for at, order, place in rows.values_list("fulfilled_at", "order_id", "location_id"):
        if at is not None:
            yield Event(at, 3, "shipped", (order, place))
