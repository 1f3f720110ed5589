"""The worth of returned pieces."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from orders.proration import line_shares
from returns.proration import Piece, Sold, prorate, share, worth

solds = st.builds(Sold, quantity=st.integers(1, 60), paid=st.integers(0, 10**7))


@dataclass
class Line:
    """A line of an order, as the proration of orders reads it."""

    pk: int
    quantity: int
    unit_price: int
    tax: int = 0
    discount: int = 0
    quantity_open: int = 0
    quantity_shipped: int = 0
    quantity_cancelled: int = 0
    quantity_swapped: int = 0


@dataclass
class Bill:
    """The money of an order."""

    total: int
    shipping_total: int = 0
    shipping_tax: int = 0
    prices_include_tax: bool = True
    cancelled_total: int = 0


def test_three_pieces_of_ten_euros_come_back_cent_by_cent():
    sold = Sold(quantity=3, paid=1000)

    assert [share(Piece(sold, before, 1)) for before in (0, 1, 2)] == [333, 333, 334]


def test_a_discount_share_is_taken_off_and_tax_on_top_is_added():
    line = Line(pk=1, quantity=2, unit_price=1000, tax=361, discount=100)
    bill = Bill(total=2000 - 100 + 361 + 490, shipping_total=490, prices_include_tax=False)

    paid = line_shares(bill, [line])[1]

    assert prorate([Piece(Sold(2, paid), 0, 1)], shipping=0, at_most=9999).amount == 1130


def test_no_more_is_owed_than_can_still_be_refunded():
    due = prorate([Piece(Sold(2, 2000), 0, 2)], shipping=490, at_most=1500)

    assert (due.goods, due.shipping, due.cut, due.amount) == ((2000,), 490, 990, 1500)


def test_nothing_is_owed_when_nothing_can_be_refunded():
    assert prorate([Piece(Sold(2, 2000), 0, 2)], shipping=0, at_most=-5).amount == 0


@given(solds, st.data())
def test_partial_returns_in_any_sizes_add_up_to_what_was_paid(sold, data):
    before, total = 0, 0
    while before < sold.quantity:
        now = data.draw(st.integers(1, sold.quantity - before))
        total += share(Piece(sold, before, now))
        before += now

    assert total == sold.paid


@given(solds, st.integers(0, 60), st.integers(0, 60))
def test_pieces_are_never_worth_less_than_nothing_or_more_than_was_paid(sold, before, now):
    assert 0 <= share(Piece(sold, before, now)) <= sold.paid


@given(solds, st.integers(0, 60))
def test_each_piece_is_worth_its_even_share_within_a_cent(sold, pieces):
    pieces = min(pieces, sold.quantity)

    assert abs(worth(sold, pieces) * sold.quantity - sold.paid * pieces) < sold.quantity


@given(st.lists(solds, min_size=1, max_size=6), st.integers(0, 5000), st.integers(-100, 10**7))
def test_what_is_owed_is_never_more_than_is_there(lines, shipping, at_most):
    due = prorate([Piece(line, 0, line.quantity) for line in lines], shipping=shipping, at_most=at_most)

    assert 0 <= due.amount <= max(0, at_most)
    assert due.amount + due.cut == sum(line.paid for line in lines) + shipping


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 10**5)), min_size=1, max_size=8), st.integers(0, 10**6))
def test_a_whole_order_sent_back_is_worth_its_whole_total(rows, total):
    lines = [Line(pk=i, quantity=pieces, unit_price=price) for i, (pieces, price) in enumerate(rows)]

    paid = line_shares(Bill(total=total), lines)

    assert sum(worth(Sold(line.quantity, paid[line.pk]), line.quantity) for line in lines) == total
