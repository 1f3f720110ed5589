"""What the pieces of an order are worth: shares of its total by line, what is earned by shipping, what falls away."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from oms.foundation.money import split_amount


class PricedOrder(Protocol):
    """The money of an order, in minor units."""

    total: int
    shipping_total: int
    shipping_tax: int
    prices_include_tax: bool
    cancelled_total: int


class CountedLine(Protocol):
    """The price and the pieces of a line; the money of swapped pieces stands on the line of their substitute."""

    pk: int
    quantity: int
    unit_price: int
    tax: int
    discount: int
    quantity_open: int
    quantity_shipped: int
    quantity_cancelled: int
    quantity_swapped: int


def line_shares(order: PricedOrder, lines: Sequence[CountedLine]) -> dict[int, int]:
    """Return each line's share of what the customer pays for goods; the shares and shipping add up to the total."""
    shipping = order.shipping_total + (0 if order.prices_include_tax else order.shipping_tax)
    goods = max(0, order.total - shipping)
    weights = [_net(order, line) for line in lines]
    return {line.pk: share for line, share in zip(lines, split_amount(goods, weights), strict=True)}


def _net(order: PricedOrder, line: CountedLine) -> int:
    """Return what a line costs after its discount, with the tax that comes on top."""
    tax = 0 if order.prices_include_tax else line.tax
    return max(0, _priced(line) * line.unit_price - line.discount + tax)


def _priced(line: CountedLine) -> int:
    """Return the pieces whose money stands on the line."""
    return line.quantity - line.quantity_swapped


def earned(order: PricedOrder, lines: Sequence[CountedLine]) -> int:
    """Return how much may be collected for what was shipped so far; the last piece brings the rest and shipping."""
    owed = order.total - order.cancelled_total
    if not any(line.quantity_shipped for line in lines):
        return 0
    if not any(line.quantity_open for line in lines):
        return owed
    return min(owed, _value(line_shares(order, lines), {line: line.quantity_shipped for line in lines}))


def cancelled_value(order: PricedOrder, lines: Sequence[CountedLine]) -> int:
    """Return the part of the total that falls away with cancelled pieces; all of it when nothing else is left."""
    if all(line.quantity_cancelled == line.quantity for line in lines):
        return order.total
    fallen = {line: line.quantity_cancelled - line.quantity_swapped for line in lines}
    return _value(line_shares(order, lines), fallen)


def _value(shares: Mapping[int, int], pieces: Mapping[CountedLine, int]) -> int:
    """Return what some pieces of each line are worth, rounded down by line."""
    return sum(shares[line.pk] * count // _priced(line) for line, count in pieces.items() if count)


def moved_part(amount: int, *, pieces: int, of: int) -> int:
    """Return the part of a line's tax or discount that goes with some of its pieces; the rest stays, to the cent."""
    return split_amount(amount, [of - pieces, pieces])[1]
