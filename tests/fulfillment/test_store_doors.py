"""The doors of the store and of suppliers: pages, buttons and API, with what they show and what they refuse."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from fulfillment.models import FulfillmentOrder, Pickup, SupplierRequest
from fulfillment.services.collecting import MOST_TRIES
from inventory.models import StockLevel
from orders.models import Order
from tests.factories import make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, packed, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    """A channel's system."""
    cache.clear()
    return Api(a_channel())


def sold(kind: str, **fields: Any) -> FulfillmentOrder:
    """Return the open work of an order of one piece that lies at one location of a kind."""
    make_stock(make_product("TEA"), make_location("STO", kind=kind, capabilities=["pickup"]), 5)
    return sourced(an_order([(StockLevel.objects.get().product, 1)], **fields))[0]


def test_a_store_lays_ready_and_hands_out_over_the_api_and_on_its_page(api: Api) -> None:
    shipment = packed(sold("store", service_level="pickup", pickup_location="STO"))
    assert api.post(f"shipments/{shipment.number}/make_ready/", shelf="shelf 3").status_code == 200
    pickup = Pickup.objects.get()
    (row,) = api.get("pickups/?state=waiting&location=STO").json()["results"]
    assert (row["number"], row["shelf"], "code" in row) == (pickup.number, "shelf 3", False)

    desk = Client()
    desk.force_login(make_boss())
    page = desk.get(f"/fulfillment/pickup/{pickup.pk}/change/").content.decode()
    assert "shelf 3" in page and "Hand out" in page and pickup.code not in page
    assert pickup.number in desk.get("/fulfillment/pickup/?state__exact=waiting").content.decode()
    wrong = desk.post(f"/fulfillment/pickup/{pickup.pk}/act/collect/", {"code": "000", "name": "Eve"})
    assert (wrong.status_code, "This is not the code of this order" in wrong.content.decode()) == (422, True)

    refused = api.post(f"pickups/{pickup.number}/collect/", code="none", name="Eve")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "wrong_code")
    told = api.post(f"pickups/{pickup.number}/collect/", code=pickup.code, name="Ada Lovelace")
    assert (told.status_code, told.json()["state"], told.json()["collected_by"]) == (200, "collected", "Ada Lovelace")
    assert Order.objects.get().fulfillment_status == "delivered"
    order = desk.get(f"/orders/order/{Order.objects.get().pk}/change/").content.decode()
    assert "given to Ada Lovelace" in order and "Pick-up in store STO" in order


def test_wrong_codes_are_counted_over_all_doors_and_processes_though_each_is_refused(api: Api) -> None:
    shipment = packed(sold("store", service_level="pickup", pickup_location="STO"))
    api.post(f"shipments/{shipment.number}/make_ready/")
    pickup, desk = Pickup.objects.get(), Client()
    desk.force_login(make_boss())
    for number in range(MOST_TRIES):
        cache.clear()  # what another process would find
        if number % 2:
            assert api.post(f"pickups/{pickup.number}/collect/", code="000", name="Eve").status_code == 422
        else:
            page = desk.post(f"/fulfillment/pickup/{pickup.pk}/act/collect/", {"code": "000", "name": "Eve"})
            assert page.status_code == 422
    cache.clear()
    refused = api.post(f"pickups/{pickup.number}/collect/", code=pickup.code, name="Eve")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "too_many_codes")
    page = desk.post(f"/fulfillment/pickup/{pickup.pk}/act/collect/", {"code": pickup.code, "name": "Eve"})
    assert "Too many codes were tried" in page.content.decode()
    assert Pickup.objects.get().state == "waiting"


def test_a_supplier_answers_over_the_api_and_its_page_shows_what_it_sends(api: Api) -> None:
    from fulfillment.handlers import ask_unasked
    from tests.factories import make_actor

    work = sold("supplier")
    assert ask_unasked(make_actor()) == 1
    request = SupplierRequest.objects.get()
    told = api.get(f"supplier-requests/{request.number}/").json()
    assert (told["state"], told["lines"][0]["sku"], told["fulfillment_order"]) == ("requested", "TEA", work.number)
    assert api.get(f"fulfillment-orders/{work.number}/").json()["request_status"] == "requested"
    desk = Client()
    desk.force_login(make_boss())
    page = desk.get(f"/fulfillment/supplierrequest/{request.pk}/change/").content.decode()
    assert "no e-mail address: ask by telephone" in page and "TEA" in page

    bad = api.post(f"supplier-requests/{request.number}/send/", carrier="dhl", tracking=[])
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "tracking")
    sent = api.post(f"supplier-requests/{request.number}/send/", carrier="dhl", tracking=["JD1"], reference="B-7")
    assert (sent.status_code, sent.json()["state"], sent.json()["reference"]) == (200, "fulfilled", "B-7")
    (parcel,) = api.get("shipments/?state=shipped").json()["results"][0]["packages"]
    assert (parcel["carrier"], parcel["tracking_number"]) == ("dhl", "JD1")
