"""The arithmetic of an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.intake import DiscountIn, LineIn, OrderIn, ShippingIn, add_up
from orders.intake.arithmetic import own_discount, spread_tax


def order(lines, *, discounts=(), total=0, **fields):
    """Return an order in EUR."""
    return OrderIn(external_id="1", currency="EUR", total=total, lines=lines, discounts=discounts, **fields)


def test_the_total_is_lines_minus_discounts_plus_shipping_when_prices_include_tax():
    told = order(
        [LineIn("A", 2, 1990, tax=635, discounts=[DiscountIn(200)])],
        discounts=[DiscountIn(500)],
        shipping=ShippingIn("standard", 490, 78),
        total=3770,
    )
    sums = add_up(told)
    assert (sums.lines, sums.discounts, sums.shipping, sums.tax) == (3980, 700, 490, 713)
    assert (sums.computed, sums.difference) == (3770, 0)


def test_tax_comes_on_top_when_prices_do_not_include_it():
    told = order([LineIn("A", 1, 1000, tax=190)], shipping=ShippingIn("standard", 100, 19), prices_include_tax=False)
    assert add_up(told).computed == 1000 + 100 + 190 + 19


def test_the_difference_is_stated_minus_computed():
    assert add_up(order([LineIn("A", 1, 1000)], total=990)).difference == -10


def test_an_orders_discount_is_split_by_what_lines_cost_after_their_own_discounts():
    lines = [LineIn("A", 1, 1000, discounts=[DiscountIn(500)]), LineIn("B", 1, 500), LineIn("C", 1, 0)]
    assert add_up(order(lines, discounts=[DiscountIn(101)])).shares == (500 + 51, 50, 0)


@pytest.mark.parametrize("tax", [0, 1, 7922])
def test_a_tax_of_the_whole_order_is_split_without_loss(tax):
    parts = spread_tax(tax, [LineIn("A", 3, 333), LineIn("B", 1, 0), LineIn("C", 7, 11)])
    assert sum(parts) == tax and parts[1] == 0


money = st.integers(0, 10_000)


@given(
    lines=st.lists(st.tuples(st.integers(1, 50), money, st.lists(money, max_size=3)), min_size=1, max_size=12),
    discounts=st.lists(money, max_size=3),
)
def test_shares_always_add_up_to_all_discounts(lines, discounts):
    told = order(
        [LineIn("A", quantity, price, discounts=[DiscountIn(d) for d in own]) for quantity, price, own in lines],
        discounts=[DiscountIn(d) for d in discounts],
    )
    sums = add_up(told)
    assert sum(sums.shares) == sums.discounts
    assert all(share >= own_discount(line) for share, line in zip(sums.shares, told.lines, strict=True))
