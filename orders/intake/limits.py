"""The limits of an order: what no table and no sum could hold, told with the field at fault."""

from collections.abc import Iterator

from oms.foundation.money import MAX_MINOR
from oms.foundation.refusals import Reason
from orders.intake.arithmetic import add_up
from orders.intake.order import LineIn, OrderIn

MOST_PIECES = 1_000_000
LONGEST_ID = 120


def faults_of(order: OrderIn) -> list[Reason]:
    """Return what makes the order impossible to store; empty for an order that is merely wrong."""
    return [*_head_faults(order), *_line_faults(order), *_sum_faults(order)]


def _head_faults(order: OrderIn) -> Iterator[Reason]:
    """Yield faults of the order's own fields."""
    if not order.external_id.strip() or len(order.external_id) > LONGEST_ID:
        yield Reason("bad_external_id", f"The order's number must have 1 to {LONGEST_ID} characters.", "external_id")
    if not order.lines:
        yield Reason("no_lines", "An order has at least one line.", "lines")
    for field, amount in (
        ("total", order.total),
        ("shipping.amount", order.shipping.amount),
        ("shipping.tax", order.shipping.tax),
        ("channel_fee", order.channel_fee),
        *((f"discounts.{i}.amount", one.amount) for i, one in enumerate(order.discounts)),
        *((f"payments.{i}.amount", one.amount) for i, one in enumerate(order.payments)),
    ):
        if not 0 <= amount <= MAX_MINOR:
            yield Reason("bad_amount", "An amount may not be negative, nor larger than any accepted here.", field)


def _line_faults(order: OrderIn) -> Iterator[Reason]:
    """Yield faults of the lines."""
    for i, line in enumerate(order.lines):
        if not 1 <= line.quantity <= MOST_PIECES:
            yield Reason("bad_quantity", f"A quantity is 1 to {MOST_PIECES:,} pieces.", f"lines.{i}.quantity")
        if not all(0 <= amount <= MAX_MINOR for amount in _amounts(line)):
            sentence = "An amount may not be negative, nor larger than any accepted here."
            yield Reason("bad_amount", sentence, f"lines.{i}.unit_price")


def _amounts(line: LineIn) -> list[int]:
    """Return every amount of a line."""
    return [line.unit_price, line.tax, *(discount.amount for discount in line.discounts)]


def _sum_faults(order: OrderIn) -> Iterator[Reason]:
    """Yield a fault when a sum is larger than any amount accepted."""
    sums = add_up(order)
    if max(sums.lines, sums.discounts, sums.tax) > MAX_MINOR:
        yield Reason("bad_amount", "The lines add up to more than any amount accepted here.", "lines")
