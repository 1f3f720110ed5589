"""The conservation of pieces: every one that came is promised to one order or free, every one wanted has one fate."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from fulfillment.models import Allocation
from fulfillment.services.hot_sku.crowd import brings, wants
from fulfillment.states import OPEN_ALLOCATIONS
from inventory.models import StockLevel, StockMovement
from inventory.models.stock import MovementReason
from orders.models import Order, OrderLine
from orders.states import LIVE_ORDERS, OrderState


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of the proof: what must be equal, in pieces or orders, and a sentence with the figures."""

    name: str
    left: int
    right: int
    told: str

    @property
    def holds(self) -> bool:
        """Return whether both sides are equal."""
        return self.left == self.right


def equations(*, orders: int, seed: int) -> list[Equation]:
    """Return every line of the proof for a shop to which so many orders were sent and from which nothing was shipped.

    What was sent is told again from the seed; what became of it is read from three places that are written apart:
    the shelves, the promises and the lines of the orders.
    """
    levels = StockLevel.objects.aggregate(there=Sum("on_hand"), promised=Sum("allocated"))
    there, promised = levels["there"] or 0, levels["promised"] or 0
    moved, received = _moved(Q()), _moved(Q(reason=MovementReason.RECEIPT))
    sent = sum(brings(number, seed) for number in range(orders))
    held = _sum(Allocation.objects.filter(state__in=OPEN_ALLOCATIONS), "quantity")
    living, cancelled = (
        Q(order__state__in=LIVE_ORDERS),
        Q(order__state=OrderState.CANCELLED),
    )
    counted = _sum(OrderLine.objects.all(), "quantity_allocated")
    waiting = _sum(OrderLine.objects.filter(living), "quantity_open") - counted
    given_up = _sum(OrderLine.objects.filter(cancelled), "quantity")
    wanted = sum(wants(number, seed) for number in range(orders))
    over = StockLevel.objects.filter(allocated__gt=F("on_hand")).count()
    stored = Order.objects.aggregate(rows=Count("pk"), numbers=Count("external_id", distinct=True))
    idle = max(0, min(waiting, there - promised))
    return [
        Equation("no shelf promises more than lies on it", over, 0, f"{over} do"),
        Equation("pieces on hand", moved, there, f"{moved:,} came and went, {there:,} lie there"),
        Equation("pieces received", sent, received, f"{sent:,} sent, {received:,} received"),
        Equation("promises", promised, held, f"{promised:,} on the shelves, {held:,} to orders"),
        Equation("promises on the orders' lines", held, counted, f"{held:,} made, {counted:,} counted"),
        Equation(
            "pieces wanted",
            wanted,
            held + waiting + given_up,
            f"{wanted:,} wanted, {held:,} promised + {waiting:,} waited for + {given_up:,} cancelled",
        ),
        Equation("no piece is free that somebody waits for", idle, 0, f"{idle:,} are"),
        Equation("orders", orders, stored["rows"], f"{orders:,} sent, {stored['rows']:,} stored"),
        Equation("each order once", stored["rows"], stored["numbers"], f"{stored['numbers']:,} numbers"),
    ]


def _moved(reason: Q) -> int:
    """Return the pieces of all movements for a reason."""
    return _sum(StockMovement.objects.filter(reason), "quantity")


def _sum(rows: "QuerySet[Any]", field: str) -> int:
    """Return the sum of a column."""
    return int(rows.aggregate(total=Sum(field))["total"] or 0)
