"""A database that is locked, full or out of connections: the caller comes back, and nothing is half done."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from psycopg_pool import ConnectionPool, PoolTimeout

from oms.foundation.models import IdempotencyKey, OutboxEvent
from orders.locks import lock_order
from orders.models import Order, OrderLine
from tests.concurrency.together import impatiently, together
from tests.factories import make_api_key, make_channel, take_order
from tests.orders.api.conftest import Caller, order_json

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FULL = """
create function full_disk() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
create trigger full_disk before insert on orders_orderline execute function full_disk();
"""
BEATEN = """
create sequence beat;
create function beaten() returns trigger language plpgsql as
$$ begin if nextval('beat') <= {times} then
raise exception 'could not serialize access' using errcode = '40001'; end if; return new; end $$;
create trigger beaten before insert on foundation_auditline for each row execute function beaten();
"""


def console() -> Client:
    """Return a browser in which somebody is signed in who may do everything."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    return client


def assert_busy(answer: Any) -> None:
    """Check that a system was told to come back, and nothing else."""
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "2")


@pytest.mark.pg
def test_F67_serialization_failure_retried():
    order = take_order()
    caller = Caller(make_api_key(order.channel_account))
    cancel = lambda: caller.post(f"/orders/{order.number}/cancel/", {}, key="k-1")

    with transaction.atomic():
        lock_order(order.pk)
        assert_busy(impatiently(cancel))
    assert Order.objects.get().state == "placed"

    assert cancel().status_code == 200
    assert cancel()["Idempotent-Replayed"] == "true"
    assert OutboxEvent.objects.filter(kind="OrderCancelled").count() == 1


@pytest.fixture
def beaten() -> Iterator[Callable[[int], None]]:
    """Let other transactions beat the next so many that write on a timeline; a sequence counts them, whatever ends."""
    yield lambda times: run(BEATEN.format(times=times))
    run("drop trigger beaten on foundation_auditline; drop function beaten(); drop sequence beat")


def run(sql: str) -> None:
    """Run statements."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.pg
@pytest.mark.parametrize("door", ["system", "person"])
def test_F67_what_another_transaction_has_beaten_is_done_again_up_to_four_times(beaten, door):
    order, browser = take_order(), console()
    caller = Caller(make_api_key(order.channel_account))
    press = {
        "system": lambda: caller.post(f"/orders/{order.number}/cancel/", {}),
        "person": lambda: browser.post(f"/orders/order/{order.pk}/act/cancel/", {"version": order.version}),
    }[door]

    beaten(4)
    assert press().status_code == 503
    assert (Order.objects.get().state, IdempotencyKey.objects.count()) == ("placed", 0)

    run("select setval('beat', 1)")
    assert press().status_code in (200, 302)
    assert Order.objects.get().state == "cancelled"
    assert OutboxEvent.objects.filter(kind="OrderCancelled").count() == 1


@pytest.mark.pg
def test_F67_a_person_is_told_to_do_it_again():
    order, browser = take_order(), console()
    press = lambda: browser.post(f"/orders/order/{order.pk}/act/cancel/", {"version": order.version})

    with transaction.atomic():
        lock_order(order.pk)
        answer = impatiently(press)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "Nothing was changed. Go back and do it again in a moment." in answer.text
    assert Order.objects.get().state == "placed"


@pytest.mark.pg
def test_F68_pool_exhausted(monkeypatch):
    caller, browser = Caller(make_api_key(make_channel("web"))), console()

    def none_left(*_: Any, **__: Any) -> None:
        """Have no connection to give."""
        raise PoolTimeout("couldn't get a connection after 5.00 sec")

    monkeypatch.setattr(ConnectionPool, "getconn", none_left)
    # a test client hears of errors by a signal, also of those of the requests beside its own; the answers tell enough
    passer_by = Client()
    for client in (caller.client, browser, passer_by):
        client.raise_request_exception = False
    [told, page, alive] = together(
        lambda: caller.get("/orders/"), lambda: browser.get("/orders/order/"), lambda: passer_by.get("/healthz")
    )

    assert_busy(told)
    assert (page.status_code, alive.status_code) == (503, 200)
    assert "Go back and do it again in a moment." in page.text


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let the database have no room for another line of an order."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            [(pages,)] = cursor.execute("pragma page_count").fetchall()
            cursor.execute(f"pragma max_page_count = {pages}")
            yield
            cursor.execute("pragma max_page_count = 4294967294")
            return
        cursor.execute(FULL)
        yield
        cursor.execute("drop trigger full_disk on orders_orderline; drop function full_disk()")


def test_F69_disk_full(full_disk):
    caller = Caller(make_api_key(make_channel("web")))

    rows = [order_json(external_id=str(number), instructions="x" * 2000) for number in range(200)]

    assert_busy(caller.post("/orders/bulk/", rows))

    assert OrderLine.objects.count() == Order.objects.count() == OutboxEvent.objects.count() == 0
    assert IdempotencyKey.objects.count() == 0
    assert caller.get("/orders/").status_code == 200
