"""Our own order file: read, refused, and written so that it can be read again."""

import pytest
from django.contrib.auth.models import User

from oms.foundation.exports import write_csv
from oms.foundation.imports.running import run_import
from orders.channels.files import read_orders
from orders.channels.formats import open_orders
from orders.exports import COLUMNS, order_rows
from orders.imports import OrderFile
from orders.intake import AddressIn, DiscountIn, add_up
from orders.models import Order, OrderLine, Payment
from orders.services.capture import capture_orders
from tests.factories import make_actor, make_channel
from tests.orders.api.conftest import order_json
from tests.orders.files.shop_files import table_bytes

ROW = {"external_id": "1", "currency": "EUR", "total": "10.00", "sku": "A", "quantity": "2", "unit_price": "5.00"}


def read(*rows):
    """Return what a file of the rows tells, order by order."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    form, table = open_orders(table_bytes(rows, columns), name="f.csv", code="oms")
    return list(read_orders(form, table))


def test_six_columns_are_enough():
    [told] = read(ROW)
    order = told.order
    assert (order.external_id, order.total, order.shipping_address, order.payments) == ("1", 1000, None, [])
    assert add_up(order).difference == 0 and order.prices_include_tax is True and order.placed_at is None


def test_an_orders_own_cells_may_stand_in_one_row_or_in_all():
    second = {"external_id": "1", "sku": "B", "quantity": "1", "unit_price": "0.00"}
    [once] = read(ROW, second)
    [twice] = read(ROW, ROW | second)
    assert once.order == twice.order and len(once.order.lines) == 2


def test_rows_that_disagree_about_their_order_are_refused():
    [told] = read(ROW, ROW | {"total": "11.00"})
    assert [str(fault) for fault in told.faults] == [
        "row 3, column total: the rows of this order say “10.00” too; keep one."
    ]


def test_discounts_are_written_as_code_and_amount():
    [told] = read(ROW | {"discounts": "A:1.00; B C:0.50", "line.discounts": "L:0.50", "total": "8.00"})
    assert told.order.discounts == [DiscountIn(100, "A"), DiscountIn(50, "B C")]
    assert told.order.lines[0].discounts == [DiscountIn(50, "L")] and add_up(told.order).difference == 0


def test_a_payment_with_a_status_has_happened_elsewhere():
    payment = {"payment.method": "card", "payment.gateway": "sandbox", "payment.amount": "10.00"}
    [asked] = read(ROW | payment | {"payment.token": "tok_ok"})
    [done] = read(ROW | payment | {"payment.status": "paid"})
    assert (asked.order.payments[0].gateway, asked.order.payments[0].status) == ("sandbox", "")
    assert (done.order.payments[0].gateway, done.order.payments[0].status) == ("external", "paid")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"sku": ""}, "row 2, column sku"),
        ({"quantity": "2.0"}, "row 2, column quantity"),
        ({"discounts": "free"}, "row 2, column discounts"),
        ({"shipping.service_level": "owl"}, "row 2, column shipping.service_level"),
        ({"payment.amount": "1.00", "payment.gateway": "acme"}, "row 2, column payment.gateway"),
        ({"prices_include_tax": "maybe"}, "row 2, column prices_include_tax"),
        ({"placed_at": "2026-11-22 10:00"}, "row 2, column placed_at"),
        ({"deliver_by": "26.11.2026"}, "row 2, column deliver_by"),
        ({"external_id": "x" * 121}, "row 2, column external_id"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_its_order(change, place):
    [told] = read(ROW | change)
    assert told.order is None and str(told.faults[0]).startswith(place)


def facts(account):
    """Return everything of the account's orders that a file carries."""
    own = {"channel_account": account}
    orders = Order.objects.filter(**own).order_by("external_id")
    lines = OrderLine.objects.filter(order__channel_account=account).order_by("order__external_id", "position")
    names = ("external_id", "currency", "prices_include_tax", "total", "lines_total", "discount_total", "tax_total")
    more = ("shipping_total", "service_level", "email", "phone", "customer_name", "tags", "instructions", "placed_at")
    names = (*names, "ship_by", "deliver_by", "channel_fee", "sales_rep__username")
    parts = ("sku", "title", "quantity", "unit_price", "tax", "discount", "external_id", "customization")
    addresses = [sorted(order.addresses.values_list("kind", *AddressIn.__dataclass_fields__)) for order in orders]
    payments = Payment.objects.filter(order__channel_account=account).order_by("order__external_id", "pk")
    money = list(payments.values_list("method", "amount", "reference"))
    return [*orders.values_list(*names, *more)], [*lines.values_list("order__external_id", *parts)], addresses, money


@pytest.mark.django_db
def test_an_export_can_be_imported_again_without_loss():
    from orders.api.serializers import read_order

    User.objects.create_user("rita")
    web, copy = make_channel("web"), make_channel("copy")
    told = [
        read_order(order_json(external_id=name, tags=["vip", "gift"], instructions="=1+1\nsecond", **more), web.channel)
        for name, more in (
            (
                "1",
                {
                    "ship_by": "2026-11-24T12:00:00Z",
                    "deliver_by": "2026-11-26",
                    "channel_fee": "3.21",
                    "sales_rep": "rita",
                },
            ),
            ("-2", {"billing_address": {"name": "Firma", "country": "DE"}}),
        )
    ]
    capture_orders(account_id=web.pk, orders=told, actor=make_actor())
    text = "".join(write_csv(order_rows(Order.objects.order_by("pk")), COLUMNS))
    form, table = open_orders(text.encode(), name="export.csv")
    assert form.code == "oms" and OrderFile(form, table, copy).unused == []
    outcome = run_import(OrderFile(form, table, copy), actor=make_actor())
    assert (outcome.created, outcome.faults) == (2, [])
    assert facts(copy) == facts(web)
