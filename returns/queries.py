"""Reading the way back: what may still be sent back, and what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, Prefetch, Q, QuerySet, Sum

from orders.models import OrderLine
from returns.models import Return, ReturnLine
from returns.states import OPEN_RETURNS, Acceptance, ReturnState


def announced(order_ids: Iterable[int]) -> dict[int, int]:
    """Return the pieces that open returns still expect, by order line."""
    rows = (
        ReturnLine.objects.filter(return_order__order__in=list(order_ids), return_order__state__in=OPEN_RETURNS)
        .values("order_line")
        .annotate(pieces=Sum(F("quantity") - F("quantity_received")))
    )
    return {row["order_line"]: row["pieces"] for row in rows}


def returnable(order_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return by order and line how many pieces may still be announced: shipped − returned − announced."""
    waiting = announced(order_ids)
    lines = OrderLine.objects.filter(order__in=list(order_ids), quantity_shipped__gt=F("quantity_returned"))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, order_id, free in lines.order_by("order_id", "position").values_list(
        "pk", "order_id", F("quantity_shipped") - F("quantity_returned")
    ):
        left = free - waiting.get(pk, 0)
        if left > 0:
            found[order_id][pk] = left
    return found


def refunded_pieces(order_id: int) -> dict[int, int]:
    """Return the pieces already refunded through completed returns, by order line."""
    rows = (
        ReturnLine.objects.filter(
            return_order__order=order_id, return_order__state=ReturnState.COMPLETED, acceptance=Acceptance.ACCEPTED
        )
        .values("order_line")
        .annotate(pieces=Sum("quantity_received"))
    )
    return {row["order_line"]: row["pieces"] for row in rows}


TO_INSPECT = Q(state=ReturnState.RECEIVED)


def to_inspect() -> "QuerySet[Return]":
    """Return the returns whose pieces wait for inspection, longest waiting first."""
    return Return.objects.filter(TO_INSPECT).order_by("received_at", "id")


def lines_with_goods() -> "Prefetch[str]":
    """Return the lines of returns with those of their orders, to be fetched with the returns.

    Joined, because Django asks SQLite for the targets of a foreign key with an OR for each, and it takes a thousand.
    """
    lines = ReturnLine.objects.select_related("order_line").prefetch_related("lots").order_by("pk")
    return Prefetch("lines", lines)
