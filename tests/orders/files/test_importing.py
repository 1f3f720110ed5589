"""Importing order files: every order once, every refused row named."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from oms.foundation.models import OutboxEvent
from orders.models import Gate, Order, OrderLine, PaymentEvent
from tests.factories import make_channel, make_product
from tests.orders.files.shop_files import head, line, table_bytes

pytestmark = pytest.mark.django_db
# a part of UCI Online Retail (CC BY 4.0), reworked: lines and prices are real, people and payments made up
SAMPLE = Path(__file__).with_name("november.csv")


@pytest.fixture
def channel():
    """A channel that sells in pounds."""
    return make_channel("gifts", currency="GBP")


@pytest.fixture
def file(tmp_path):
    """Return how to write a file of rows."""

    def write(*rows, **options):
        path = tmp_path / "orders.csv"
        path.write_bytes(table_bytes(rows, **options))
        return path

    return write


def run(path, **options):
    """Import a file and return exit code, what it says and what it complains about."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_orders", str(path), **{"channel": "gifts"} | options, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue().strip(), [*err.getvalue().splitlines(), str(error)]
    return 0, out.getvalue().strip(), err.getvalue().splitlines()


def test_a_file_is_captured_and_importing_it_again_changes_nothing(channel, file):
    path = file(head("#1", Subtotal="25.00", Total="29.90"), line("#1"), head("#2"))
    assert run(path) == (0, "orders.csv: 2 captured, 0 already known, 0 refused", [])
    before = [*Order.objects.order_by("pk").values()]
    assert run(path) == (0, "orders.csv: 0 captured, 2 already known, 0 refused", [])
    assert [*Order.objects.order_by("pk").values()] == before
    assert OutboxEvent.objects.count() == 2


def test_a_bad_row_refuses_its_order_and_the_rest_is_taken(channel, file):
    code, said, complaints = run(file(head("#1"), line("#1", quantity="many"), head("#2"), head("#3", Total="")))
    assert (code, said) == (2, "orders.csv: 1 captured, 0 already known, 2 refused")
    assert complaints[:2] == [
        "row 3, column Lineitem quantity: “many” is not a whole number; write digits only, like 12.",
        "row 5, column Total: this cell is empty; fill it in.",
    ]
    assert Order.objects.get().external_id == "#2"


def test_a_mended_file_brings_only_what_was_refused(channel, file):
    run(file(head("#1"), head("#2", Total="x")))
    assert run(file(head("#1"), head("#2")))[1] == "orders.csv: 1 captured, 1 already known, 0 refused"


def test_a_total_that_does_not_add_up_is_taken_and_shown(channel, file):
    make_product("A")
    assert run(file(head(Total="25.00")))[1] == (
        "orders.csv: 1 captured, 1 with a total that does not add up, 0 already known, 0 refused"
    )
    order = Order.objects.get()
    assert (order.total, order.total_difference) == (2500, 10)
    assert Gate.objects.get(order=order, name="data").code == "total_difference"


def test_a_dry_run_keeps_nothing(channel, file):
    assert (
        run(file(head()), dry_run=True)[1]
        == "orders.csv: 1 captured, 0 already known, 0 refused (dry run, nothing kept)"
    )
    assert Order.objects.count() == OutboxEvent.objects.count() == 0


def test_an_unknown_channel_is_an_error_that_names_the_known_ones(channel, file):
    assert run(file(head()), channel="nope")[2] == ["There is no channel “nope”. Known channels: gifts."]


def test_a_file_of_another_kind_is_refused_whole(channel, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"a,b\n1,2\n")
    code, _, complaints = run(path, format="shopify")
    assert code == 1 and complaints[0].startswith("orders.csv lacks the columns Name, Email")


def test_nothing_taken_leaves_with_one(channel, file):
    assert run(file(head(Total="")))[0] == 1


def test_every_total_of_a_real_file_arrives_to_the_cent(channel):
    stated: dict[str, dict[str, Decimal]] = {}
    lines: dict[str, list[tuple[str, int, Decimal]]] = defaultdict(list)
    with SAMPLE.open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["Total"]:
                stated[row["Name"]] = {
                    one: Decimal(row[one]) for one in ("Total", "Shipping", "Taxes", "Discount Amount")
                }
            lines[row["Name"]].append(
                (row["Lineitem sku"], int(row["Lineitem quantity"]), Decimal(row["Lineitem price"]))
            )
    assert run(SAMPLE) == (0, f"{SAMPLE.name}: {len(stated)} captured, 0 already known, 0 refused", [])
    orders = {order.external_id: order for order in Order.objects.prefetch_related("lines", "payments")}
    assert orders.keys() == stated.keys()
    for name, order in orders.items():
        amounts = (order.total, order.shipping_total, order.tax_total, order.discount_total)
        assert [Decimal(one).scaleb(-2) for one in amounts] == list(stated[name].values())
        assert order.total_difference == 0
        kept = [(one.sku, one.quantity, Decimal(one.unit_price).scaleb(-2)) for one in order.lines.all()]
        assert kept == lines[name]
        assert sum(one.discount for one in order.lines.all()) == order.discount_total
    assert OrderLine.objects.count() == sum(map(len, lines.values()))
    assert not PaymentEvent.objects.exclude(outcome="ok").exists()
