"""The proof that what everybody wants is never promised twice: it holds, and it can fail."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from fulfillment.models import Allocation
from fulfillment.services.hot_sku import crowd
from fulfillment.services.hot_sku.equation import equations
from inventory.models import StockLevel, StockMovement
from oms.foundation import scratch, work
from orders.models import Order, OrderLine
from tests.factories import NOW, make_actor, make_channel, make_location, make_product, make_stock

ORDERS, SEED = 24, 3


@pytest.fixture
def sold(transactional_db):
    """A shop of ten pieces in which two dozen orders were sent, some of them twice."""
    make_channel(crowd.CHANNEL)
    product = make_product(crowd.SKU)
    for number, place in enumerate(crowd.PLACES):
        make_stock(product, make_location(place), on_hand=3 + (number == 0))
    crowd.buy(0, 16, seed=SEED, acting=make_actor)
    crowd.buy(10, ORDERS, seed=SEED, acting=make_actor)
    while work.drain("flow"):
        pass


def failing() -> list[str]:
    """Return the lines of the proof that do not hold."""
    return [one.name for one in equations(orders=ORDERS, seed=SEED) if not one.holds]


def test_every_line_holds_although_some_orders_were_sent_again(sold):
    assert failing() == []
    assert Order.objects.filter(state="cancelled").exists()
    assert StockMovement.objects.filter(reason="receipt").exists()
    assert Order.objects.filter(fulfillment_status="backordered").exists()


def forget_a_promise() -> None:
    """Take a piece off a shelf's promises."""
    level = StockLevel.objects.filter(allocated__gt=0)[0]
    StockLevel.objects.filter(pk=level.pk).update(allocated=level.allocated - 1)


def free_a_piece() -> None:
    """Let a promise go everywhere but from the one who waits for it."""
    one = Allocation.objects.filter(state="allocated", quantity=1)[0]
    level, line = StockLevel.objects.get(pk=one.stock_level_id), OrderLine.objects.get(pk=one.order_line_id)
    Allocation.objects.filter(pk=one.pk).delete()
    StockLevel.objects.filter(pk=level.pk).update(allocated=level.allocated - 1)
    OrderLine.objects.filter(pk=line.pk).update(quantity_allocated=line.quantity_allocated - 1)


def miscount_a_line() -> None:
    """Let a line forget a piece that was promised to it."""
    line = OrderLine.objects.filter(quantity_allocated__gt=0)[0]
    OrderLine.objects.filter(pk=line.pk).update(quantity_allocated=line.quantity_allocated - 1)


def find_a_piece() -> None:
    """Let a piece lie on a shelf that never came."""
    level = StockLevel.objects.all()[0]
    StockLevel.objects.filter(pk=level.pk).update(on_hand=level.on_hand + 1)


def receive_twice() -> None:
    """Let the same goods come in again."""
    level = StockLevel.objects.all()[0]
    StockMovement.objects.create(stock_level=level, quantity=1, reason="receipt", reference="again", at=NOW)


@pytest.mark.parametrize(
    ("spoil", "fails"),
    [
        (forget_a_promise, "promises"),
        (free_a_piece, "no piece is free that somebody waits for"),
        (miscount_a_line, "promises on the orders' lines"),
        (find_a_piece, "pieces on hand"),
        (receive_twice, "pieces received"),
    ],
)
def test_each_line_can_fail(sold, spoil: Callable[[], Any], fails: str):
    spoil()
    assert fails in failing()


def test_an_order_that_was_lost_is_missed(sold):
    assert "orders" in [one.name for one in equations(orders=ORDERS + 1, seed=SEED) if not one.holds]


@pytest.mark.kill
@pytest.mark.django_db
def test_the_command_proves_it_in_a_shop_of_its_own(capsys):
    call_command("prove_oversell", "--orders", "40", "--workers", "2", "--kill", "--json", "--seed", "2")

    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["broken_invariants"]) == (True, [])
    assert all(line["holds"] for line in told["proof"])
    assert told["killed"] + told["cut"] > 0
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--workers", "0"], "--workers must be from 1 to 64."),
        (["--orders", "200000"], "--orders must be from 1 to 100,000."),
        (["--pieces", "-1"], "--pieces must be from 0 to 1,000,000."),
    ],
)
def test_absurd_numbers_are_refused(words, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("prove_oversell", *words)


@pytest.mark.parametrize(
    ("used", "beside"),
    [
        ("postgresql://u:pa%2Fss@db:5432/shop?sslmode=require", "postgresql://u:pa%2Fss@db:5432/x?sslmode=require"),
        ("postgres://u@db/shop", "postgres://u@db/x"),
        ("postgresql:///shop?host=/var/run/postgresql", "postgresql:///x?host=/var/run/postgresql"),
    ],
)
def test_a_database_beside_the_shops_is_reached_the_same_way(monkeypatch, used, beside):
    monkeypatch.setenv("DATABASE_URL", used)
    assert scratch.beside("x") == beside


def test_the_proof_writes_to_nobody(tmp_path):
    shop = scratch.ScratchShop("sqlite:///x", tmp_path)
    assert shop.environment["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.pg
@pytest.mark.django_db
def test_a_login_that_may_make_no_database_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "beside", lambda name: f"postgresql://nobody_at_all@127.0.0.1:1/{name}")
    with pytest.raises(CommandError, match="Run it with a DATABASE_URL whose login may"):
        call_command("prove_oversell", "--orders", "1")
    assert connection.vendor == "postgresql"
