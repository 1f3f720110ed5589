"""The door for carts and quotes: keep, renew, show, give back, once for each request's key."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import Reservation
from tests.factories import make_location, make_product, make_stock
from tests.inventory.test_api import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    """A shop with five TEA."""
    make_stock(make_product("TEA"), make_location("LON"), 5)
    return Caller()


def cart(quantity: int = 2, **more: object) -> dict[str, object]:
    """Return what a cart keeps."""
    return {"key": "cart-1", "lines": [{"sku": "TEA", "quantity": quantity}], **more}


def available(caller: Caller) -> int:
    """Return what others are promised."""
    return caller.get("/availability/", sku="TEA").json()["results"][0]["available"]


def test_a_cart_keeps_renews_and_gives_back(caller) -> None:
    made = caller.post("/reservations/", cart())
    assert (made.status_code, made.json()["lines"]) == (201, [{"sku": "TEA", "quantity": 2}])
    assert available(caller) == 3
    until = Reservation.objects.get().expires_at
    assert timedelta(minutes=14) < until - timezone.now() <= timedelta(minutes=15)

    caller.post("/reservations/", cart(4, minutes=60))
    assert available(caller) == 1
    assert Reservation.objects.get().expires_at > until
    assert caller.get("/reservations/cart-1/").json()["lines"] == [{"sku": "TEA", "quantity": 4}]

    assert caller.post("/reservations/cart-1/release/", {}).json()["lines"] == []
    assert available(caller) == 5
    assert caller.get("/reservations/cart-1/").status_code == 404
    assert caller.post("/reservations/cart-1/release/", {}).status_code == 200


def test_a_repeated_request_is_answered_from_memory(caller) -> None:
    first = caller.post("/reservations/", cart(), key="once")
    caller.post("/reservations/cart-1/release/", {})
    again = caller.post("/reservations/", cart(), key="once")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert Reservation.objects.count() == 0


def test_what_is_not_there_is_refused_and_the_cart_keeps_what_it_had(caller) -> None:
    caller.post("/reservations/", cart(2))
    answer = caller.post("/reservations/", cart(6))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_available")
    assert Reservation.objects.get().quantity == 2


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        (cart(0), 422, "lines.0.quantity"),
        (cart(minutes=0), 422, "minutes"),
        ({"key": "", "lines": cart()["lines"]}, 422, "key"),
        ({"key": "cart-1", "lines": []}, 422, "lines"),
        ({"key": "cart-1", "lines": [{"sku": "NOPE", "quantity": 1}]}, 404, "sku"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(caller, said, status, field) -> None:
    answer = caller.post("/reservations/", said)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert not Reservation.objects.exists()


def test_a_key_without_the_scope_reserves_nothing() -> None:
    caller = Caller(scopes=["inventory.view_stocklevel"])
    assert caller.post("/reservations/", cart()).status_code == 403


def test_a_cart_of_another_shop_is_neither_seen_nor_given_back(caller) -> None:
    caller.post("/reservations/", cart())
    Reservation.objects.update(key="999999:cart-1")

    assert caller.get("/reservations/cart-1/").status_code == 404
    assert caller.get("/reservations/999999:cart-1/").status_code == 404
    caller.post("/reservations/999999:cart-1/release/", {})
    assert Reservation.objects.get().quantity == 2


def test_a_key_with_a_slash_could_not_be_asked_for(caller) -> None:
    answer = caller.post("/reservations/", {**cart(), "key": "quote/17"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "key")
