"""Capturing many orders in one call."""

from oms.foundation.models import OutboxEvent
from orders.models import Order
from tests.orders.api.conftest import order_json, plain_order


def test_each_row_has_its_own_result_in_input_order(caller):
    caller.post("/orders/", plain_order("known"))
    rows = [plain_order("a"), plain_order("b", total="9.99"), plain_order("known"), 7, plain_order("c")]
    answer = caller.post("/orders/bulk/", {"orders": rows})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [one["status"] for one in results] == [201, 422, 200, 422, 201]
    assert results[1]["error"]["code"] == "total_mismatch"
    assert [one["order"]["external_id"] for one in results if "order" in one] == ["a", "known", "c"]
    assert Order.objects.count() == 3 and OutboxEvent.objects.count() == 3


def test_the_same_order_twice_in_a_bulk_is_one_order(caller):
    results = caller.post("/orders/bulk/", {"orders": [order_json(), order_json()]}).json()["results"]
    assert [one["status"] for one in results] == [201, 200]
    assert results[0]["order"] == results[1]["order"] and Order.objects.count() == 1


def test_a_bare_list_is_taken_too(caller):
    assert caller.post("/orders/bulk/", [order_json()]).json()["results"][0]["status"] == 201


def test_a_repeated_bulk_replays_its_answer(caller):
    first = caller.post("/orders/bulk/", [order_json()], key="k")
    again = caller.post("/orders/bulk/", [order_json()], key="k")
    assert again.content == first.content and again["Idempotent-Replayed"] == "true"


def test_more_than_five_hundred_are_refused(caller):
    answer = caller.post("/orders/bulk/", {"orders": [{}] * 501})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_orders")


def test_no_rows_or_another_shape_are_refused(caller):
    for body in ({}, {"orders": []}, {"orders": {}}, {"orders": [], "x": 1}, 5, None):
        answer = caller.post("/orders/bulk/", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_list"), body
    assert Order.objects.count() == 0
