"""The same order at the same moment: one order, whoever comes first."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from oms.foundation.models import IdempotencyKey, OutboxEvent
from orders.models import Order
from orders.services.capture import capture_orders
from tests.concurrency.together import together
from tests.factories import make_actor, make_api_key, make_channel, order_in
from tests.orders.api.conftest import Caller, order_json

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
UNIQUE = "order_captured_once"


@pytest.fixture
def account():
    """A channel account."""
    return make_channel("web")


@contextmanager
def without_unique_index() -> Iterator[None]:
    """Take the guard away: without it the database keeps every twin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [UNIQUE])
        [made_by] = cursor.fetchone()
        cursor.execute(f"DROP INDEX {UNIQUE}")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE orders_order CASCADE")
            cursor.execute(made_by)


def capture_eight(account):
    """Capture the same order in eight threads."""
    told = order_in(external_id="1001")
    return together(*[lambda: capture_orders(account_id=account.pk, orders=[told], actor=make_actor())[0]] * 8)


def test_eight_captures_of_one_order_are_one_order(account):
    captured = capture_eight(account)
    assert Order.objects.count() == 1 and OutboxEvent.objects.count() == 1
    assert {one.order.pk for one in captured} == {Order.objects.get().pk}
    assert sorted(one.created for one in captured) == [False] * 7 + [True]


@pytest.mark.twin
def test_F01_without_the_unique_index_the_same_race_makes_eight(account):
    with without_unique_index():
        captured = capture_eight(account)
        assert len({one.order.pk for one in captured}) == Order.objects.count() == 8


def test_F01_same_order_posted_twice(account):
    key = make_api_key(account)
    answers = together(*[lambda: Caller(key).post("/orders/", order_json())] * 20)
    assert sorted(one.status_code for one in answers) == [200] * 19 + [201]
    assert len({one.json()["number"] for one in answers}) == 1
    assert Order.objects.count() == 1 and OutboxEvent.objects.count() == 1


def test_F02_eight_posts_with_one_key_get_the_same_bytes(account):
    key = make_api_key(account)
    answers = together(*[lambda: Caller(key).post("/orders/", order_json(), key="k-1")] * 8)
    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert sorted(one.get("Idempotent-Replayed", "") for one in answers) == [""] + ["true"] * 7
    assert Order.objects.count() == IdempotencyKey.objects.count() == 1


def test_bulks_of_the_same_orders_the_other_way_round_do_not_block_each_other(account):
    key = make_api_key(account)
    rows = [order_json(external_id=str(n), customer={"name": "N", "email": f"c{n % 7}@example.com"}) for n in range(40)]
    answers = together(*[lambda told=told: Caller(key).post("/orders/bulk/", told) for told in (rows, rows[::-1]) * 3])
    assert {one.status_code for one in answers} == {200}
    assert sum(row["status"] == 201 for one in answers for row in one.json()["results"]) == 40
    assert Order.objects.count() == 40
