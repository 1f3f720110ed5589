"""Stock that runs short, through the doors that channels and staff use: cancelled pieces, two places, substitutes."""

from typing import Any

import pytest

from inventory.models import Substitute
from tests.factories import make_location, make_product, make_stock
from tests.journeys.doors import Api, books_agree, command, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api() -> Api:
    """A channel that calls the API, of a shop with teas at two places."""
    tea, other = make_product("TEA"), make_product("OOLONG")
    for code, pieces in (("LON", 2), ("MAN", 3)):
        make_stock(tea, make_location(code), pieces)
    make_stock(other, make_location("STO"), 4)
    Substitute.objects.create(product=tea, substitute=other)
    command("create_channel", "webshop", name="Web shop")
    return Api(command("issue_api_key", channel="webshop").strip())


def place(api: Api, number: str, teas: int) -> dict[str, Any]:
    """Send an order over the API, let the worker work, and return it as it stands."""
    address = {"name": "Ada", "line1": "Hauptstr. 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
    total = f"{teas * 10}.00"
    api.post(
        "orders/",
        {
            "external_id": number,
            "currency": "EUR",
            "customer": {"name": "Ada", "email": f"ada{number}@example.com", "phone": "+493012345"},
            "shipping_address": address,
            "billing_address": address,
            "lines": [{"sku": "TEA", "quantity": teas, "unit_price": "10.00"}],
            "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": total}],
            "total": total,
        },
        status=201,
    )
    work()
    return of(api, number)


def of(api: Api, number: str) -> dict[str, Any]:
    """Return an order by the channel's number."""
    found: dict[str, Any] = next(one for one in api.everything("orders/") if one["external_id"] == number)
    return found


def test_an_order_that_no_place_has_whole_leaves_from_two(api: Api) -> None:
    order = place(api, "1", 5)
    assert order["state"] == "released"
    parts = {part["location"]: part for part in order["fulfillment_orders"]}
    assert sorted(parts) == ["LON", "MAN"]
    books_agree()


def test_a_cancelled_order_frees_its_stock_for_the_next_at_once(api: Api) -> None:
    first, second = place(api, "1", 5), place(api, "2", 2)
    assert (first["state"], second["fulfillment_status"]) == ("released", "backordered")

    api.post(f"orders/{first['number']}/cancel/", {"reason": "changed her mind"})
    work()

    second = of(api, "2")
    assert (second["state"], second["fulfillment_status"], second["shortage"]) == ("released", "allocated", None)
    assert sum(row["allocated"] for row in api.everything("stock/", sku="TEA")) == 2
    books_agree()


def test_the_order_of_higher_priority_gets_the_freed_pieces_and_a_swap_ends_the_others_wait(api: Api) -> None:
    first, second, third = place(api, "1", 5), place(api, "2", 4), place(api, "3", 5)
    api.post(f"orders/{third['number']}/set_priority/", {"priority": 5})
    api.post(f"orders/{first['number']}/cancel/", {"reason": "changed her mind"})
    work()
    second, third = of(api, "2"), of(api, "3")
    assert (second["state"], third["state"]) == ("placed", "released")

    api.post(f"orders/{second['number']}/offer_substitute/", {"line": 1, "sku": "OOLONG"})
    api.post(f"orders/{second['number']}/accept_offer/", {"line": 1})
    work()

    second = of(api, "2")
    assert (second["state"], second["total"]) == ("released", "40.00")
    assert [(one["sku"], one["open"], one["allocated"]) for one in second["lines"]] == [("TEA", 0, 0), ("OOLONG", 4, 4)]
    books_agree()
