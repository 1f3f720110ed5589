"""Fifty buyers want twenty pieces at once: twenty get one, the rest wait, and nobody sees an error."""

import json

import pytest
from django.db import transaction
from django.test import Client

from inventory.locks import lock_levels
from oms.foundation import work
from oms.foundation.invariants import check
from orders.models import Order
from tests.concurrency.together import together
from tests.factories import NOW, make_api_key, make_channel, make_location, make_product, make_stock

pytestmark = [pytest.mark.race, pytest.mark.pg, pytest.mark.django_db(transaction=True)]

PIECES, BUYERS, WORKERS = 20, 50, 4
ADDRESS = {"name": "Ann Lee", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}


def test_F13_twenty_of_fifty_buyers_get_a_piece_and_thirty_wait() -> None:
    """The pieces are promised once, whichever worker is faster."""
    product, location = make_product("LAST"), make_location("WH")
    level = make_stock(product, location, on_hand=PIECES)
    key = make_api_key(make_channel("shop"))

    answers = together(*[_buyer(key, number) for number in range(BUYERS)])
    assert answers == [201] * BUYERS

    assert together(*[_work] * WORKERS) == [None] * WORKERS
    level.refresh_from_db()
    assert level.allocated == PIECES
    assert Order.objects.filter(lines__quantity_allocated=1).count() == PIECES
    assert Order.objects.filter(fulfillment_status="backordered").count() == BUYERS - PIECES
    assert [found.invariant.id for found in check(NOW, classes=["A"]) if found.count] == []


def test_F25_hot_sku() -> None:
    """Buyers do not wait for the stock, whoever holds it; the worker promises it in batches."""
    level = make_stock(make_product("LAST"), make_location("WH"), on_hand=PIECES)
    key = make_api_key(make_channel("shop"))

    with transaction.atomic():
        lock_levels([level.pk])
        assert together(*[_buyer(key, number) for number in range(10)]) == [201] * 10
    _work()

    level.refresh_from_db()
    assert level.allocated == 10


def _buyer(key: str, number: int):
    """Return an act that orders one piece over the API and answers the status."""
    body = {
        "external_id": f"B{number}",
        "placed_at": NOW.isoformat(),
        "currency": "EUR",
        "prices_include_tax": True,
        "customer": {"name": "Ann Lee", "email": f"buyer{number}@example.com", "phone": ""},
        "shipping_address": ADDRESS,
        "shipping": {"service_level": "standard", "amount": "0.00", "tax": "0.00"},
        "lines": [{"sku": "LAST", "quantity": 1, "unit_price": "10.00", "tax": "0.00"}],
        "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": "10.00"}],
        "total": "10.00",
    }

    def buy() -> int:
        """Post the order."""
        answer = Client().post(
            "/api/v1/orders/",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"buyer-{number}"},
        )
        return answer.status_code

    return buy


def _work() -> None:
    """Work the facts off until none is left."""
    while work.drain("flow", limit=10):
        pass
