"""What is known of orders that are short: whose word holds, what lacks, until when, and what is offered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from fulfillment.models import SubstituteOffer
from fulfillment.services.sourcing.outlook import read_outlook
from orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Missing:
    """Pieces that a line lacks, and the day on which they are expected; None when too few are on their way."""

    line: OrderLine
    pieces: int
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Shortness:
    """What becomes of an order when stock is short, by whose word (customer or channel), and what is so now."""

    policy: str
    policy_of: str
    priority: int
    since: datetime | None
    missing: Sequence[Missing]
    offers: Sequence[SubstituteOffer]

    @property
    def expected_on(self) -> date | None:
        """Return the day on which the last missing piece is expected; None when one of them has no day."""
        days = [one.expected_on for one in self.missing]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None


def shortness_of(order_ids: Collection[int], *, now: datetime) -> dict[int, Shortness]:
    """Return it of many orders by id, in at most five statements."""
    orders = Order.objects.filter(pk__in=list(order_ids)).select_related("channel", "customer").in_bulk()
    waiting = [order.pk for order in orders.values() if order.is_live and order.short_since is not None]
    missing = _missing(waiting, now) if waiting else {}
    offers = _offers(order_ids)
    return {pk: _of(order, missing.get(pk, ()), offers.get(pk, ())) for pk, order in orders.items()}


def _of(order: Order, missing: Sequence[Missing], offers: Sequence[SubstituteOffer]) -> Shortness:
    """Return what is known of one order."""
    customer = order.customer
    own = customer.shortage_policy if customer else ""
    usual = customer.priority if customer else 0
    return Shortness(
        policy=own or order.channel.shortage_policy,
        policy_of="customer" if own else "channel",
        priority=usual if order.priority is None else order.priority,
        since=order.short_since,
        missing=missing,
        offers=offers,
    )


def _missing(order_ids: Sequence[int], now: datetime) -> dict[int, list[Missing]]:
    """Return what the lines of waiting orders lack, by order."""
    rows = OrderLine.objects.filter(order__in=order_ids, quantity_open__gt=F("quantity_allocated"))
    lines = list(rows.order_by("order_id", "position"))
    days = read_outlook((line.product_id for line in lines if line.product_id is not None), now).days()
    found: dict[int, list[Missing]] = defaultdict(list)
    for line in lines:
        day = days.get(line.pk)
        found[line.order_id].append(Missing(line, line.quantity_short, date.fromisoformat(day) if day else None))
    return found


def _offers(order_ids: Collection[int]) -> dict[int, list[SubstituteOffer]]:
    """Return the substitutes that were ever offered, by order, newest first."""
    found: dict[int, list[SubstituteOffer]] = defaultdict(list)
    rows = SubstituteOffer.objects.filter(order__in=list(order_ids)).select_related("product", "order_line")
    for one in rows.order_by("-pk"):
        found[one.order_id].append(one)
    return found
