"""Whom some work could trade with: orders that lack its pieces, and orders that have the same elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Min, QuerySet, Sum

from fulfillment.models import Allocation, FulfillmentOrder
from fulfillment.services.trading import WAITS
from fulfillment.states import AllocationState
from orders.models import Order, OrderLine
from orders.states import LIVE_ORDERS

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Partner:
    """An order to trade with: what it gets of a SKU, and in one sentence what becomes of both."""

    order: Order
    sku: str
    pieces: int
    sentence: str
    waits_since: datetime | None = None
    promised_for: date | None = None


def partners_of(
    row: FulfillmentOrder, *, orders: "QuerySet[Order]", work: "QuerySet[FulfillmentOrder]"
) -> list[Partner]:
    """Return orders among some that could trade with a row: those that wait, the longest first, then those with other
    ``work`` of the same."""
    rows: Any = row.allocations.filter(state=AllocationState.ALLOCATED, is_assembled=False).order_by(
        "order_line__product"
    )
    sums = rows.values_list("order_line__product", "order_line__sku").annotate(pieces=Sum("quantity"))
    mine = {product: (sku, pieces) for product, sku, pieces in sums}
    others = orders.filter(state__in=LIVE_ORDERS).exclude(pk=row.order_id)
    return [*_waiting(row, mine, others), *_elsewhere(row, mine, work.filter(order__in=others))]


def _waiting(row: FulfillmentOrder, mine: Any, others: "QuerySet[Order]") -> Iterable[Partner]:
    """Yield the orders that lack one of the products."""
    lines = OrderLine.objects.filter(
        product__in=list(mine),
        order__in=others.filter(short_since__isnull=False),
        quantity_open__gt=F("quantity_allocated"),
    )
    for line in lines.select_related("order").order_by("order__short_since", "order_id", "position")[:SHOWN]:
        sku, pieces = mine[line.product_id]
        part = min(pieces, line.quantity_short)
        left = line.quantity_short - part
        whole = f"still lacks {left} × {sku}" if left else f"has all of its {sku}"
        sentence = f"It gets {part} × {sku} and {whole}; order {row.order.number} waits for {part} in its place."
        yield Partner(line.order, sku, part, sentence, line.order.short_since, line.order.deliver_by)


def _elsewhere(row: FulfillmentOrder, mine: Any, work: "QuerySet[FulfillmentOrder]") -> Iterable[Partner]:
    """Yield the orders of which other work has one of the products at another location, where nobody has begun."""
    held: Any = Allocation.objects.filter(
        stock_level__product__in=list(mine),
        state=AllocationState.ALLOCATED,
        is_assembled=False,
        fulfillment_order__in=work.filter(state__in=WAITS).exclude(location=row.location_id).order_by().values("pk"),
    )
    found: Sequence[Any] = (
        held.values("stock_level__product", "fulfillment_order__order", "stock_level__location__code")
        .annotate(pieces=Sum("quantity"), first=Min("pk"))
        .order_by("first")[:SHOWN]
    )
    known = Order.objects.in_bulk([one["fulfillment_order__order"] for one in found])
    for one in found:
        order, place = known[one["fulfillment_order__order"]], one["stock_level__location__code"]
        sku, pieces = mine[one["stock_level__product"]]
        part = min(pieces, one["pieces"])
        sentence = f"It gets {part} × {sku} here; order {row.order.number} gets as many at {place}. Nobody waits."
        yield Partner(order, sku, part, sentence, None, order.deliver_by)
