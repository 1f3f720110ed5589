"""A worker that is killed at ten moments: nothing lost, nothing charged twice, no second label."""

import random
from pathlib import Path

import pytest

from tests.concurrency.many_orders import ORDERS
from tests.concurrency.own_shop import OwnShop, own_shop

pytestmark = [pytest.mark.kill, pytest.mark.django_db]

SETTLED = "select count(*) from orders_paymentevent where outcome in ('ok', 'failed')"
BOUGHT = "select count(*) from fulfillment_sandboxparcel"
EAGER = {
    "LEASE_SECONDS": "2",
    "UNKNOWN_ASK_SECONDS": "0,1,2",
    "SANDBOX_TRACKING_SECONDS": "3600",
    "SANDBOX_CARRIER_FAULTS": "answer_lost=0.15,error=0.05",
}


def test_F59_worker_killed(tmp_path: Path) -> None:
    """Many orders with lost answers and repeated events settle after ten kills."""
    dice = random.Random(20261122)
    with own_shop(tmp_path, **EAGER) as shop:
        shop.run("-m", "tests.concurrency.many_orders", "capture")
        kills = _work_with_kills(shop, SETTLED, sorted(dice.sample(range(2, 110), 5)))
        shop.manage("work", "--until-idle")

        shop.run("-m", "tests.concurrency.many_orders", "pack")
        kills += _work_with_kills(shop, BOUGHT, sorted(dice.sample(range(2, 70), 5)))
        shop.manage("work", "--until-idle")
        shop.run("-m", "tests.concurrency.many_orders", "ship")
        shop.manage("work", "--until-idle")

        assert kills == 10
        _nothing_is_double(shop)
        shop.manage("verify")


def _work_with_kills(shop: OwnShop, count: str, moments: list[int]) -> int:
    """Kill a fresh worker at each moment of progress; return how many were running when killed."""
    return sum(shop.kill_when(shop.start_worker(), count, moment) for moment in moments)


def _nothing_is_double(shop: OwnShop) -> None:
    """Compare our books with those of the sandbox gateway and the sandbox carrier."""
    assert shop.number("select count(*) from orders_order") == ORDERS
    assert shop.number("select count(*) from orders_paymentevent where outcome in ('pending', 'unknown')") == 0
    assert shop.number("select count(*) from foundation_outboxevent where state in ('received','retry_wait')") == 0
    twice = "select key from orders_sandboxcharge where status = 'ok' group by key having count(*) > 1"
    assert shop.rows(twice) == []
    charged = "select count(*) from orders_sandboxcharge where kind = 'capture' and status = 'ok'"
    captured = "select count(*) from orders_payment where state = 'captured'"
    shipped = "select count(*) from fulfillment_shipment where state = 'shipped'"
    assert shop.number(charged) == shop.number(captured) == shop.number(shipped) >= ORDERS * 2 // 3
    living = "select count(*) from fulfillment_sandboxparcel where voided_at is null"
    assert shop.number(living) == shop.number("select count(*) from fulfillment_package") >= ORDERS * 2 // 3
