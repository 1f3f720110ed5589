"""Serving the orders that wait for stock: oldest first, in batches, until nothing is left to promise."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from fulfillment.events import BackordersLeft
from fulfillment.services.sourcing.run import Trigger, source_orders
from inventory.queries import pieces_left
from oms.foundation.actor import Actor
from oms.foundation.facts import publish
from orders.models import Order
from orders.states import LIVE_ORDERS

BATCH, FEWEST = 100, 5
Behind = tuple[datetime, int]


@transaction.atomic
def serve_backorders(
    *, product_ids: Collection[int], actor: Actor, trigger: str = Trigger.STOCK, behind: Behind | None = None
) -> int:
    """Source the next batch of short orders that want one of the products; return how many there were.

    An older order keeps what it holds and is asked first, so nobody starves. At first no more orders are asked than
    there are pieces: each that can be helped takes one at least. When the batch is full and pieces are still free, a
    fact asks for the next batch, a whole one, behind the last order of this one.
    """
    offered = pieces_left(product_ids, now=actor.now)
    if not offered:
        return 0
    limit = BATCH if behind else min(BATCH, max(FEWEST, sum(offered.values())))
    waiting = _waiting_for(list(offered), behind, limit)
    if not waiting:
        return 0
    source_orders(order_ids=[pk for _, pk in waiting], trigger=trigger, actor=actor)
    left = list(pieces_left(offered, now=actor.now)) if len(waiting) == limit else []
    if left:
        since, last = waiting[-1]
        publish(
            BackordersLeft(at=actor.now, product_ids=left, after_short_since=since.isoformat(), after_order_id=last)
        )
    return len(waiting)


def _waiting_for(product_ids: Sequence[int], behind: Behind | None, limit: int) -> list[tuple[datetime, int]]:
    """Return (short since, id) of the oldest short orders with an open line of the products that lacks pieces."""
    rows = Order.objects.filter(
        short_since__isnull=False,
        state__in=LIVE_ORDERS,
        lines__product__in=product_ids,
        lines__quantity_open__gt=F("lines__quantity_allocated"),
    )
    if behind is not None:
        rows = rows.filter(Q(short_since__gt=behind[0]) | Q(short_since=behind[0], pk__gt=behind[1]))
    ordered = rows.order_by("short_since", "pk").values_list("short_since", "pk").distinct()
    return [(since, pk) for since, pk in ordered[:limit] if since is not None]


@transaction.atomic
def sweep_backorders(*, actor: Actor) -> int:
    """Try the short orders again whose products are free somewhere: a day's capacity is new, a location has changed."""
    wanted = Order.objects.filter(
        short_since__isnull=False, state__in=LIVE_ORDERS, lines__quantity_open__gt=F("lines__quantity_allocated")
    )
    products = wanted.exclude(lines__product=None).values_list("lines__product_id", flat=True).distinct()
    return serve_backorders(product_ids=[pk for pk in products if pk], trigger=Trigger.SWEEP, actor=actor)
