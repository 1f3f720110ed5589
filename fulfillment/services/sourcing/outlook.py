"""What is on its way, who waits for it in turn, and when each of them can expect it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from fulfillment.sourcing.turns import Claim, Turn, days_of, left_for
from inventory.models import IncomingStock
from orders.models import OrderLine
from orders.states import LIVE_ORDERS, MOST_PRIORITY

FARTHEST_DAYS = 730
"""An announcement for a later day promises nothing."""
MOST_CLAIMS = 10_000
"""So many waiting lines are looked at, those whose turn comes first."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Pieces on their way to a location, and the day on which they are expected."""

    expected_on: date
    location_id: int
    location: str
    pieces: int


def coming_stock(
    product_ids: Collection[int], announced: "QuerySet[IncomingStock]", now: datetime
) -> dict[int, list[Coming]]:
    """Return what is on its way of the products, the earliest first.

    What is overdue on its location's calendar promises nothing until somebody says when it comes, nor does what is
    years away.
    """
    farthest = now.date() + timedelta(days=FARTHEST_DAYS)
    days = (now.date() - timedelta(days=1), farthest)  # somewhere it is still yesterday
    rows = announced.filter(product__in=product_ids, closed_at=None, location__is_active=True, expected_on__range=days)
    found: dict[int, list[Coming]] = defaultdict(list)
    for row in rows.select_related("location").order_by("expected_on", "pk"):
        if row.expected_on >= now.astimezone(row.location.zone).date():
            found[row.product_id].append(Coming(row.expected_on, row.location_id, row.location.code, row.missing))
    return found


def priority_step() -> timedelta:
    """Return how much longer an order counts as waiting for each step of its priority."""
    return timedelta(days=settings.PRIORITY_STEP_DAYS)


def with_turns(rows: "QuerySet[Any]", order: str = "") -> "QuerySet[Any]":
    """Return rows with ``turn``: since when the order at a path counts as waiting, as :func:`turn_of` has it."""
    since, step = F(f"{order}short_since"), priority_step()
    own = Coalesce(F(f"{order}priority"), F(f"{order}customer__priority"), Value(0))
    moment = DateTimeField()
    turns = [
        When(turn_priority=level, then=ExpressionWrapper(since - Value(level * step), output_field=moment))
        for level in range(1, MOST_PRIORITY + 1)
    ]
    turn: Any = Case(*turns, default=since, output_field=moment)
    found: QuerySet[Any] = rows.annotate(turn_priority=own).annotate(turn=turn)
    return found


def short_lines() -> "QuerySet[OrderLine]":
    """Return the lines of waiting orders that lack pieces of a known product."""
    return OrderLine.objects.filter(
        order__short_since__isnull=False,
        order__state__in=LIVE_ORDERS,
        product__isnull=False,
        quantity_open__gt=F("quantity_allocated"),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """The claims of those who wait for some products, and what is on its way of these."""

    claims: Sequence[Claim]
    coming: Mapping[int, Sequence[tuple[str, int]]]

    def days(self) -> dict[int, str]:
        """Return by line the ISO day on which what it lacks is expected; lines without a day are absent."""
        return days_of(self.claims, self.coming)

    def left_for(self, turn: Turn, product_ids: Collection[int | None]) -> tuple[tuple[int, str, int], ...]:
        """Return (product, ISO day, pieces) of some products on their way that nobody waits for before a turn."""
        left = left_for(turn, self.claims, self.coming)
        wanted = [product for product in sorted(left) if product in product_ids]
        return tuple((product, day, pieces) for product in wanted for day, pieces in left[product])


def read_outlook(product_ids: Iterable[int], now: datetime) -> Outlook:
    """Return the outlook of products, in two statements; nothing is asked for none."""
    ids = sorted(set(product_ids))
    if not ids:
        return Outlook((), {})
    known = coming_stock(ids, IncomingStock.objects.all(), now)
    coming = {pk: [(one.expected_on.isoformat(), one.pieces) for one in parts] for pk, parts in known.items()}
    return Outlook(_claims(list(coming)) if coming else (), coming)


def _claims(product_ids: Sequence[int]) -> list[Claim]:
    """Return what waiting orders lack of the products, in turn."""
    rows = with_turns(short_lines().filter(product__in=product_ids), "order__").order_by("turn", "order_id", "pk")
    values = rows.annotate(lacks=F("quantity_open") - F("quantity_allocated")).values_list(
        "turn", "order_id", "pk", "product_id", "lacks"
    )
    return [
        Claim(Turn(turn, order), line, product, lacks) for turn, order, line, product, lacks in values[:MOST_CLAIMS]
    ]
