"""Pieces of locked lines that will not be shipped as they were ordered."""

from collections.abc import Mapping, Sequence

from oms.foundation.counters import add_to
from oms.foundation.refusals import Invalid, NotFound, Refused
from orders.models import Order, OrderLine

COUNTERS = ["quantity_open", "quantity_allocated", "quantity_cancelled"]


def line_at(order: Order, lines: Sequence[OrderLine], position: int) -> OrderLine:
    """Return the line at a position, from 1; raises :class:`NotFound` when there is none."""
    for line in lines:
        if line.position == position:
            return line
    raise NotFound(f"Order {order.number} has no line {position}.", field="line")


def refuse_absurd(line: OrderLine, count: int) -> None:
    """Raise unless so many pieces of the line are open."""
    if count <= 0:
        raise Invalid("Say how many pieces.", code="bad_quantity", field="quantity")
    if count > line.quantity_open:
        sentence = f"Line {line.position} ({line.sku}) has {line.quantity_open} open pieces, not {count}."
        raise Refused(sentence, code="more_than_open", field="quantity")


def cancel_pieces(pieces: Mapping[OrderLine, int]) -> None:
    """Move open pieces of locked lines to the cancelled ones; what was allocated beyond the rest is let go."""
    deltas = {}
    for line, count in pieces.items():
        freed = max(0, line.quantity_allocated - (line.quantity_open - count))
        deltas[line.pk] = (-count, -freed, count)
        line.quantity_open -= count
        line.quantity_allocated -= freed
        line.quantity_cancelled += count
    add_to(OrderLine, COUNTERS, deltas)
