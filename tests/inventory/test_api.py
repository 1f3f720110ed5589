"""Supply over the API."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from inventory.models import LocationMembership, StockLevel, StockMovement
from inventory.services.reservations import reserve_pieces
from tests.factories import NOW, make_actor, make_api_key, make_channel, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


class Caller:
    """A client with an API key; each POST gets an idempotency key of its own unless one is given."""

    def __init__(self, **key: Any) -> None:
        self.bearer = f"Bearer {make_api_key(make_channel(), **key)}"
        self.client = Client()

    def get(self, path: str, **query: Any):
        """Read."""
        return self.client.get(f"/api/v1{path}", query, headers={"Authorization": self.bearer})

    def post(self, path: str, body: Any, *, key: str = ""):
        """Write."""
        headers = {"Authorization": self.bearer, "Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def caller():
    """A caller that may do everything."""
    return Caller()


def adjustment(**changes: Any) -> dict[str, Any]:
    """Return a valid adjustment with changes."""
    return {"sku": "TEE", "location": "LON", "quantity": 3, "reason": "receipt"} | changes


def test_a_product_is_shown_by_its_sku_with_its_price_as_text(caller):
    parent = make_product("TEE")
    make_product("TEE-M", parent=parent, attributes={"size": "M"}, unit_price=1990, capability="fragile")

    told = caller.get("/products/TEE-M/").json()

    assert (told["sku"], told["parent"], told["unit_price"], told["currency"]) == ("TEE-M", "TEE", "19.90", "EUR")
    assert (told["attributes"], told["capability"], told["is_active"]) == ({"size": "M"}, "fragile", True)
    assert "unit_cost" not in told


def test_products_are_listed_in_a_constant_number_of_statements(caller, django_assert_max_num_queries):
    parent = make_product("P")
    for number in range(20):
        make_product(f"V{number}", parent=parent)

    with django_assert_max_num_queries(6):
        told = caller.get("/products/").json()

    assert len(told["results"]) == 21


def test_products_are_narrowed_to_several_skus(caller):
    for sku in ("A", "B", "C"):
        make_product(sku)

    told = caller.get("/products/", sku=["A", "C"]).json()

    assert sorted(one["sku"] for one in told["results"]) == ["A", "C"]


def test_an_unknown_product_is_not_found(caller):
    answer = caller.get("/products/NOPE/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_product_is_switched_off_by_its_action(caller):
    product = make_product("TEE")

    answer = caller.post("/products/TEE/stop_selling/", {"note": "discontinued"})

    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    again = caller.post("/products/TEE/stop_selling/", {})
    assert (again.status_code, again.json()["code"]) == (409, "is_sold")
    assert product.history.count() == 2


def test_a_location_is_shown_by_its_code(caller):
    make_location("LON", latitude=51.53, capabilities=["fragile"], closed_on=["2026-12-25"])

    told = caller.get("/locations/LON/").json()

    assert (told["code"], told["kind"], told["cutoff"], told["latitude"]) == ("LON", "warehouse", "16:00", 51.53)
    assert told["capabilities"] == ["fragile"]
    assert (told["handling_days"], told["working_days"], told["closed_on"]) == (0, "1234567", ["2026-12-25"])


def test_stock_is_listed_by_sku_and_location(caller):
    tee, london, paris = make_product("TEE"), make_location("LON"), make_location("PAR")
    make_stock(tee, london, 10, allocated=3, safety_stock=2)
    make_stock(tee, paris, 1)
    make_stock(make_product("MUG"), london, 7)

    [told] = caller.get("/stock/", sku="TEE", location="LON").json()["results"]

    shape = {name: told[name] for name in ("sku", "location", "on_hand", "allocated", "safety_stock", "available")}
    assert shape == {"sku": "TEE", "location": "LON", "on_hand": 10, "allocated": 3, "safety_stock": 2, "available": 5}
    assert len(caller.get("/stock/", sku="TEE").json()["results"]) == 2


def test_stock_is_adjusted_through_a_movement(caller):
    make_stock(make_product("TEE"), make_location("LON"), 10)

    answer = caller.post("/stock/adjust/", adjustment(quantity=-4, reason="damage"))

    assert answer.status_code == 200
    told = answer.json()
    assert (told["sku"], told["location"], told["on_hand"], told["available"]) == ("TEE", "LON", 6, 6)
    assert StockMovement.objects.get(reason="damage").quantity == -4


def test_a_reason_in_ones_own_words_becomes_the_note(caller):
    make_stock(make_product("TEE"), make_location("LON"), 10)

    caller.post("/stock/adjust/", adjustment(reason="Found behind the shelf"))

    movement = StockMovement.objects.get(reason="adjustment")
    assert (movement.quantity, movement.note) == (3, "Found behind the shelf")


def test_an_adjustment_sent_twice_is_done_once(caller):
    make_stock(make_product("TEE"), make_location("LON"), 10)

    first = caller.post("/stock/adjust/", adjustment(), key="a-1")
    second = caller.post("/stock/adjust/", adjustment(), key="a-1")

    assert first.content == second.content
    assert StockLevel.objects.get().on_hand == 13


def test_promised_pieces_cannot_be_adjusted_away(caller):
    make_stock(make_product("TEE"), make_location("LON"), 10, allocated=8)

    answer = caller.post("/stock/adjust/", adjustment(quantity=-3))

    assert (answer.status_code, answer.json()["code"]) == (409, "stock_too_low")
    assert StockLevel.objects.get().on_hand == 10


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": "3"}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"reason": ""}, "reason"),
        ({"sku": ""}, "sku"),
        ({"skuu": "x"}, "skuu"),
    ],
)
def test_F20_an_absurd_adjustment_is_refused_with_its_field(caller, changes, field):
    make_stock(make_product("TEE"), make_location("LON"), 10)

    answer = caller.post("/stock/adjust/", adjustment(**changes))

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
    assert StockLevel.objects.get().on_hand == 10


@pytest.mark.parametrize(("changes", "code"), [({"sku": "X"}, "unknown_sku"), ({"location": "X"}, "unknown_location")])
def test_an_adjustment_of_something_unknown_is_not_found(caller, changes, code):
    make_stock(make_product("TEE"), make_location("LON"), 10)

    answer = caller.post("/stock/adjust/", adjustment(**changes))

    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_availability_is_told_by_sku_and_location(caller):
    tee = make_product("TEE")
    make_stock(tee, make_location("LON"), 10, allocated=3)
    make_stock(tee, make_location("PAR"), 2)
    reserve_pieces(key="cart", pieces={"TEE": 1}, expires_at=NOW.replace(year=2099), actor=make_actor())

    told = caller.get("/availability/", sku=["NOPE", "TEE"]).json()["results"]

    names = ("sku", "known", "available", "reserved", "locations")
    assert [{name: one[name] for name in names} for one in told] == [
        {"sku": "NOPE", "known": False, "available": 0, "reserved": 0, "locations": []},
        {
            "sku": "TEE",
            "known": True,
            "available": 8,
            "reserved": 1,
            "locations": [{"location": "LON", "available": 7}, {"location": "PAR", "available": 2}],
        },
    ]


def test_availability_of_nothing_is_refused(caller):
    assert caller.get("/availability/").status_code == 422


@pytest.mark.parametrize("path", ["/products/", "/locations/", "/stock/", "/availability/?sku=A"])
def test_reading_needs_a_key_with_the_permission(path):
    assert Client().get(f"/api/v1{path}").status_code == 401
    assert Caller(scopes=["orders.view_order"]).get(path).status_code == 403


def test_adjusting_needs_a_key_with_the_permission():
    make_stock(make_product("TEE"), make_location("LON"), 10)

    answer = Caller(scopes=["inventory.view_stocklevel"]).post("/stock/adjust/", adjustment())

    assert answer.status_code == 403
    assert StockLevel.objects.get().on_hand == 10
    assert LocationMembership.objects.count() == 0
