"""Capturing orders: complete, exactly once, whatever is wrong with them."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Invalid
from orders.intake import CustomerIn, DiscountIn, LineIn, PaymentIn
from orders.models import Customer, Gate, Order, OrderLine, Payment, PaymentEvent
from orders.services.capture import capture_orders
from tests.factories import NOW, address_in, make_actor, make_channel, make_product, order_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    """A channel account."""
    return make_channel("web")


def capture(account, *orders):
    """Capture orders for the account."""
    return capture_orders(account_id=account.pk, orders=orders, actor=make_actor())


def gate(order, name):
    """Return state and code of a gate."""
    row = Gate.objects.get(order=order, name=name)
    return row.state, row.code


def test_an_order_is_stored_with_everything_it_brings(account):
    product = make_product("SKU-A")
    told = order_in(external_id="1001", billing_address=address_in(name="Firma"), tags=["vip"])
    [captured] = capture(account, told)
    order = Order.objects.get()
    assert captured.created and captured.order.pk == order.pk and captured.difference == 0
    assert (order.state, order.external_id, order.total, order.placed_at) == ("placed", "1001", 2000, NOW)
    assert len(order.number) == 8 and order.channel == account.channel and order.tags == ["vip"]
    line = order.lines.get()
    assert (line.product, line.quantity, line.quantity_open, line.unit_price) == (product, 2, 2, 1000)
    assert sorted(order.addresses.values_list("kind", "name")) == [("billing", "Firma"), ("shipping", "Erika Muster")]
    assert order.customer.email == "erika@example.com"
    assert {one.name: one.state for one in order.gates.all()} == {
        "data": "open", "address": "open", "fraud": "open", "payment": "pending", "stock": "pending",
    }  # fmt: skip


def test_capture_writes_the_audit_line_and_the_fact(account):
    [captured] = capture(account, order_in())
    line = AuditLine.objects.get(subject=captured.order.stream, entity="orders.order")
    assert (line.act, line.from_state, line.to_state) == ("orders.capture", "", "placed")
    fact = OutboxEvent.objects.get()
    assert (fact.kind, fact.payload, fact.stream) == (
        "OrderPlaced", {"order_id": captured.order.pk}, captured.order.stream,
    )  # fmt: skip


def test_a_repeated_number_gives_the_first_order_whatever_the_repetition_says(account):
    [first] = capture(account, order_in(external_id="1"))
    [again] = capture(account, order_in([("OTHER", 5, 10)], external_id="1"))
    assert not again.created and again.order.pk == first.order.pk
    assert Order.objects.get().total == 2000 and OrderLine.objects.count() == 1
    assert OutboxEvent.objects.count() == 1
    assert AuditLine.objects.filter(entity="orders.order").count() == 1


def test_a_repetition_under_another_email_makes_nobody_a_customer(account):
    capture(account, order_in(external_id="1"))
    stranger = CustomerIn("Stranger", "stranger@example.com")
    capture(account, order_in(external_id="1", customer=stranger))
    assert [one.email for one in Customer.objects.all()] == ["erika@example.com"]


def test_a_customer_of_a_repetition_and_a_new_order_is_kept(account):
    capture(account, order_in(external_id="1"))
    new = CustomerIn("New", "new@example.com")
    _, second = capture(account, order_in(external_id="1", customer=new), order_in(external_id="2", customer=new))
    assert second.created and Order.objects.get(external_id="2").customer.email == "new@example.com"


def test_the_same_number_twice_in_one_call_is_one_order(account):
    first, second = capture(account, order_in(external_id="1"), order_in([("B", 1, 1)], external_id="1"))
    assert (first.created, second.created) == (True, False)
    assert first.order.pk == second.order.pk and Order.objects.get().total == 2000


def test_the_same_number_at_another_account_is_another_order(account):
    capture(account, order_in(external_id="1"))
    [other] = capture(make_channel("app"), order_in(external_id="1"))
    assert other.created and Order.objects.count() == 2


def test_answers_come_in_input_order(account):
    capture(account, order_in(external_id="b"))
    answers = capture(account, *(order_in(external_id=one) for one in "cba"))
    assert [(one.order.external_id, one.created) for one in answers] == [("c", True), ("b", False), ("a", True)]


def test_an_unknown_sku_is_stored_without_product_and_closes_the_data_gate(account):
    [captured] = capture(account, order_in([("NOPE", 1, 100)]))
    assert captured.order.lines.get().product is None
    assert gate(captured.order, "data") == ("closed", "unknown_sku")


def test_a_total_that_does_not_add_up_is_stored_and_closes_the_data_gate(account):
    make_product("SKU-A")
    [captured] = capture(account, order_in(total=1900))
    order = Order.objects.get()
    assert (captured.difference, order.total, order.total_difference) == (-100, 1900, -100)
    assert gate(order, "data") == ("closed", "total_difference")


def test_discounts_are_kept_as_seen_and_shared_over_the_lines(account):
    lines = [LineIn("A", 1, 1000, discounts=[DiscountIn(100, "L")]), LineIn("B", 1, 100)]
    told = replace(order_in(total=900), lines=lines, discounts=[DiscountIn(100, "ALL")])
    capture(account, told)
    order = Order.objects.get()
    assert list(order.lines.values_list("discount", flat=True)) == [190, 10]
    assert sorted(order.discounts.values_list("code", "amount", "line__sku")) == [("ALL", 100, None), ("L", 100, "A")]
    assert (order.lines_total, order.discount_total, order.total_difference) == (1100, 200, 0)


def test_customers_are_found_again_by_email_whatever_its_case(account):
    capture(account, order_in(customer=CustomerIn("A", "A@Example.com")))
    capture(account, order_in(customer=CustomerIn("B", "a@example.COM")))
    assert Customer.objects.get().name == "A"
    assert Order.objects.filter(customer=Customer.objects.get()).count() == 2


def test_orders_without_email_have_no_customer_row(account):
    [captured] = capture(account, order_in(customer=CustomerIn("A", "", "+44")))
    assert captured.order.customer is None and Customer.objects.count() == 0
    assert gate(captured.order, "data")[0] == "closed"


def test_a_sandbox_payment_leaves_an_intent_to_authorize(account):
    capture(account, order_in())
    payment, event = Payment.objects.get(), PaymentEvent.objects.get()
    assert (payment.state, payment.amount, payment.token, payment.authorized) == ("created", 2000, "tok_ok", 0)
    assert (event.kind, event.outcome, event.next_try_at, event.key) == (
        "authorize", "pending", NOW, f"authorize:{payment.pk}",
    )  # fmt: skip
    assert Order.objects.get().payment_status == "pending"


@pytest.mark.parametrize(
    ("status", "state", "authorized", "captured", "events", "order_status", "gate_state"),
    [
        ("paid", "captured", 2000, 2000, [("authorize", "ok"), ("capture", "ok")], "paid", "open"),
        ("authorized", "authorized", 2000, 0, [("authorize", "ok")], "authorized", "open"),
        ("pending", "pending", 0, 0, [], "pending", "closed"),
    ],
)
def test_money_at_the_channel_is_as_the_channel_says(
    account, status, state, authorized, captured, events, order_status, gate_state
):
    payment = PaymentIn(amount=2000, method="Credit card", gateway="external", status=status, reference="c1")
    capture(account, order_in(payments=[payment]))
    row = Payment.objects.get()
    assert (row.state, row.authorized, row.captured, row.reference) == (state, authorized, captured, "c1")
    assert list(PaymentEvent.objects.order_by("pk").values_list("kind", "outcome")) == events
    assert not PaymentEvent.objects.filter(next_try_at__isnull=False).exists()
    order = Order.objects.get()
    assert order.payment_status == order_status and gate(order, "payment")[0] == gate_state


def test_an_order_of_zero_has_nothing_to_pay(account):
    make_product("SKU-A")
    paid = PaymentIn(amount=0, gateway="external", status="paid")
    [captured] = capture(account, order_in([("SKU-A", 1, 0)], payments=[paid]))
    order = Order.objects.get()
    assert order.payment_status == "none" and Payment.objects.count() == 0
    assert gate(captured.order, "payment") == ("open", "nothing_to_pay")


def test_texts_longer_than_their_columns_are_cut(account):
    [captured] = capture(account, order_in(customer=CustomerIn("N" * 300, "e@example.com", "5" * 90)))
    order = Order.objects.get(pk=captured.order.pk)
    assert (len(order.customer_name), len(order.phone)) == (200, 40)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"external_id": " "}, "external_id"),
        ({"external_id": "x" * 121}, "external_id"),
        ({"lines": []}, "lines"),
        ({"lines": [LineIn("A", 0, 1)]}, "lines.0.quantity"),
        ({"lines": [LineIn("A", 1, -1)]}, "lines.0.unit_price"),
        ({"lines": [LineIn("A", 1_000_000, 10**12)]}, "lines"),
        ({"total": -1}, "total"),
    ],
)
def test_what_no_table_can_hold_is_refused_and_nothing_is_stored(account, change, field):
    with pytest.raises(Invalid) as refused:
        capture(account, order_in(), replace(order_in(), **change))
    assert refused.value.reasons[0].field == field
    assert Order.objects.count() == 0 and Customer.objects.count() == 0


def test_a_number_drawn_twice_is_drawn_again(account, monkeypatch):
    drawn = iter(["AAAAAAAA", "AAAAAAAA", "BBBBBBBB"])
    monkeypatch.setattr("orders.services.capture.random_code", lambda length: next(drawn))
    capture(account, order_in(external_id="1"))
    [second] = capture(account, order_in(external_id="2"))
    assert second.created and second.order.number == "BBBBBBBB"


def statements(account, orders):
    """Return how many statements a capture takes."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        capture(account, *orders)
    return len(seen)


def test_the_statements_do_not_grow_with_the_orders(account):
    one = statements(account, [order_in(lines=[(f"S{i}", 1, 100) for i in range(3)])])
    many = [order_in(lines=[(f"S{i}", 1, 100) for i in range(30)]) for _ in range(10)]
    assert statements(account, many) <= one + 5  # SQLite takes 999 values a statement


def test_five_hundred_orders_take_less_than_half_a_statement_each(account):
    orders = [
        order_in(lines=[(f"S{i}", 1, 100) for i in range(3)], customer=CustomerIn("N", f"c{n}@example.com"))
        for n in range(500)
    ]
    assert statements(account, orders) <= 250
