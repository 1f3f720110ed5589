"""What the rooms on the right report back: pieces allocated, shipped, delivered and returned."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.counters import add_to
from oms.foundation.facts import publish
from oms.foundation.refusals import NotFound, Refused
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


@transaction.atomic
def mark_shipped(*, order_id: int, lines: Mapping[int, int], reference: str, actor: Actor) -> Order:
    """Count pieces by line id as shipped and ask the gateway for their money.

    :raises Refused: when the order is not released or a line has fewer open pieces; nothing changes then.
    """
    order = lock_order(order_id)
    if order.state != OrderState.RELEASED:
        sentence = f"Order {order.number} is {order.get_state_display()}: only a released order can be shipped."
        raise Refused(sentence, code="order_not_released")
    rows = _lines(order, lines)
    for row in rows:
        if row.pk in lines and lines[row.pk] > row.quantity_open:
            sentence = f"{row.sku} has {row.quantity_open} open pieces, not {lines[row.pk]}."
            raise Refused(sentence, code="more_than_open")
    deltas = {
        row.pk: (-lines[row.pk], -min(lines[row.pk], row.quantity_allocated), lines[row.pk])
        for row in rows
        if row.pk in lines
    }
    add_to(OrderLine, ["quantity_open", "quantity_allocated", "quantity_shipped"], deltas)
    for row in rows:
        less, freed, more = deltas.get(row.pk, (0, 0, 0))
        row.quantity_open, row.quantity_shipped = row.quantity_open + less, row.quantity_shipped + more
        row.quantity_allocated += freed
    refresh_fulfillment_status([order], rows)
    record_many(actor, [Act("orders.ship", order, data={"reference": reference, "pieces": sum(lines.values())})])
    request_captures([order], lines=rows, actor=actor)
    return order


@transaction.atomic
def mark_delivered(*, order_id: int, lines: Mapping[int, int], actor: Actor) -> Order:
    """Count pieces by line id as delivered, at most those shipped, and complete an order of which nothing is open."""
    order = lock_order(order_id)
    rows = _lines(order, lines)
    deltas = {}
    for row in rows:
        gain = min(lines.get(row.pk, 0), row.quantity_shipped - row.quantity_delivered)
        row.quantity_delivered += gain
        deltas[row.pk] = (gain,)
    add_to(OrderLine, ["quantity_delivered"], deltas)
    refresh_fulfillment_status([order], rows)
    complete_if_done(order, rows, actor)
    return order


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


def complete_if_done(order: Order, lines: Iterable[OrderLine], actor: Actor) -> None:
    """Complete a locked released order of which nothing is open and everything shipped was delivered."""
    rows = list(lines)
    done = all(not row.quantity_open and row.quantity_delivered >= row.quantity_shipped for row in rows)
    if order.state != OrderState.RELEASED or not done or not any(row.quantity_shipped for row in rows):
        return
    order.complete(at=actor.now)
    order.save(update_fields=["state", "completed_at"])
    record_many(actor, [Act("orders.complete", order)])
    publish(OrderCompleted(at=actor.now, order_id=order.pk))


def _lines(order: Order, wanted: Mapping[int, int]) -> list[OrderLine]:
    """Return the lines of a locked order; raises :class:`NotFound` when one of the wanted is not its own."""
    rows = list(OrderLine.objects.filter(order=order))
    if not set(wanted) <= {row.pk for row in rows}:
        raise NotFound(f"Order {order.number} does not have such a line.")
    if any(quantity < 0 for quantity in wanted.values()):
        raise Refused("A number of pieces cannot be negative.", code="bad_quantity")
    return rows
