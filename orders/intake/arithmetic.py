"""The arithmetic of an order: what its parts add up to, and each line's share of the discounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.foundation.money import split_amount
from orders.intake.order import LineIn, OrderIn


@dataclass(frozen=True, slots=True)
class Sums:
    """What the parts of an order add up to, in minor units.

    ``lines`` are before discounts; ``shares`` has each line's part of all discounts; ``tax`` includes the shipping's.
    """

    lines: int
    discounts: int
    shipping: int
    tax: int
    computed: int
    difference: int
    shares: tuple[int, ...]


def add_up(order: OrderIn) -> Sums:
    """Return the sums; ``difference`` is the stated total − the computed one."""
    shares = discount_shares(order)
    lines = sum(line.subtotal for line in order.lines)
    tax = sum(line.tax for line in order.lines) + order.shipping.tax
    on_top = 0 if order.prices_include_tax else tax
    discounts = sum(own_discount(line) for line in order.lines) + _on_order(order)
    computed = lines - discounts + order.shipping.amount + on_top
    return Sums(lines, discounts, order.shipping.amount, tax, computed, order.total - computed, shares)


def discount_shares(order: OrderIn) -> tuple[int, ...]:
    """Return each line's own discounts plus its share of the order's.

    The order's are split by largest remainder, weighted by what each line costs after its own discounts; the shares
    add up to all discounts of the order.
    """
    own = [own_discount(line) for line in order.lines]
    rest = [max(0, line.subtotal - discount) for line, discount in zip(order.lines, own, strict=True)]
    spread = split_amount(_on_order(order), rest)
    return tuple(mine + share for mine, share in zip(own, spread, strict=True))


def own_discount(line: LineIn) -> int:
    """Return the sum of a line's own discounts."""
    return sum(discount.amount for discount in line.discounts)


def spread_tax(tax: int, lines: Sequence[LineIn]) -> list[int]:
    """Return a tax stated for the whole order split over its lines, weighted by what each costs."""
    return split_amount(tax, [max(0, line.subtotal - own_discount(line)) for line in lines])


def _on_order(order: OrderIn) -> int:
    """Return the sum of the discounts on the whole order."""
    return sum(discount.amount for discount in order.discounts)
