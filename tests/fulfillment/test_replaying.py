"""A period is replayed from the books: every decision reproduced, and the same orders under other rules."""

from datetime import timedelta

import pytest

from fulfillment.models import ShippingRate, SourcingDecision
from fulfillment.services.following import end_work
from fulfillment.services.replaying.history import Period
from fulfillment.services.replaying.running import Replay
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.backorders import serve_backorders
from fulfillment.sourcing.snapshot import Rules
from inventory.models import Location, StockLevel
from inventory.services.stock import adjust_stock
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, shipped, some_orders, sourced

pytestmark = pytest.mark.django_db
MONTH = Period(NOW - timedelta(days=1), NOW + timedelta(days=30))
DEEPEST = Rules(version=9, prefer="most_stock")


def run(rules: Rules | None = None, period: Period = MONTH, **how) -> tuple[dict, list]:
    """Replay a period and return the report and the orders that end otherwise."""
    replay = Replay(period, rules, **how)
    changes = []
    while not replay.is_over:
        changes += list(replay.step())
    return replay.report(), changes


@pytest.fixture
def tea():
    """Three pieces near the customers of Leeds, nine far away."""
    product = make_product("TEA")
    make_stock(product, make_location("LDS", latitude=53.8, longitude=-1.55), 3)
    make_stock(product, make_location("LON", latitude=51.5, longitude=0.1), 9)
    return product


def at(minutes: int):
    """Return an actor some minutes later."""
    return make_actor(now=NOW + timedelta(minutes=minutes))


def test_every_decision_is_reproduced_and_nothing_changes(tea) -> None:
    for number, order in enumerate(some_orders([[(tea, 2)], [(tea, 2)], [(tea, 4)]])):
        source_orders(order_ids=[order.pk], trigger="placed", actor=at(number))
    report, changes = run()
    assert report["self_check"]["sentence"] == "3 of 3 decisions reproduced."
    assert report["self_check"]["passed"]
    assert changes == []
    assert report["stock"] == {"levels_seen": 6, "levels_rebuilt": 6}
    assert report["before"] == report["after"]
    assert report["before"]["orders"] == 3


def test_other_rules_show_which_orders_change(tea) -> None:
    first, second = some_orders([[(tea, 2)], [(tea, 2)]])
    source_orders(order_ids=[first.pk], trigger="placed", actor=at(0))
    source_orders(order_ids=[second.pk], trigger="placed", actor=at(1))
    report, changes = run(DEEPEST)
    assert report["self_check"]["passed"]
    assert [one.order_id for one in changes] == [first.pk]
    assert changes[0].before.sentence.startswith("LDS warehouse ships all 2 units")
    assert changes[0].after.sentence.startswith("LON warehouse ships all 2 units")


def test_orders_decided_without_rates_are_priced_by_the_present_card_in_both_courses(tea) -> None:
    for code, price in (("LDS", 900), ("LON", 250)):
        place = Location.objects.get(code=code)
        ShippingRate.objects.create(code=code.lower(), carrier="post", service="saver", price=price, location=place)
    (order,) = some_orders([[(tea, 2)]])
    source_orders(order_ids=[order.pk], trigger="placed", actor=at(0))

    report, changes = run(Rules(version=9, prefer="cheapest", split_penalty=0, distance_weight=0))

    assert report["self_check"]["passed"]
    assert (report["before"]["cost"], report["after"]["cost"]) == (900, 250)
    assert changes[0].after.sentence.endswith("Freight 2.50 EUR by post saver.")


def test_a_wrong_hash_is_found(tea) -> None:
    source_orders(order_ids=[an_order([(tea, 2)]).pk], trigger="placed", actor=at(0))
    SourcingDecision.objects.update(outcome_hash="0" * 64)
    report, _ = run()
    assert not report["self_check"]["passed"]
    assert report["self_check"]["sentence"].startswith("0 of 1 decisions reproduced. Different: decisions ")


def test_an_erased_decision_is_counted_apart(tea) -> None:
    for number, order in enumerate(some_orders([[(tea, 1)], [(tea, 1)]])):
        source_orders(order_ids=[order.pk], trigger="placed", actor=at(number))
    SourcingDecision.objects.filter(order__number__gt="", pk=SourcingDecision.objects.latest("pk").pk).update(
        snapshot=b""
    )
    report, _ = run()
    assert report["self_check"]["passed"]
    assert "1 of 1 decisions reproduced. 1 more decision cannot be checked" in report["self_check"]["sentence"]


def test_stock_is_rebuilt_from_the_ledger_through_receipts_cancellations_and_shipments(tea) -> None:
    before, first, second = some_orders([[(tea, 1)], [(tea, 2)], [(tea, 9)]])
    source_orders(order_ids=[before.pk], trigger="placed", actor=at(-60 * 48))
    shipped(sourced(first, now=NOW + timedelta(minutes=1))[0])
    adjust_stock(sku="TEA", location="LDS", quantity=5, reason="receipt", actor=at(3))
    source_orders(order_ids=[second.pk], trigger="placed", actor=at(4))
    report, changes = run()
    assert report["stock"]["levels_rebuilt"] == report["stock"]["levels_seen"] == 4
    assert changes == []
    assert StockLevel.objects.get(location__code="LDS").on_hand == 6


def test_a_short_order_is_served_in_both_courses(tea) -> None:
    order = an_order([(tea, 14)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=at(0))
    adjust_stock(sku="TEA", location="LDS", quantity=5, reason="receipt", actor=at(3))
    serve_backorders(product_ids=[tea.pk], actor=at(4))
    report, changes = run()
    assert report["self_check"]["decisions"] == 2
    assert (report["before"]["units_short"], report["after"]["units_short"]) == (0, 0)
    assert changes == []


def test_a_cancelled_order_frees_its_pieces_in_both_courses(tea) -> None:
    order, later = some_orders([[(tea, 3)], [(tea, 3)]])
    source_orders(order_ids=[order.pk], trigger="placed", actor=at(0))
    row = Order.objects.get(pk=order.pk)
    row.cancel(at=NOW)
    row.save()
    end_work(order_ids=[order.pk], actor=at(1))
    order.fulfillment_orders.get().allocations.update(updated_at=NOW + timedelta(minutes=1))
    source_orders(order_ids=[later.pk], trigger="placed", actor=at(2))
    report, changes = run(DEEPEST)
    assert report["stock"]["levels_rebuilt"] == report["stock"]["levels_seen"]
    assert [one.order_id for one in changes] == [later.pk]
    assert report["before"]["parcels"] == report["after"]["parcels"] == 1


def test_many_windows_and_another_worker_give_the_same_report(tea, monkeypatch) -> None:
    from fulfillment.services.replaying import running

    for number, order in enumerate(some_orders([[(tea, 2)]] * 7)):
        source_orders(order_ids=[order.pk], trigger="placed", actor=at(number))
    whole, changes = run(DEEPEST)
    monkeypatch.setattr(running, "WINDOW", 2)
    parts, replay = [], Replay(MONTH, DEEPEST)
    while not replay.is_over:
        parts += list(replay.step())
        after = Replay(MONTH, DEEPEST)
        after.go_on_from(replay.to_json())
        after.is_over = replay.is_over
        replay = after
    told = replay.report()
    assert told.pop("engine_seconds") >= 0
    whole.pop("engine_seconds")
    assert told == whole
    assert sorted(one.order_id for one in parts) == sorted(one.order_id for one in changes)


def test_a_limit_ends_it_early(tea) -> None:
    for number, order in enumerate(some_orders([[(tea, 1)]] * 3)):
        source_orders(order_ids=[order.pk], trigger="placed", actor=at(number))
    report, _ = run(limit=2)
    assert report["self_check"]["decisions"] == 2


def test_an_empty_period_is_replayed_too() -> None:
    report, changes = run()
    assert report["self_check"]["sentence"] == "0 of 0 decisions reproduced."
    assert (changes, report["before"]["parcels_per_order"]) == ([], None)
