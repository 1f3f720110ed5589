"""Serving the orders that wait for stock: in turn, in batches, until nothing is left to promise."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F, Q

from fulfillment.events import BackordersLeft
from fulfillment.services.sourcing.outlook import short_lines, with_turns
from fulfillment.services.sourcing.run import Trigger, source_orders
from fulfillment.sourcing.turns import Turn
from inventory.events import StockGrew
from inventory.models import KitComponent
from inventory.queries import kits_of, pieces_left
from oms.foundation.actor import Actor
from oms.foundation.facts import are_untold, publish
from orders.models import Order, OrderLine
from orders.states import LIVE_ORDERS

BATCH, FEWEST = 100, 5


@transaction.atomic
def serve_backorders(
    *, product_ids: Collection[int], actor: Actor, trigger: str = Trigger.STOCK, behind: Turn | None = None
) -> int:
    """Source the next batch of short orders that want one of the products; return how many there were.

    Those that want a kit which one of them goes into are asked too. Their turn is by priority, then by age
    (:mod:`fulfillment.sourcing.turns`), and each keeps what it holds, so nobody starves. At first no more orders are
    asked than there are pieces: each that can be helped takes one at least. When the batch is full and pieces are still
    free, a fact asks for the next batch, a whole one, behind the last of this.
    """
    offered = pieces_left([*product_ids, *kits_of(product_ids)], now=actor.now)
    if not offered:
        return 0
    limit = BATCH if behind else min(BATCH, max(FEWEST, sum(offered.values())))
    waiting = _waiting_for(list(offered), behind, limit)
    if not waiting:
        return 0
    source_orders(order_ids=[one.order_id for one in waiting], trigger=trigger, actor=actor)
    left = list(pieces_left(offered, now=actor.now)) if len(waiting) == limit else []
    if left:
        last = waiting[-1]
        since = last.since.isoformat()
        publish(BackordersLeft(at=actor.now, product_ids=left, after_short_since=since, after_order_id=last.order_id))
    return len(waiting)


@transaction.atomic
def source_new(*, order_ids: Sequence[int], actor: Actor) -> None:
    """Promise stock to new orders, the first first, behind those who wait for the same products.

    Stock that has just come in is given out by a fact of its own, a moment later; a new order must not be quicker. At
    most a batch of those who wait is asked, and nobody while no stock is to be given out.
    """
    ahead = _due(order_ids, actor) if are_untold(StockGrew, BackordersLeft) else []
    source_orders(order_ids=order_ids, ahead=ahead, trigger=Trigger.PLACED, actor=actor)


def _due(order_ids: Sequence[int], actor: Actor) -> list[int]:
    """Return who waits for products that new orders want and that are there, in turn."""
    wanted = OrderLine.objects.filter(order__in=list(order_ids), product__isnull=False).values("product")
    made_of_it = KitComponent.objects.filter(Q(component__in=wanted) | Q(kit__in=wanted))
    same = (
        Q(product__in=wanted) | Q(product__in=made_of_it.values("kit")) | Q(product__in=made_of_it.values("component"))
    )
    products = set(short_lines().filter(same).values_list("product_id", flat=True).distinct())
    offered = pieces_left(products, now=actor.now) if products else {}
    turns = _waiting_for(list(offered), None, min(BATCH, sum(offered.values()))) if offered else []
    return [one.order_id for one in turns if one.order_id not in order_ids]


def _waiting_for(product_ids: Sequence[int], behind: Turn | None, limit: int) -> list[Turn]:
    """Return the turns of the first short orders with an open line of the products that lacks pieces."""
    short = Order.objects.filter(
        short_since__isnull=False,
        state__in=LIVE_ORDERS,
        lines__product__in=product_ids,
        lines__quantity_open__gt=F("lines__quantity_allocated"),
    )
    rows = with_turns(short)
    if behind is not None:
        rows = rows.filter(Q(turn__gt=behind.since) | Q(turn=behind.since, pk__gt=behind.order_id))
    ordered = rows.order_by("turn", "pk").values_list("turn", "pk").distinct()
    return [Turn(since, pk) for since, pk in ordered[:limit]]


@transaction.atomic
def sweep_backorders(*, actor: Actor) -> int:
    """Try the short orders again whose products are free somewhere: a day's capacity is new, a location has changed."""
    wanted = Order.objects.filter(
        short_since__isnull=False, state__in=LIVE_ORDERS, lines__quantity_open__gt=F("lines__quantity_allocated")
    )
    products = wanted.exclude(lines__product=None).values_list("lines__product_id", flat=True).distinct()
    return serve_backorders(product_ids=[pk for pk in products if pk], trigger=Trigger.SWEEP, actor=actor)
