"""Which orders would have to give way for a promise, the youngest claim first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from fulfillment.models import Allocation
from fulfillment.services.sourcing.outlook import short_lines, with_turns
from fulfillment.states import AllocationState, FulfillmentOrderState
from orders.models import Order

S = FulfillmentOrderState
MOST_CLAIMS = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """Pieces that an order would lose, or wait for longer; ``waits`` when it has none of them yet."""

    order: Order
    pieces: int
    waits: bool


def who_would_slip(*, sku: str, lacking: int, comes: bool, orders: "QuerySet[Order]") -> tuple[list[Slip], int]:
    """Return the orders that would slip so that some lacking pieces can be promised, and the pieces still lacking.

    Orders that wait for what ``comes`` are named first, then those whose pieces nobody picks yet; of each kind the
    last in turn, or the youngest. Only ``orders`` that the asker may see are named; the others keep what they have.
    """
    claims: list[Iterator[Slip]] = [_waiting(sku, orders)] if comes else []
    slips: list[Slip] = []
    for kind in [*claims, _planned(sku, orders)]:
        for claim in kind:
            if lacking <= 0:
                return slips, 0
            slips.append(Slip(claim.order, min(claim.pieces, lacking), claim.waits))
            lacking -= claim.pieces
    return slips, max(0, lacking)


def _waiting(sku: str, orders: "QuerySet[Order]") -> Iterator[Slip]:
    """Yield the orders that wait for the product, those whose turn comes last first."""
    rows = with_turns(short_lines().filter(product__sku=sku, order__in=orders), "order__")
    ordered = rows.select_related("order").order_by("-turn", "-order_id")[:MOST_CLAIMS]
    yield from _by_order((row.order, row.quantity_short) for row in ordered) if ordered else ()


def _planned(sku: str, orders: "QuerySet[Order]") -> Iterator[Slip]:
    """Yield the orders whose pieces of the product lie on the shelf and are not being picked, the youngest first."""
    rows = Allocation.objects.filter(
        stock_level__product__sku=sku,
        state=AllocationState.ALLOCATED,
        fulfillment_order__state__in=[S.PLANNED, S.OPEN],
        fulfillment_order__order__in=orders,
    )
    ordered = rows.select_related("fulfillment_order__order").order_by("-fulfillment_order__order__placed_at", "-pk")
    pairs = ((row.fulfillment_order.order, row.quantity) for row in ordered[:MOST_CLAIMS])
    yield from _by_order(pairs, waits=False)


def _by_order(pairs: Iterable[tuple[Order, int]], *, waits: bool = True) -> Iterator[Slip]:
    """Yield one claim an order, in the order of their first."""
    pieces: dict[int, int] = {}
    known: dict[int, Order] = {}
    for order, quantity in pairs:
        known.setdefault(order.pk, order)
        pieces[order.pk] = pieces.get(order.pk, 0) + quantity
    yield from (Slip(known[pk], quantity, waits) for pk, quantity in pieces.items())
