"""Reading orders over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from tests.orders.api.conftest import plain_order


@pytest.fixture
def five(caller):
    """Five orders, a day apart."""
    for day in range(1, 6):
        answer = caller.post("/orders/", plain_order(f"D{day}", placed_at=f"2026-11-0{day}T12:00:00Z"))
        assert answer.status_code == 201
    return caller


def names(answer):
    """Return the channel's numbers of a list."""
    assert answer.status_code == 200, answer.content
    return [one["external_id"] for one in answer.json()["results"]]


def test_the_list_is_newest_first_and_goes_on_by_cursor(five):
    first = five.get("/orders/", page_size=2)
    assert names(first) == ["D5", "D4"]
    path = first.json()["next"].partition("/api/v1")[2]
    assert names(five.get(path)) == ["D3", "D2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"external_id": "D3"}, ["D3"]),
        ({"state": "placed", "external_id": "D1"}, ["D1"]),
        ({"state": "cancelled"}, []),
        ({"payment_status": "pending", "external_id": "D2"}, ["D2"]),
        ({"payment_status": "paid"}, []),
        ({"fulfillment_status": "shipped"}, []),
        ({"channel": "web", "external_id": "D1"}, ["D1"]),
        ({"channel": "nope"}, []),
        ({"placed_after": "2026-11-04T12:00:00Z"}, ["D5", "D4"]),
        ({"placed_before": "2026-11-02T12:00:00Z"}, ["D2", "D1"]),
    ],
)
def test_the_list_is_narrowed(five, query, found):
    assert names(five.get("/orders/", **query)) == found


@pytest.mark.parametrize("query", [{"state": "lost"}, {"placed_after": "soon"}, {"external_id": "\x00"}])
def test_a_filter_that_means_nothing_is_refused_by_name(five, query):
    answer = five.get("/orders/", **query)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == next(iter(query))


@pytest.mark.parametrize("cursor", ["x", "%00", "cD1hYmM="])
def test_a_broken_cursor_is_no_crash(five, cursor):
    assert five.get("/orders/", cursor=cursor).status_code in (200, 404)


@pytest.mark.parametrize("number", ["NOSUCH00", "x" * 500, "%00", "%F0%9F%98%80"])
def test_an_unknown_number_is_not_found(caller, number):
    assert caller.get(f"/orders/{number}/").status_code == 404


def queries(caller, path, **query):
    """Return how many statements a reading takes."""
    with CaptureQueriesContext(connection) as seen:
        assert caller.get(path, **query).status_code == 200
    return len(seen)


def test_a_page_of_five_costs_as_much_as_a_page_of_one(five):
    one = queries(five, "/orders/", page_size=1)
    assert queries(five, "/orders/", page_size=5) == one
    number = Order.objects.get(external_id="D1").number
    assert queries(five, f"/orders/{number}/") <= one


def test_an_unknown_action_is_refused_by_name(five):
    number = Order.objects.get(external_id="D1").number
    answer = five.post(f"/orders/{number}/fly/", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_action")
