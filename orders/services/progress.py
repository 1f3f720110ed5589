"""What the rooms on the right report back: pieces allocated, shipped, delivered and returned."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.counters import add_to
from oms.foundation.facts import publish
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.wording import count
from orders.events import OrderCompleted
from orders.locks import lock_order, lock_orders
from orders.models import Order, OrderLine
from orders.screening.verdict import Verdict
from orders.services.captures import request_captures
from orders.services.gates import apply_verdicts
from orders.services.status import refresh_fulfillment_status
from orders.states import OrderState


@transaction.atomic
def note_allocation(*, allocated: Mapping[int, int], verdicts: Mapping[int, Verdict], actor: Actor) -> None:
    """Add to the allocated pieces of lines, write the stock gates, and release what is ready.

    ``allocated`` holds the difference by line id, ``verdicts`` the stock gate by order id.
    """
    touched = OrderLine.objects.filter(pk__in=list(allocated)).values_list("order_id", flat=True).distinct()
    orders = lock_orders({*verdicts, *(touched if allocated else ())})
    add_to(OrderLine, ["quantity_allocated"], {pk: (delta,) for pk, delta in allocated.items()})
    refresh_fulfillment_status(orders)
    apply_verdicts(orders, {order_id: [verdict] for order_id, verdict in verdicts.items()}, actor)


@dataclass(frozen=True, slots=True)
class Gone:
    """Pieces of an order by line id that leave together; ``reference`` names the shipment."""

    order_id: int
    lines: Mapping[int, int]
    reference: str


@transaction.atomic
def mark_shipped(*, shipped: Sequence[Gone], actor: Actor) -> list[Order]:
    """Count pieces as shipped and ask the gateways for their money; the statements do not grow with the orders.

    :raises Refused: when an order is not released or a line has fewer open pieces; nothing changes then.
    """
    wanted: dict[int, Counter[int]] = defaultdict(Counter)
    for gone in shipped:
        wanted[gone.order_id].update(gone.lines)
    orders = lock_orders(wanted)
    rows = _lines_of(orders, wanted)
    deltas = {}
    for order in orders:
        _refuse_unopen(order, rows[order.pk], wanted[order.pk])
        for row in rows[order.pk]:
            pieces = wanted[order.pk].get(row.pk, 0)
            if pieces:
                freed = min(pieces, row.quantity_allocated)
                deltas[row.pk] = (-pieces, -freed, pieces)
                row.quantity_open, row.quantity_shipped = row.quantity_open - pieces, row.quantity_shipped + pieces
                row.quantity_allocated -= freed
    add_to(OrderLine, ["quantity_open", "quantity_allocated", "quantity_shipped"], deltas)
    lines = [row for own in rows.values() for row in own]
    refresh_fulfillment_status(orders, lines)
    by_id = {order.pk: order for order in orders}
    record_many(actor, [_shipped_act(by_id[gone.order_id], gone) for gone in shipped])
    request_captures(orders, lines=lines, actor=actor)
    return orders


def _refuse_unopen(order: Order, rows: Iterable[OrderLine], wanted: Mapping[int, int]) -> None:
    """Raise unless an order is released and has as many open pieces as are to leave."""
    if order.state != OrderState.RELEASED:
        sentence = f"Order {order.number} is {order.get_state_display()}: only a released order can be shipped."
        raise Refused(sentence, code="order_not_released")
    for row in rows:
        if wanted.get(row.pk, 0) > row.quantity_open:
            sentence = f"{row.sku} has {row.quantity_open} open pieces, not {wanted[row.pk]}."
            raise Refused(sentence, code="more_than_open")


def _shipped_act(order: Order, gone: Gone) -> Act:
    """Return the line of the timeline about pieces that left."""
    pieces = sum(gone.lines.values())
    note = f"{count(pieces, 'piece')} in shipment {gone.reference}."
    return Act("orders.ship", order, note, {"reference": gone.reference, "pieces": pieces})


@transaction.atomic
def mark_delivered(*, delivered: Mapping[int, Mapping[int, int]], actor: Actor) -> list[Order]:
    """Count pieces by order and line id as delivered, at most those shipped; complete orders of which nothing is open.

    The number of statements does not grow with the number of orders.
    """
    orders = lock_orders(delivered)
    rows = _lines_of(orders, delivered)
    gains = {}
    for order in orders:
        for row in rows[order.pk]:
            gain = min(delivered[order.pk].get(row.pk, 0), row.quantity_shipped - row.quantity_delivered)
            if gain:
                row.quantity_delivered += gain
                gains[row.pk] = (gain,)
    add_to(OrderLine, ["quantity_delivered"], gains)
    refresh_fulfillment_status(orders, [row for lines in rows.values() for row in lines])
    complete_done(orders, rows, actor)
    return orders


@transaction.atomic
def mark_returned(*, order_id: int, lines: Mapping[int, int], actor: Actor) -> Order:
    """Count pieces by line id as returned.

    :raises Refused: when more would come back than were shipped; nothing changes then.
    """
    order = lock_order(order_id)
    for row in _lines(order, lines):
        if row.quantity_returned + lines.get(row.pk, 0) > row.quantity_shipped:
            sentence = f"Of {row.sku} only {row.quantity_shipped - row.quantity_returned} pieces can come back."
            raise Refused(sentence, code="more_than_shipped")
    add_to(OrderLine, ["quantity_returned"], {pk: (quantity,) for pk, quantity in lines.items()})
    return order


def complete_done(orders: Iterable[Order], lines: Mapping[int, Sequence[OrderLine]], actor: Actor) -> None:
    """Complete locked released orders of which nothing is open and everything shipped was delivered."""
    done = [order for order in orders if order.state == OrderState.RELEASED and _is_done(lines[order.pk])]
    for order in done:
        order.complete(at=actor.now)
    save_many(done, ["state", "completed_at"])
    record_many(actor, [Act("orders.complete", order, "Everything was delivered or cancelled.") for order in done])
    publish(*(OrderCompleted(at=actor.now, order_id=order.pk) for order in done))


def _is_done(lines: Sequence[OrderLine]) -> bool:
    """Return whether something was shipped, all of it has arrived, and nothing is open."""
    arrived = all(not row.quantity_open and row.quantity_delivered >= row.quantity_shipped for row in lines)
    return arrived and any(row.quantity_shipped for row in lines)


def _lines(order: Order, wanted: Mapping[int, int]) -> list[OrderLine]:
    """Return the lines of a locked order; raises :class:`NotFound` when one of the wanted is not its own."""
    return _lines_of([order], {order.pk: wanted})[order.pk]


def _lines_of(orders: Iterable[Order], wanted: Mapping[int, Mapping[int, int]]) -> dict[int, list[OrderLine]]:
    """Return the lines of locked orders by order; raises :class:`NotFound` when one of the wanted is not its own."""
    rows: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for row in OrderLine.objects.filter(order__in=list(rows)):
        rows[row.order_id].append(row)
    for order in orders:
        if not set(wanted[order.pk]) <= {row.pk for row in rows[order.pk]}:
            raise NotFound(f"Order {order.number} does not have such a line.")
        if any(quantity < 0 for quantity in wanted[order.pk].values()):
            raise Refused("A number of pieces cannot be negative.", code="bad_quantity")
    return rows
