"""Reading Shopify's order export."""

import pytest

from orders.channels.files import read_orders
from orders.channels.formats import open_orders
from orders.imports import OrderFile
from orders.intake import DiscountIn, add_up
from orders.models import ChannelAccount
from tests.orders.files.shop_files import head, line, table_bytes


def read(*rows):
    """Return what a file of the rows tells, order by order."""
    form, table = open_orders(table_bytes(rows), name="f.csv", code="shopify")
    return list(read_orders(form, table))


def faults(*rows):
    """Return the faults of the one order of a file, as lines."""
    [told] = read(*rows)
    assert told.order is None
    return [str(fault) for fault in told.faults]


def test_a_head_row_and_line_rows_are_one_order():
    [told] = read(head(Subtotal="25.00", Total="29.90"), line())
    order = told.order
    assert (told.key, told.rows) == ("#1", (2, 3))
    assert (order.external_id, order.currency, order.total) == ("#1", "GBP", 2990)
    assert [(one.sku, one.quantity, one.unit_price) for one in order.lines] == [("A", 2, 1000), ("B", 1, 500)]
    assert order.placed_at.isoformat() == "2011-11-01T08:16:00+00:00"
    assert (order.shipping.service_level, order.shipping.amount) == ("standard", 490)
    assert add_up(order).difference == 0 and add_up(order).tax == 333
    assert (order.shipping_address.postal_code, order.shipping_address.country) == ("LS1 4AP", "GB")


def test_lines_of_an_order_that_stand_elsewhere_are_brought_together():
    told = read(head(Subtotal="25.00", Total="29.90"), head("#2"), line("#1"))
    assert {one.key: len(one.order.lines) for one in told} == {"#1": 2, "#2": 1}
    assert all(add_up(one.order).difference == 0 for one in told)


def test_the_same_order_twice_in_a_file_is_named_and_not_taken():
    assert faults(head(), head()) == ["row 3, column Name: this order begins in row 2 already; keep one of the two."]
    first, second = read(head(), head("#2"), head())
    assert (first.key, first.order is not None) == ("#2", True) and second.order is None


def test_a_discount_code_is_a_discount_on_the_whole_order():
    changes = {"Subtotal": "18.00", "Total": "22.90", "Discount Code": "WELCOME10", "Discount Amount": "2.00"}
    [told] = read(head(**changes))
    assert told.order.discounts == [DiscountIn(200, "WELCOME10")] and add_up(told.order).difference == 0


def test_a_lines_discount_that_the_orders_amount_contains_is_not_counted_twice():
    changes = {"Subtotal": "17.00", "Total": "21.90", "Discount Amount": "3.00", "Lineitem discount": "1.00"}
    [told] = read(head(**changes))
    assert add_up(told.order).shares == (300,) and add_up(told.order).difference == 0


def test_taxes_that_the_total_adds_are_on_top():
    [told] = read(head(Total="28.23"))
    assert told.order.prices_include_tax is False and add_up(told.order).difference == 0


@pytest.mark.parametrize(
    ("status", "outstanding", "payments"),
    [
        ("paid", "0.00", [("paid", 2490)]),
        ("authorized", "0.00", [("authorized", 2490)]),
        ("pending", "24.90", [("pending", 2490)]),
        ("partially_paid", "4.90", [("paid", 2000), ("pending", 490)]),
    ],
)
def test_the_financial_status_tells_what_happened_at_the_channel(status, outstanding, payments):
    [told] = read(head(**{"Financial Status": status, "Outstanding Balance": outstanding}))
    assert [(one.status, one.amount) for one in told.order.payments] == payments
    assert {(one.gateway, one.method, one.reference) for one in told.order.payments} == {("external", "PayPal", "c1.1")}


@pytest.mark.parametrize(
    ("method", "level", "tags"),
    [
        ("Express", "express", []),
        ("Same-day", "same_day", []),
        ("", "standard", []),
        ("By owl", "standard", ["shipping method: By owl"]),
    ],
)
def test_the_shipping_method_is_one_of_ours_or_a_tag(method, level, tags):
    [told] = read(head(**{"Shipping Method": method}))
    assert (told.order.shipping.service_level, told.order.tags) == (level, tags)


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("Cancelled at", "2011-11-02", "this order was cancelled at the channel; it is not taken."),
        ("Financial Status", "refunded", "this order is refunded at the channel; it is not taken."),
        ("Fulfillment Status", "fulfilled", "this order is fulfilled at the channel; it is not taken."),
        ("Total", "", "this cell is empty; fill it in."),
        ("Total", "1,234.50", "“1,234.50” has a comma; write amounts with a point and without separators, like 1234.90."),  # noqa: E501
        ("Currency", "EURO", "“EURO” is not a currency; write a code such as EUR."),
        ("Created at", "yesterday", "“yesterday” is not a moment; write it like 2026-11-22T10:00:00Z."),
        ("Lineitem quantity", "1.5", "“1.5” is not a whole number; write digits only, like 12."),
        ("Lineitem quantity", "0", "0 is outside 1 to 1,000,000."),
        ("Lineitem price", "-1.00", "“-1.00” is negative; write an amount of 0 or more."),
        ("Lineitem sku", "1.23E+15", "Excel has changed this number to “1.23E+15”; format the column as text and enter it again."),  # noqa: E501
        ("Name", "", "the order's number is missing; fill it in."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_refuses_its_order(column, cell, sentence):
    assert faults(head(**{column: cell})) == [f"row 2, column {column}: {sentence}"]


def test_an_order_without_any_total_is_refused_at_its_first_row():
    assert faults(line("#1"), line("#1")) == ["row 2, column Total: no row of this order has a total; fill it in."]


def test_a_fault_in_any_line_refuses_the_whole_order_and_no_other():
    first, second = read(head(), line(quantity="x"), head("#2"))
    assert first.order is None and second.order is not None


def test_an_order_is_refused_when_an_unreadable_row_took_a_line_from_it():
    broken = table_bytes([head(Subtotal="25.00", Total="29.90"), line(), head("#2")]).replace(b"#1,,", b"#1,x\n,,", 1)
    form, table = open_orders(broken, name="f.csv", code="shopify")
    told = list(read_orders(form, table))
    assert len(table.faults) >= 1
    assert {one.key: one.order is None for one in told if one.key} == {"#1": True, "#2": False}
    assert any(fault.code == "incomplete" for one in told for fault in one.faults)


def test_a_line_without_sku_is_kept_for_a_person_to_look_at():
    [told] = read(head(**{"Lineitem sku": ""}))
    assert told.order.lines[0].sku == ""


@pytest.mark.parametrize(("land", "code"), [("United Kingdom", "GB"), ("gb", "GB"), ("Nowhere", ""), ("", "")])
def test_a_country_is_a_code_or_a_name(land, code):
    [told] = read(head(**{"Shipping Country": land}))
    assert told.order.shipping_address.country == code


def test_only_columns_that_nobody_expects_are_named():
    form, table = open_orders(table_bytes([head()], [*head(), "Vendor", "Colour"]), name="f.csv", code="shopify")
    assert OrderFile(form, table, ChannelAccount()).unused == ["Colour"]


def test_the_heading_tells_the_format():
    form, _ = open_orders(table_bytes([head()]), name="f.csv")
    assert form.code == "shopify"
