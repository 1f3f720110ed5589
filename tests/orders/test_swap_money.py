"""What a swap does to an order's money: nothing, to the cent, whatever the discounts, the tax and the pieces."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.models import Product
from oms.foundation.exports import write_csv
from oms.foundation.imports.running import run_import
from oms.foundation.invariants import check
from oms.foundation.refusals import Refused
from orders.channels.formats import open_orders
from orders.exports import COLUMNS, order_rows
from orders.imports import OrderFile
from orders.intake import DiscountIn, LineIn, PaymentIn, ShippingIn
from orders.models import ChannelAccount, Order, OrderDiscount, OrderLine, Payment, Refund
from orders.proration import earned, moved_part
from orders.services.cancel import cancel_line
from orders.services.capture import capture_orders
from orders.services.progress import Gone, mark_shipped
from orders.services.swapping import swap_pieces, swap_pieces_back
from tests.factories import NOW, make_actor, make_channel, make_product, order_in
from tests.orders.payments.desk import ask

pytestmark = pytest.mark.django_db
CLERK = make_actor()
SUMS = ("total", "lines_total", "discount_total", "tax_total", "cancelled_total", "total_difference")
LINES = [
    LineIn(sku="TEE", quantity=7, unit_price=1999, tax=2235, discounts=[DiscountIn(amount=401, code="BULK")]),
    LineIn(sku="MUG", quantity=1, unit_price=850, tax=136),
]


def an_order(*, tax_included: bool = True, token: str = "") -> Order:
    """Return an order of seven tees and a mug, with tax and with discounts on the line and on the order.

    It was paid at its channel; with a token the sandbox gateway promises the money instead.
    """
    total = 7 * 1999 + 850 - 401 - 500 + 490 + (0 if tax_included else 2235 + 136 + 78)
    paid = PaymentIn(total, token=token) if token else PaymentIn(total, gateway="external", status="paid")
    told = replace(
        order_in(total=total, payments=[paid]),
        lines=LINES,
        discounts=[DiscountIn(amount=500, code="WELCOME")],
        shipping=ShippingIn(service_level="standard", amount=490, tax=78),
        prices_include_tax=tax_included,
    )
    account = ChannelAccount.objects.filter(code="swaps").first() or make_channel("swaps")
    for sku in {"TEE", "MUG", "POLO"} - set(Product.objects.values_list("sku", flat=True)):
        make_product(sku)
    [captured] = capture_orders(account_id=account.pk, orders=[told], actor=CLERK)
    return Order.objects.get(pk=captured.order.pk)


def sums(order: Order) -> tuple[int, ...]:
    """Return every sum of the order."""
    return Order.objects.values_list(*SUMS).get(pk=order.pk)


def broken() -> list[str]:
    """Return the invariants of money and pieces that do not hold."""
    return [one.invariant.id for one in check(NOW, only=["I6", "I9", "I13", "I30", "I31"]) if one.count]


def swap(order: Order, quantity: int, line: int = 1) -> OrderLine:
    """Swap tees for polos."""
    polo = Product.objects.get(sku="POLO")
    return swap_pieces(order_id=order.pk, line=line, product_id=polo.pk, quantity=quantity, actor=CLERK)


def money_of(order: Order) -> list[tuple[object, ...]]:
    """Return SKU, priced pieces, tax and discount of each line."""
    rows = OrderLine.objects.filter(order=order).order_by("position")
    return [(row.sku, row.quantity_priced, row.tax, row.discount) for row in rows]


def discounts_of(order: Order) -> list[tuple[object, ...]]:
    """Return SKU, code and amount of every discount."""
    rows = OrderDiscount.objects.filter(order=order).order_by("pk").select_related("line")
    return [(row.line.sku if row.line else "", row.code, row.amount) for row in rows]


@pytest.mark.parametrize("tax_included", [True, False])
def test_tax_and_discounts_go_with_the_pieces_and_come_back_with_them(tax_included):
    order = an_order(tax_included=tax_included)
    before, lines, discounts = sums(order), money_of(order), discounts_of(order)

    new = swap(order, 3)

    assert sums(order) == before
    assert (new.unit_price, new.subtotal) == (1999, 3 * 1999)
    kept, moved = money_of(order)[0], money_of(order)[2]
    assert (kept[1], moved[1]) == (4, 3)
    assert (kept[2] + moved[2], kept[3] + moved[3]) == lines[0][2:]
    assert (moved[2], moved[3]) == (958, 374)
    assert [one for one in discounts_of(order) if one[1] == "BULK"] == [("TEE", "BULK", 229), ("POLO", "BULK", 172)]
    assert broken() == []

    swap_pieces_back(order_id=order.pk, line=3, quantity=3, actor=CLERK)

    assert (sums(order), money_of(order)) == (before, [*lines, ("POLO", 0, 0, 0)])
    assert [one for one in discounts_of(order) if one[2]] == discounts
    assert broken() == []


def test_a_whole_line_can_be_swapped():
    order = an_order()
    before = sums(order)
    swap(order, 7)
    assert money_of(order)[0] == ("TEE", 0, 0, 0)
    assert (sums(order), broken()) == (before, [])


def test_what_was_collected_stays_and_nothing_is_refunded():
    order = an_order()
    swap(order, 7)
    assert (Order.objects.get().payment_status, Refund.objects.count()) == ("paid", 0)


def test_cancelling_a_swapped_piece_gives_back_what_it_would_have_before():
    plain, swapped = an_order(), an_order()
    swap(swapped, 7)
    for order, line in ((plain, 1), (swapped, 3)):
        cancel_line(order_id=order.pk, line=line, quantity=2, actor=CLERK)
    amounts = [Refund.objects.get(order=order).amount for order in (plain, swapped)]
    assert (amounts[0], amounts[0] == amounts[1], broken()) == (3748, True, [])


def test_more_than_is_open_is_refused_and_changes_nothing():
    order = an_order()
    before = money_of(order)
    with pytest.raises(Refused, match="has 7 open pieces, not 8"):
        swap(order, 8)
    assert money_of(order) == before


def test_an_export_holds_the_swapped_pieces_once_and_adds_up_when_it_is_imported():
    order, copy = an_order(), make_channel("copy")
    swap(order, 3)
    text = "".join(write_csv(order_rows(Order.objects.all()), COLUMNS))
    form, table = open_orders(text.encode(), name="export.csv")

    outcome = run_import(OrderFile(form, table, copy), actor=CLERK)

    assert (outcome.created, outcome.noted, outcome.faults) == (1, 0, [])
    again = Order.objects.get(channel_account=copy)
    assert sums(again) == sums(order)
    assert [(one.sku, one.quantity) for one in again.lines.all()] == [("TEE", 4), ("MUG", 1), ("POLO", 3)]


@given(amount=st.integers(0, 10**6), of=st.integers(1, 500), data=st.data())
def test_parts_taken_piece_by_piece_add_up(amount, of, data):
    left, pieces = amount, of
    while pieces:
        taken = data.draw(st.integers(1, pieces))
        part = moved_part(left, pieces=taken, of=pieces)
        assert 0 <= part <= left
        left, pieces = left - part, pieces - taken
    assert left == 0


STEP = st.tuples(st.sampled_from(["swap", "back", "cancel", "ship"]), st.integers(0, 9), st.integers(1, 7))


def do(order: Order, step: tuple[str, int, int]) -> None:
    """Do one thing to one of the lines, with as many pieces as it has at most."""
    kind, pick, pieces = step
    lines = [one for one in OrderLine.objects.filter(order=order).order_by("position") if one.quantity_open]
    if kind == "back":
        lines = [one for one in lines if one.replaces_id]
    if not lines or (kind == "cancel" and sum(one.quantity_open for one in lines) <= pieces):
        return
    line = lines[pick % len(lines)]
    count = min(pieces, line.quantity_open)
    if kind == "swap":
        swap(order, count, line.position)
    elif kind == "back":
        swap_pieces_back(order_id=order.pk, line=line.position, quantity=count, actor=CLERK)
    elif kind == "cancel":
        cancel_line(order_id=order.pk, line=line.position, quantity=count, actor=CLERK)
    else:
        Order.objects.filter(pk=order.pk, state="placed").update(state="released", released_at=NOW)
        mark_shipped(shipped=[Gone(order.pk, {line.pk: count}, "S1")], actor=CLERK)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(STEP, max_size=8), tax_included=st.booleans())
def test_whatever_is_done_in_whatever_order_the_sums_stay(steps, tax_included):
    order = an_order(tax_included=tax_included, token="tok_ok")
    ask(1)
    before = sums(order)
    for seconds, step in enumerate(steps, 2):
        do(order, step)
        ask(seconds)
        order = Order.objects.get(pk=order.pk)
        lines = list(OrderLine.objects.filter(order=order).order_by("position"))
        assert sums(order)[:4] == before[:4]
        assert earned(order, lines) <= order.owed <= order.total
        assert sum(one.captured for one in Payment.objects.filter(order=order)) <= before[0]
        assert broken() == []
    if not any(line.quantity_open for line in OrderLine.objects.filter(order=order)):
        assert earned(order, lines) == order.owed
