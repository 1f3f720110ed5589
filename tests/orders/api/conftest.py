"""A channel's system that calls the API."""

import json
import uuid
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_api_key, make_channel

ORDER: dict[str, Any] = {
    "external_id": "1001",
    "placed_at": "2026-11-22T10:00:00Z",
    "currency": "EUR",
    "prices_include_tax": True,
    "customer": {"name": "Erika Muster", "email": "erika@example.com", "phone": "+493012345"},
    "shipping_address": {
        "name": "Erika Muster", "line1": "Hauptstr. 1", "line2": "", "city": "Berlin", "region": "",
        "postal_code": "10115", "country": "DE", "phone": "",
    },
    "billing_address": None,
    "shipping": {"service_level": "standard", "amount": "4.90", "tax": "0.78"},
    "lines": [
        {"external_id": "1", "sku": "TEE-RED-M", "title": "Tee", "quantity": 2, "unit_price": "19.90", "tax": "6.35",
         "discounts": [{"code": "SUMMER", "amount": "2.00"}], "customization": ""},
    ],
    "discounts": [{"code": "WELCOME", "amount": "5.00"}],
    "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": "37.70"}],
    "total": "37.70",
    "instructions": "",
    "tags": [],
    "purchase_order": "",
}  # fmt: skip


def order_json(**changes: Any) -> dict[str, Any]:
    """Return the documented order with changes."""
    return deepcopy(ORDER) | changes


def plain_order(external_id: str, lines: int = 3, **changes: Any) -> dict[str, Any]:
    """Return an order of so many lines at 1.00."""
    told = [{"sku": f"S{i}", "quantity": 1, "unit_price": "1.00"} for i in range(lines)]
    total = f"{lines}.00"
    paid = [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": total}]
    changes = {"lines": told, "total": total, "payments": paid, "discounts": [], "shipping": {}} | changes
    return order_json(external_id=external_id, **changes)


class Caller:
    """A client with a key; each POST gets an idempotency key of its own unless one is given."""

    def __init__(self, key: str) -> None:
        self.client = Client()
        self.key = key

    def get(self, path: str, **query: Any):
        """Read."""
        return self.client.get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {self.key}"})

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str):
        """Write; bytes are sent as they are."""
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key or str(uuid.uuid4())} | headers
        return self.client.post(f"/api/v1{path}", raw, content_type="application/json", headers=headers)


@pytest.fixture
def account(db):
    """The caller's account."""
    return make_channel("web")


@pytest.fixture
def caller(account):
    """A caller that may do everything in its channel."""
    return Caller(make_api_key(account))
