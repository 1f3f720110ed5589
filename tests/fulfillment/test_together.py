"""The floor's acts on many rows at once: the same as on each of them, in as many statements as on two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, PackageItem, Shipment
from fulfillment.services import labels, packing, picking, shipping
from fulfillment.services.label_buying import work_labels
from inventory.models import StockLevel, StockMovement
from oms.foundation import bulk
from oms.foundation.actions import action_named
from oms.foundation.claims import claim
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, BulkItem, BulkOperation, OutboxEvent
from oms.foundation.refusals import Denied, Invalid, Refused
from oms.foundation.together import run_together
from orders.models import Order, OrderLine, PaymentEvent
from orders.services.holds import place_hold
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.api import Api
from tests.fulfillment.shop import labelled, packed, sourced
from tests.orders.payments.desk import ask

pytestmark = pytest.mark.django_db
FOUND = set[tuple[Any, ...]]


def some_work(count: int) -> list[FulfillmentOrder]:
    """Return open fulfillment orders of paid orders, two lines each, at one location."""
    place, tea, cup = make_location(), make_product(weight_g=300), make_product(weight_g=200)
    make_stock(tea, place, 1000)
    make_stock(cup, place, 1000)
    orders = [take_order([(tea, 2, 1000), (cup, 1, 500)], token="tok_ok") for _ in range(count)]
    ask(1)
    return [sourced(order)[0] for order in orders]


def ids_of(rows: list[Any]) -> list[int]:
    """Return the ids of rows."""
    return [row.pk for row in rows]


def to_packed(work: list[FulfillmentOrder]) -> list[int]:
    """Pick and pack fulfillment orders; return the ids of their shipments."""
    return ids_of([packed(row) for row in work])


def to_labelled(work: list[FulfillmentOrder]) -> list[int]:
    """Bring fulfillment orders to their labels; return the ids of their shipments."""
    return ids_of([labelled(row) for row in work])


def begun(work: list[FulfillmentOrder]) -> list[int]:
    """Start fulfillment orders and return their ids."""
    for row in work:
        picking.start_picking(fulfillment_order_id=row.pk, actor=make_actor())
    return ids_of(work)


def confirmed(work: list[FulfillmentOrder]) -> list[int]:
    """Pick fulfillment orders and return their ids."""
    for pk in begun(work):
        picking.confirm_picked(fulfillment_order_id=pk, actor=make_actor())
    return ids_of(work)


ACTS: dict[str, tuple[Callable[[list[FulfillmentOrder]], list[int]], Callable[..., Any], Callable[..., Any], str]] = {
    "start_picking": (ids_of, picking.start_together, picking.start_picking, "fulfillment_order_id"),
    "confirm_picked": (begun, picking.confirm_together, picking.confirm_picked, "fulfillment_order_id"),
    "pack": (confirmed, packing.pack_together, packing.pack, "fulfillment_order_id"),
    "buy_labels": (to_packed, labels.buy_together, labels.buy_labels, "shipment_id"),
    "ship": (to_labelled, shipping.ship_together, shipping.ship, "shipment_id"),
}


@pytest.mark.parametrize("act", ACTS)
def test_ten_cost_as_many_statements_as_two(act, django_assert_max_num_queries) -> None:
    prepare, together, _, subject = ACTS[act]
    ids = prepare(some_work(12))
    with CaptureQueriesContext(connection) as two:
        assert len(together(**{f"{subject}s": ids[:2]}, actor=make_actor()).done) == 2
    with django_assert_max_num_queries(len(two)):
        assert len(together(**{f"{subject}s": ids[2:]}, actor=make_actor()).done) == 10


def everything() -> dict[str, Any]:
    """Return what the floor's acts leave behind, without numbers that are drawn or counted."""
    return {
        "work": list(FulfillmentOrder.objects.order_by("pk").values_list("state", "picked_at", "packed_at", "version")),
        "pieces": list(Allocation.objects.order_by("pk").values_list("state", "version")),
        "shipments": list(Shipment.objects.order_by("pk").values_list("state", "carrier", "version", "shipped_at")),
        "parcels": list(Package.objects.order_by("pk").values_list("weight_g", "expected_on")),
        "inside": list(PackageItem.objects.order_by("package", "allocation").values_list("allocation", "quantity")),
        "labels": list(Label.objects.order_by("pk").values_list("state", "next_try_at")),
        "lines": list(OrderLine.objects.order_by("pk").values_list("quantity_open", "quantity_shipped")),
        "orders": list(Order.objects.order_by("pk").values_list("state", "fulfillment_status", "version")),
        "stock": list(StockLevel.objects.order_by("pk").values_list("on_hand", "allocated")),
        "moved": sorted(StockMovement.objects.filter(reason="shipment").values_list("reference", "quantity")),
        "captures": sorted(PaymentEvent.objects.values_list("kind", "amount", "outcome")),
        "facts": sorted(OutboxEvent.objects.values_list("kind", "stream")),
        "told": sorted(AuditLine.objects.values_list("entity", "act", "from_state", "to_state")),
    }


@pytest.mark.parametrize("act", ACTS)
def test_together_leaves_behind_what_each_alone_does(act) -> None:
    prepare, together, alone, subject = ACTS[act]
    ids, found = prepare(some_work(3)), []
    for do in (
        lambda: together(**{f"{subject}s": ids}, actor=make_actor()),
        lambda: [alone(**{subject: pk}, actor=make_actor()) for pk in ids],
    ):
        mark = connection.savepoint()
        do()
        found.append(everything())
        connection.savepoint_rollback(mark)
    assert found[0] == found[1]
    assert [one.invariant.id for one in check(NOW, classes=["A"]) if not one.holds] == []


def test_what_one_row_refuses_stops_none_of_the_others() -> None:
    work = some_work(4)
    place_hold(order_id=work[1].order_id, blocks=["pick"], note="ask first", actor=make_actor())
    picking.start_picking(fulfillment_order_id=work[2].pk, actor=make_actor())

    told = picking.start_together(fulfillment_order_ids=[*ids_of(work), 999_999], actor=make_actor())

    assert set(told.done) == {work[0].pk, work[3].pk}
    codes = {pk: refusal.code for pk, refusal in told.refused.items()}
    assert codes == {work[1].pk: "order_held", work[2].pk: "wrong_state", 999_999: "not_found"}


def test_pieces_without_a_weight_are_refused_by_themselves() -> None:
    place, feather, tea = make_location(), make_product(weight_g=0), make_product(weight_g=300)
    make_stock(feather, place, 10)
    make_stock(tea, place, 10)
    light, heavy = (sourced(take_order([(one, 1, 1000)]))[0] for one in (feather, tea))
    told = packing.pack_together(fulfillment_order_ids=confirmed([light, heavy]), actor=make_actor())
    assert (told.refused[light.pk].code, set(told.done)) == ("no_weight", {heavy.pk})


def test_a_row_that_cannot_go_with_the_others_is_found_by_halves(root, monkeypatch) -> None:
    ids = to_labelled(some_work(5))
    plain, spoilt = shipping.mark_shipped, Shipment.objects.get(pk=ids[3]).order_id

    def refusing(*, shipped, actor):
        """Refuse whatever has the one order in it."""
        if spoilt in {gone.order_id for gone in shipped}:
            raise Refused("This order is spoilt.", code="spoilt")
        return plain(shipped=shipped, actor=actor)

    monkeypatch.setattr(shipping, "mark_shipped", refusing)
    action = action_named(Shipment, "ship")
    told = run_together(action, principal=root, ids=ids, data={}, actor=make_actor())

    assert (set(told.done), told.refused[ids[3]].code) == (set(ids) - {ids[3]}, "spoilt")
    assert Shipment.objects.get(pk=ids[3]).state == "labelled"
    assert Shipment.objects.filter(state="shipped").count() == 4


@pytest.fixture
def root() -> User:
    """Return an administrator."""
    return User.objects.create_superuser("root")


def test_who_may_not_and_what_cannot_be_read_is_refused_as_a_whole(root) -> None:
    ids = ids_of(some_work(2))
    action = action_named(FulfillmentOrder, "pack")
    with pytest.raises(Denied):
        run_together(action, principal=User.objects.create_user("kim"), ids=ids, data={}, actor=make_actor())
    with pytest.raises(Invalid):
        run_together(action, principal=root, ids=ids, data={"boxes": 2}, actor=make_actor())


def run_bulk(root: User, act: str, ids: list[int]) -> dict[int, str]:
    """Do a bulk act of the console and return the outcome of each row."""
    actor = make_actor()
    action = action_named(FulfillmentOrder, act)
    operation = bulk.preview(action=action, ids=ids, principal=root, actor=actor)
    bulk.start(operation_id=operation.pk, values={}, actor=actor)
    bulk.run_operations(actor, 1)
    return dict(BulkItem.objects.filter(operation=operation).values_list("object_id", "outcome"))


def test_a_bulk_act_of_the_console_goes_together(root) -> None:
    ids = ids_of(some_work(8))
    with CaptureQueriesContext(connection) as told:
        assert set(run_bulk(root, "start_picking", ids).values()) == {"done"}
    starts = [one["sql"] for one in told if one["sql"].startswith("UPDATE") and "in_progress" in one["sql"]]
    assert len(starts) == 1
    assert set(FulfillmentOrder.objects.values_list("state", flat=True)) == {"in_progress"}


def test_a_bulk_act_that_fails_together_is_done_row_by_row(root, monkeypatch) -> None:
    work = some_work(3)
    plain = picking.start_together

    def choking(*, fulfillment_order_ids, actor):
        """Fail for several rows."""
        if len(fulfillment_order_ids) > 1:
            raise ValueError("not to be understood")
        return plain(fulfillment_order_ids=fulfillment_order_ids, actor=actor)

    action = action_named(FulfillmentOrder, "start_picking")
    monkeypatch.setitem(action.__dict__, "together", choking)
    assert set(run_bulk(root, "start_picking", ids_of(work)).values()) == {"done"}


def test_after_a_worker_has_died_the_rows_are_done_one_by_one(root) -> None:
    ids, actor = ids_of(some_work(3)), make_actor()
    action = action_named(FulfillmentOrder, "start_picking")
    operation = bulk.preview(action=action, ids=ids, principal=root, actor=actor)
    bulk.start(operation_id=operation.pk, values={}, actor=actor)
    assert claim(BulkOperation.objects.all(), now=actor.now, limit=1), "a worker takes it and dies"
    with CaptureQueriesContext(connection) as told:
        bulk.run_operations(make_actor(now=NOW + timedelta(hours=1)), 1)
    starts = [one["sql"] for one in told if one["sql"].startswith("UPDATE") and "in_progress" in one["sql"]]
    assert len(starts) == 3
    assert set(BulkItem.objects.values_list("outcome", flat=True)) == {"done"}


class TestTheApi:
    """``POST /api/v1/fulfillment-orders/bulk/{action}/``."""

    @pytest.fixture
    def work(self) -> list[FulfillmentOrder]:
        """Some open work."""
        return some_work(3)

    @pytest.fixture
    def api(self, work) -> Api:
        """The system of the orders' channel."""
        return Api(work[0].order.channel_account)

    def test_every_row_has_its_result_in_the_order_of_the_numbers(self, api, work) -> None:
        place_hold(order_id=work[1].order_id, blocks=["pick"], note="ask first", actor=make_actor())
        numbers = [work[2].number, "F-NOWHERE", work[1].number, work[0].number, work[2].number]
        answer = api.post("fulfillment-orders/bulk/start_picking/", numbers=numbers)
        results = answer.json()["results"]
        assert answer.status_code == 200
        assert [one["number"] for one in results] == numbers[:4]
        assert [one["status"] for one in results] == [200, 404, 409, 200]
        assert results[2]["error"]["code"] == "order_held" and "ask first" in results[2]["error"]["detail"]

    def test_a_whole_day_goes_through_it(self, api, work) -> None:
        numbers = [row.number for row in work]
        for act in ("start_picking", "confirm_picked", "pack"):
            answer = api.post(f"fulfillment-orders/bulk/{act}/", numbers=numbers)
            assert {one["status"] for one in answer.json()["results"]} == {200}, answer.content
        shipments = list(Shipment.objects.values_list("number", flat=True))
        api.post("shipments/bulk/buy_labels/", numbers=shipments, values={"service": "express"})
        work_labels(make_actor(now=NOW.replace(year=2100)), 20)
        assert set(Shipment.objects.values_list("state", "service")) == {("labelled", "express")}
        api.post("shipments/bulk/ship/", numbers=shipments)
        assert set(Order.objects.values_list("fulfillment_status", flat=True)) == {"shipped"}

    def test_rows_of_another_channel_are_not_there(self, work) -> None:
        from tests.factories import make_channel

        answer = Api(make_channel("elsewhere")).post("fulfillment-orders/bulk/start_picking/", numbers=[work[0].number])
        assert [one["status"] for one in answer.json()["results"]] == [404]
        assert FulfillmentOrder.objects.filter(state="open").count() == 3

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({}, "numbers", "not_a_list"),
            ({"numbers": []}, "numbers", "not_a_list"),
            ({"numbers": "F1"}, "numbers", "not_a_list"),
            ({"numbers": [1]}, "numbers", "not_a_list"),
            ({"numbers": ["x" * 65]}, "numbers", "not_a_list"),
            ({"numbers": ["F1"] * 501}, "numbers", "too_many_rows"),
            ({"numbers": ["F1"], "values": []}, "values", "not_an_object"),
            ({"numbers": ["F1"], "rows": []}, "", "not_an_object"),
            ({"numbers": ["F1"], "values": {"speed": 1}}, "speed", "unknown_field"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_field(self, api, body, field, code) -> None:
        answer = api.post("fulfillment-orders/bulk/start_picking/", **body)
        fault = answer.json()["errors"][0]
        assert (answer.status_code, fault["field"], fault["code"]) == (422, field, code)

    def test_an_act_on_single_rows_says_so(self, api, work) -> None:
        answer = api.post("fulfillment-orders/bulk/unpack/", numbers=[work[0].number])
        assert (answer.status_code, answer.json()["code"]) == (404, "not_in_bulk")
        answer = api.post("fulfillment-orders/bulk/fly/", numbers=[work[0].number])
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_action")
