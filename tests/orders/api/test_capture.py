"""Capturing orders over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.foundation.models import IdempotencyKey, OutboxEvent
from orders.api.shapes import OrderOut
from orders.models import Order
from tests.conftest import on_postgresql
from tests.factories import make_product
from tests.orders.api.conftest import order_json, plain_order


def test_a_new_order_answers_201_with_its_documented_shape(caller):
    make_product("TEE-RED-M")
    answer = caller.post("/orders/", order_json())
    order = answer.json()
    assert answer.status_code == 201
    assert set(OrderOut().fields) <= set(order)
    assert (order["external_id"], order["channel"], order["state"], order["total"]) == (
        "1001",
        "web",
        "placed",
        "37.70",
    )
    assert order["gates"]["data"] == {"state": "open", "code": "", "reason": ""}
    line = order["lines"][0]
    assert (line["sku"], line["quantity"], line["open"], line["allocated"], line["discount"]) == (
        "TEE-RED-M", 2, 2, 0, "7.00",
    )  # fmt: skip
    assert order["shipments"] == [] and order["fulfillment_orders"] == [] and order["holds"] == []
    assert Order.objects.get().number == order["number"]


def test_the_answer_equals_what_reading_the_order_answers(caller):
    posted = caller.post("/orders/", order_json()).json()
    assert caller.get(f"/orders/{posted['number']}/").json() == posted


def test_a_number_captured_before_answers_200_with_the_same_order(caller):
    first = caller.post("/orders/", order_json())
    again = caller.post("/orders/", order_json(instructions="changed"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() and Order.objects.count() == 1


def test_F02_same_key_replays_answer(caller):
    first = caller.post("/orders/", order_json(), key="k-1")
    again = caller.post("/orders/", order_json(), key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert again["Content-Type"] == first["Content-Type"]
    assert Order.objects.count() == OutboxEvent.objects.count() == IdempotencyKey.objects.count() == 1


def test_a_replay_does_not_depend_on_the_order_of_keys_or_blanks(caller):
    first = caller.post("/orders/", order_json(), key="k-1")
    turned = dict(reversed(order_json().items()))
    again = caller.post("/orders/", turned, key="k-1")
    assert again.content == first.content


def test_F03_same_key_other_body_refused(caller):
    caller.post("/orders/", order_json(), key="k-1")
    other = caller.post("/orders/", order_json(external_id="1002"), key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_the_same_key_for_a_faulty_body_is_refused_as_reused(caller):
    caller.post("/orders/", order_json(), key="k-1")
    other = caller.post("/orders/", order_json(total="1.00"), key="k-1")
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_refused_request_does_not_use_up_its_key(caller):
    refused = caller.post("/orders/", order_json(total="1.00"), key="k-1")
    assert refused.status_code == 422 and IdempotencyKey.objects.count() == 0
    assert caller.post("/orders/", order_json(), key="k-1").status_code == 201


def test_keys_of_two_accounts_are_strangers(caller, db):
    from tests.factories import make_api_key, make_channel
    from tests.orders.api.conftest import Caller

    other = Caller(make_api_key(make_channel("app")))
    assert caller.post("/orders/", order_json(), key="k-1").status_code == 201
    assert other.post("/orders/", order_json(), key="k-1").status_code == 201
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("key", "code"),
    [(" ", "idempotency_key_missing"), ("ü", "idempotency_key_invalid"), ("x" * 201, "idempotency_key_invalid")],
)
def test_a_post_needs_a_usable_key(caller, key, code):
    answer = caller.post("/orders/", order_json(), key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Order.objects.count() == 0


def test_an_external_payment_is_taken_as_the_channel_states_it(caller):
    paid = [{"gateway": "external", "method": "PayPal", "amount": "37.70", "status": "paid", "reference": "X1"}]
    order = caller.post("/orders/", order_json(payments=paid)).json()
    assert order["payment_status"] == "paid" and order["gates"]["payment"]["state"] == "open"


def statements(caller, path, body):
    """Return the statements of a POST, from the request to its answer; BEGIN and COMMIT are two of them."""
    with CaptureQueriesContext(connection) as seen:
        answer = caller.post(path, body)
    assert answer.status_code < 300, answer.content
    return [query["sql"][:60] for query in seen]


def full_order(external_id, lines):
    """Return an order that has everything: a new customer, two addresses, both kinds of discounts, a payment."""
    customer = {"name": "N", "email": f"{external_id}@example.com", "phone": ""}
    paid = [{"gateway": "sandbox", "token": "tok_ok", "amount": f"{lines - 1}.00"}]
    body = plain_order(external_id, lines, customer=customer, payments=paid, total=f"{lines - 1}.00")
    body["lines"][0]["discounts"] = [{"code": "A", "amount": "0.50"}]
    return body | {"billing_address": body["shipping_address"], "discounts": [{"code": "B", "amount": "0.50"}]}


@pytest.mark.parametrize("lines", [3, 30])
def test_an_order_with_everything_takes_few_statements_however_many_lines_it_has(caller, lines):
    """On PostgreSQL several tables share a statement; nothing is written of the key that has never been used."""
    seen = statements(caller, "/orders/", full_order("1", lines))
    assert len(seen) == (9 if on_postgresql() else 14), seen


def test_an_order_without_discounts_from_a_known_customer_takes_no_more(caller):
    caller.post("/orders/", plain_order("1"))
    seen = statements(caller, "/orders/", plain_order("2"))
    assert len(seen) == (9 if on_postgresql() else 13), seen


def test_a_bulk_of_five_hundred_takes_few_statements(caller):
    rows = [full_order(f"B{n}", 3) for n in range(500)]
    seen = statements(caller, "/orders/bulk/", {"orders": rows})
    assert len(seen) == (13 if on_postgresql() else 14), seen
    assert Order.objects.count() == 500
