"""Whatever is sent: a problem with code and field, nothing stored, never a crash."""

import json

import pytest

from oms.foundation.models import AuditLine, IdempotencyKey, OutboxEvent
from orders.models import Customer, Order
from tests.orders.api.conftest import order_json

STORED = (Order, Customer, OutboxEvent, IdempotencyKey)
LINE = order_json()["lines"][0]


def problem(answer):
    """Return status, code, and (field, code) of every fault of a problem."""
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "code", "detail", "errors"}
    assert body["status"] == answer.status_code and body["detail"]
    return answer.status_code, body["code"], [(one["field"], one["code"]) for one in body["errors"]]


def assert_nothing_stored():
    """Check that the request left no trace."""
    assert [model.objects.count() for model in STORED] == [0] * len(STORED)
    assert not AuditLine.objects.exclude(act="orders.api_key_issued").exists()


def line(**changes):
    """Return the order with a changed line."""
    return {"lines": [LINE | changes]}


FAULTS = [
    ({"surprise": 1}, "surprise", "unknown_field"),
    ({"customer": {"name": "A", "vip": True}}, "customer.vip", "unknown_field"),
    ({"shipping_address": {"street": "x"}}, "shipping_address.street", "unknown_field"),
    (line(colour="red"), "lines.0.colour", "unknown_field"),
    (line(discounts=[{"amount": "2.00", "kind": "x"}]), "lines.0.discounts.0.kind", "unknown_field"),
    ({"payments": [{"gateway": "sandbox", "amount": "1.00", "cvv": "1"}]}, "payments.0.cvv", "unknown_field"),
    ({"external_id": ""}, "external_id", "blank"),
    ({"external_id": 1001}, "external_id", "invalid"),
    ({"external_id": None}, "external_id", "null"),
    ({"external_id": "x" * 121}, "external_id", "max_length"),
    ({"currency": "EURO"}, "currency", "unknown_currency"),
    ({"currency": "XQZ"}, "currency", "unknown_currency"),
    ({"currency": 978}, "currency", "invalid"),
    ({"total": "37.71"}, "total", "total_mismatch"),
    ({"total": 37.70}, "total", "bad_amount"),
    ({"total": "-37.70"}, "total", "bad_amount"),
    ({"total": "3.77e1"}, "total", "bad_amount"),
    ({"total": "٣٧.٧٠"}, "total", "bad_amount"),  # noqa: RUF001
    ({"total": "37.701"}, "total", "bad_amount"),
    ({"total": "NaN"}, "total", "bad_amount"),
    ({"total": "9" * 12}, "total", "bad_amount"),
    ({"lines": []}, "lines", "empty"),
    ({"lines": {}}, "lines", "not_a_list"),
    ({"lines": [7]}, "lines.0", "invalid"),
    ({"lines": [LINE] * 501}, "lines", "max_length"),
    (line(quantity=0), "lines.0.quantity", "min_value"),
    (line(quantity=-1), "lines.0.quantity", "min_value"),
    (line(quantity=1_000_001), "lines.0.quantity", "max_value"),
    (line(quantity=10**30), "lines.0.quantity", "max_value"),
    (line(quantity="2"), "lines.0.quantity", "invalid"),
    (line(quantity=2.0), "lines.0.quantity", "invalid"),
    (line(quantity=True), "lines.0.quantity", "invalid"),
    (line(sku=" "), "lines.0.sku", "blank"),
    (line(unit_price="-1.00"), "lines.0.unit_price", "bad_amount"),
    (line(quantity=1_000_000, unit_price="9999999999.99"), "lines", "bad_amount"),
    ({"shipping_address": {"country": "XX"}}, "shipping_address.country", "unknown_country"),
    ({"shipping_address": {"country": "Germany"}}, "shipping_address.country", "unknown_country"),
    ({"shipping_address": "Berlin"}, "shipping_address", "invalid"),
    ({"shipping": {"service_level": "owl"}}, "shipping.service_level", "invalid_choice"),
    ({"placed_at": "2026-11-22T10:00:00"}, "placed_at", "bad_moment"),
    ({"placed_at": "2026-13-22T10:00:00Z"}, "placed_at", "bad_moment"),
    ({"placed_at": "9999-12-31T23:59:59-12:00"}, "placed_at", "bad_moment"),
    ({"placed_at": "0001-01-01T00:00:00Z"}, "placed_at", "out_of_range"),
    ({"placed_at": 0}, "placed_at", "bad_moment"),
    ({"prices_include_tax": "true"}, "prices_include_tax", "invalid"),
    ({"prices_include_tax": 1}, "prices_include_tax", "invalid"),
    ({"payments": [{"gateway": "acme", "amount": "1.00"}]}, "payments.0.gateway", "unknown"),
    ({"payments": [{"gateway": "sandbox", "amount": "1.00", "status": "paid"}]}, "payments.0.status", "not_external"),
    ({"tags": "vip"}, "tags", "not_a_list"),
    ({"tags": [1]}, "tags.0", "invalid"),
    ({"tags": [{}]}, "tags.0", "invalid"),
    ({"instructions": "x" * 2001}, "instructions", "max_length"),
]


@pytest.mark.parametrize(
    ("change", "field", "code"), FAULTS, ids=[f"{field}-{code}-{i}" for i, (_, field, code) in enumerate(FAULTS)]
)
def test_F11_absurd_payload_refused(caller, change, field, code):
    status, first, faults = problem(caller.post("/orders/", order_json(**change)))
    assert status == 422 and faults[0] == (field, code) and first == code
    assert_nothing_stored()


def test_every_fault_of_an_order_is_named_at_once(caller):
    body = order_json(currency="XQZ", surprise=1, lines=[LINE | {"quantity": 0}, LINE | {"sku": ""}])
    _, _, faults = problem(caller.post("/orders/", body))
    assert set(faults) == {
        ("currency", "unknown_currency"), ("surprise", "unknown_field"), ("lines.0.quantity", "min_value"),
        ("lines.1.sku", "blank"),
    }  # fmt: skip


def test_a_mismatch_names_the_computed_total(caller):
    answer = caller.post("/orders/", order_json(total="30.00"))
    assert "= 37.70" in answer.json()["detail"]


def test_missing_fields_are_named(caller):
    _, _, faults = problem(caller.post("/orders/", {}))
    assert {(field, code) for field, code in faults} == {
        (field, "required") for field in ("external_id", "currency", "lines", "total")
    }


GOOD = json.dumps(order_json())
RAW = [
    (b"{", "unreadable_body"),
    (GOOD.encode("utf-16"), "not_utf8"),
    (GOOD.replace("Erika", "\udce4").encode("utf-8", "surrogateescape"), "not_utf8"),
    (GOOD.replace('"quantity": 2', '"quantity": NaN').encode(), "not_a_number"),
    (GOOD.replace('"quantity": 2', '"quantity": -Infinity').encode(), "not_a_number"),
    (GOOD.replace('"currency": "EUR"', '"currency": "EUR", "currency": "USD"').encode(), "duplicate_key"),
    (GOOD.replace("Erika", r"\u0000").encode(), "nul_character"),
    (GOOD.replace("Erika", r"\ud800").encode(), "not_utf8"),
    (b"[" * 200 + b"]" * 200, "too_deep"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
    (GOOD.replace('"quantity": 2', f'"quantity": {"9" * 5000}').encode(), "unreadable_body"),
]


@pytest.mark.parametrize(("raw", "code"), RAW, ids=[f"{code}-{i}" for i, (_, code) in enumerate(RAW)])
def test_a_body_that_is_not_plain_json_is_refused(caller, raw, code):
    status, found, _ = problem(caller.post("/orders/", raw))
    assert (status, found) == (400, code)
    assert_nothing_stored()


@pytest.mark.parametrize("body", [[], "x", 5, None, True])
def test_a_body_that_is_no_object_is_refused(caller, body):
    status, code, _ = problem(caller.post("/orders/", json.dumps(body).encode()))
    assert status == 422 and code in ("invalid", "null")
    assert_nothing_stored()


def test_F11_a_body_of_five_megabytes_is_refused(caller):
    status, code, _ = problem(caller.post("/orders/", order_json(instructions="x" * 5_000_000)))
    assert (status, code) == (413, "body_too_large")
    assert_nothing_stored()


def test_another_content_type_is_refused(caller):
    answer = caller.client.post(
        "/api/v1/orders/", "a=1", content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Bearer {caller.key}", "Idempotency-Key": "k"},
    )  # fmt: skip
    assert answer.status_code == 415
    assert_nothing_stored()


def test_another_method_is_refused(caller):
    answer = caller.client.delete("/api/v1/orders/", headers={"Authorization": f"Bearer {caller.key}"})
    assert answer.status_code in (403, 405)
