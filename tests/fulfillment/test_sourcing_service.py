"""Sourcing as a service promises stock, closes the gate with a sentence, and keeps what it saw."""

import json
import zlib
from datetime import date

import pytest

from fulfillment.models import Allocation, FulfillmentOrder, SourcingDecision
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.rule_sets import rules_of
from fulfillment.sourcing.decision import decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import Snapshot
from inventory.models import StockLevel
from oms.foundation.models import AuditLine, OutboxEvent
from orders.models import Order, OrderLine
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import a_channel, an_order, sourced, stock_gate

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    """Return what was told, growth of stock apart."""
    return list(OutboxEvent.objects.exclude(kind="StockGrew").order_by("pk").values_list("kind", flat=True))


def test_a_covered_order_is_allocated_and_released() -> None:
    tea = make_product("TEA")
    level = make_stock(tea, make_location("LON"), 5)
    order = an_order([(tea, 2)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    work = FulfillmentOrder.objects.get()
    assert (work.state, work.location.code) == ("planned", "LON")
    assert list(Allocation.objects.values_list("stock_level", "quantity", "state")) == [(level.pk, 2, "allocated")]
    assert StockLevel.objects.get().allocated == 2
    assert OrderLine.objects.get().quantity_allocated == 2
    assert stock_gate(order)[0] == "open"
    fresh = Order.objects.get()
    assert (fresh.state, fresh.fulfillment_status, fresh.short_since) == ("released", "allocated", None)
    assert kinds() == ["OrderReleased", "OrderAllocated"]


def test_the_engine_sees_when_each_location_would_send_it_and_when_it_was_promised() -> None:
    tea = make_product("TEA")
    for code, fields in {"LON": {}, "STO": {"working_days": "2"}, "TYO": {"timezone": "Asia/Tokyo"}}.items():
        make_stock(tea, make_location(code, **fields), 5)
    order = an_order([(tea, 2)], deliver_by=date(2026, 11, 26))

    (decision,) = source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    seen = Snapshot.from_json(json.loads(zlib.decompress(bytes(decision.snapshot))))
    assert seen.orders[0].deliver_by == "2026-11-26"
    assert {node.code: node.leaves_on for node in seen.nodes} == {
        "LON": "2026-11-22", "STO": "2026-11-24", "TYO": "2026-11-23",
    }  # fmt: skip


def test_a_short_order_keeps_what_is_there_and_says_what_is_missing() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 3)
    order = an_order([(tea, 5)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    state, code, reason = stock_gate(order)
    assert (state, code) == ("closed", "short_stock")
    assert reason.startswith("Missing: 2 of SKU TEA.")
    fresh = Order.objects.get()
    assert (fresh.state, fresh.fulfillment_status) == ("placed", "backordered")
    assert fresh.short_since == make_actor().now
    assert StockLevel.objects.get().allocated == 3
    assert kinds() == ["OrderBackordered"]


def test_a_channel_that_splits_ships_what_is_there() -> None:
    tea, cup = make_product("TEA"), make_product("CUP")
    make_stock(tea, make_location("LON"), 3)
    order = an_order([(tea, 3), (cup, 1)], account=a_channel("split", shortage_policy="split"))

    (work,) = sourced(order)

    assert work.state == "open"
    state, code, reason = stock_gate(order)
    assert (state, code) == ("open", "ships_in_parts")
    assert "Missing: 1 of SKU CUP." in reason
    assert Order.objects.get().short_since is not None


def test_a_channel_that_splits_waits_while_nothing_is_there() -> None:
    order = an_order([(make_product("TEA"), 3)], account=a_channel("split", shortage_policy="split"))

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert stock_gate(order)[0] == "closed"
    assert Order.objects.get().state == "placed"


def test_safety_stock_is_never_promised() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5, safety_stock=4)
    order = an_order([(tea, 2)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert StockLevel.objects.get().allocated == 1


def test_F15_same_sku_on_two_lines() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 3)
    order = an_order([(tea, 2), (tea, 2)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert StockLevel.objects.get().allocated == 3
    assert sum(OrderLine.objects.values_list("quantity_allocated", flat=True)) == 3


def test_an_item_nobody_can_ship_closes_the_gate_with_that_reason() -> None:
    gift = make_product("GIFT", capability="gift_wrap")
    make_stock(gift, make_location("LON"), 3)
    make_location("MAN", capabilities=["gift_wrap"])
    order = an_order([(gift, 1)])

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    state, code, reason = stock_gate(order)
    assert (state, code) == ("closed", "no_location_can_ship")
    assert reason.startswith("No location can ship GIFT: every one that has it cannot gift wrap.")


def test_a_full_location_closes_the_gate_with_that_reason() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", daily_capacity=1), 9)
    first, second = an_order([(tea, 1)]), an_order([(tea, 1)])

    source_orders(order_ids=[first.pk, second.pk], trigger="placed", actor=make_actor())

    assert stock_gate(first)[0] == "open"
    assert stock_gate(second)[:2] == ("closed", "no_capacity")


def test_capacity_counts_the_parcels_of_earlier_runs() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", daily_capacity=1), 9)
    first, second = an_order([(tea, 1)]), an_order([(tea, 1)])

    source_orders(order_ids=[first.pk], trigger="placed", actor=make_actor())
    source_orders(order_ids=[second.pk], trigger="placed", actor=make_actor())

    assert stock_gate(second)[:2] == ("closed", "no_capacity")


def test_an_unknown_sku_closes_the_gate() -> None:
    tea = make_product("TEA")
    order = an_order([(tea, 1)])
    OrderLine.objects.update(product=None)

    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    assert stock_gate(order)[:2] == ("closed", "unknown_sku")


def test_sourcing_again_frees_the_plan_first() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    order = an_order([(tea, 2)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    source_orders(order_ids=[order.pk], trigger="asked_by_staff", actor=make_actor())

    assert sorted(FulfillmentOrder.objects.values_list("state", flat=True)) == ["cancelled", "open"]
    assert StockLevel.objects.get().allocated == 2
    assert OrderLine.objects.get().quantity_allocated == 2


def test_a_decision_replays_to_the_same_hash() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    make_stock(tea, make_location("MAN"), 9)
    first, second = an_order([(tea, 2)]), an_order([(tea, 3)])
    source_orders(order_ids=[first.pk, second.pk], trigger="placed", actor=make_actor())

    for row in SourcingDecision.objects.all():
        snapshot = Snapshot.from_json(json.loads(zlib.decompress(bytes(row.snapshot))))
        (decision,) = decide(snapshot, rules_of(row.rules_version))
        assert decision_hash(decision) == row.outcome_hash
        assert decision.sentence == row.sentence


def test_a_snapshot_holds_the_stock_of_its_own_products_only() -> None:
    tea, cup = make_product("TEA"), make_product("CUP")
    place = make_location("LON")
    make_stock(tea, place, 2)
    make_stock(cup, place, 2)
    orders = [an_order([(tea, 1)]), an_order([(cup, 1)])]
    source_orders(order_ids=[one.pk for one in orders], trigger="placed", actor=make_actor())

    row = SourcingDecision.objects.get(order=orders[0])
    stock = json.loads(zlib.decompress(bytes(row.snapshot)))["stock"]
    assert [entry[0] for entry in stock] == [tea.pk]


def test_every_act_stands_on_the_orders_timeline() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    order = an_order([(tea, 2)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor())

    acts = AuditLine.objects.filter(subject=f"order:{order.pk}").order_by("pk").values_list("act", flat=True)
    assert list(acts)[1:3] == ["fulfillment.plan", "fulfillment.source"]


def test_a_cancelled_order_is_left_alone() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 2)
    order = an_order([(tea, 2)])
    order.cancel(at=make_actor().now)
    order.save()

    assert source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor()) == []
    assert StockLevel.objects.get().allocated == 0
