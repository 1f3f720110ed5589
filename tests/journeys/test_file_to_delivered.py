"""The main job: 200 real orders from a file to delivered, and every tenth of them back."""

from collections.abc import Collection
from typing import Any

import pytest

from orders.models import Order
from tests.journeys.doors import DATA, Api, books_agree, command, load_shop, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_real_orders_go_from_file_to_delivered_and_some_come_back(settings: Any) -> None:
    """Every order ends released, back-ordered or held with a reason; the released ones are delivered."""
    settings.SANDBOX_TRACKING_SECONDS = 0
    api = Api(load_shop())
    work()
    books_agree()

    command("import_orders", str(DATA / "orders.csv.gz"), channel="webshop", format="shopify")
    assert Order.objects.count() == 200
    books_agree(unworked=True)

    work()
    books_agree()
    orders = api.everything("orders/")
    assert len(orders) == 200
    for order in orders:
        assert order["state"] == "released" or reasons(order), order["number"]
    released = [order["number"] for order in orders if order["state"] == "released"]
    assert len(released) > 50

    pick_and_pack(api, set(released))
    work()
    hand_over(api, set(released))
    books_agree(unworked=True)
    work()
    books_agree()
    delivered = of(api, released)
    assert {(order["state"], order["fulfillment_status"]) for order in delivered} == {("completed", "delivered")}

    for order in delivered[::10]:
        send_back(api, order)
    work()
    books_agree()
    backs = api.everything("returns/")
    assert {back["state"] for back in backs} == {"completed"}
    assert len(backs) == len(delivered[::10])


def reasons(order: dict[str, Any]) -> list[str]:
    """Return the sentences that tell a clerk why an order waits."""
    closed = [gate["reason"] for gate in order["gates"].values() if gate["state"] == "closed"]
    held = [hold["reason"] for hold in order["holds"]]
    return [sentence for sentence in closed + held if len(sentence) > 8]


def of(api: Api, numbers: Collection[str]) -> list[dict[str, Any]]:
    """Return the orders with these numbers as they stand."""
    return [order for order in api.everything("orders/") if order["number"] in numbers]


def pick_and_pack(api: Api, numbers: Collection[str]) -> None:
    """Pick and pack every part of the orders by its actions, and ask for the labels."""
    for order in of(api, numbers):
        for part in order["fulfillment_orders"]:
            for act in ("start_picking", "confirm_picked", "pack"):
                api.post(f"fulfillment-orders/{part['number']}/{act}/")
    for order in of(api, numbers):
        for shipment in order["shipments"]:
            api.post(f"shipments/{shipment['number']}/buy_labels/")


def hand_over(api: Api, numbers: Collection[str]) -> None:
    """Ship every shipment of the orders; each parcel has its tracking number."""
    for order in of(api, numbers):
        for shipment in order["shipments"]:
            assert all(package["tracking_number"] for package in shipment["packages"])
            api.post(f"shipments/{shipment['number']}/ship/")


def send_back(api: Api, order: dict[str, Any]) -> None:
    """Return one piece of the first line: request, approve, receive, inspect, complete."""
    body = {"reason": "changed_mind", "lines": [{"line": 1, "quantity": 1}]}
    answer = api.post(f"orders/{order['number']}/request_return/", body)
    back = answer["returns"][0]["number"]
    api.post(f"returns/{back}/approve/")
    api.post(f"returns/{back}/receive/", {"location": "LON"})
    found = [{"line": 1, "acceptance": "accepted", "disposition": "restock"}]
    api.post(f"returns/{back}/inspect/", {"lines": found})
    after = api.get(f"orders/{order['number']}/")
    assert after["lines"][0]["returned"] == 1
