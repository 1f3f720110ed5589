"""The console's pages, papers and the API show the rows in scope and run the declared acts."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, Shipment
from fulfillment.services.label_buying import work_labels
from inventory.models import LocationMembership
from oms.foundation.panels import parts
from tests.factories import make_actor, make_channel, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, label_of, labelled, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
VIEWS = ["view_fulfillmentorder", "view_shipment", "view_package", "view_sourcingdecision"]


@pytest.fixture
def work() -> FulfillmentOrder:
    """An open fulfillment order of two pieces in London."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10, bin="A-1")
    (row,) = sourced(an_order([(tea, 2)], instructions="Ring twice"))
    return row


def browser(*codenames: str, location: object = None) -> Client:
    """Return a signed-in member of staff with some permissions, limited to a location if one is given."""
    user = User.objects.create_user("kim", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="fulfillment", codename__in=codenames))
    if location is not None:
        LocationMembership.objects.create(user=user, location=location)
    client = Client()
    client.force_login(user)
    return client


PAGES = [
    "admin:fulfillment_fulfillmentorder_changelist",
    "admin:fulfillment_shipment_changelist",
    "admin:fulfillment_package_changelist",
    "admin:fulfillment_sourcingdecision_changelist",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens(work, page) -> None:
    shipped(work)
    assert browser(*VIEWS).get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_no_list_opens_without_permission(page) -> None:
    assert browser().get(reverse(page)).status_code == 403


def test_every_page_of_one_row_opens(work) -> None:
    row = shipped(work)
    client = browser(*VIEWS)
    for name, pk in (
        ("fulfillmentorder", work.pk),
        ("shipment", row.pk),
        ("package", parcel_of(row).pk),
        ("sourcingdecision", work.order.sourcing_decisions.get().pk),
    ):
        answer = client.get(reverse(f"admin:fulfillment_{name}_change", args=[pk]))
        assert answer.status_code == 200, name


def papers(shipment: Shipment) -> list[str]:
    """Return the addresses of every paper of a shipment."""
    return [
        reverse("admin:fulfillment_pick_list") + f"?number={shipment.fulfillment_order.number}",
        reverse("admin:fulfillment_packing_slip", args=[shipment.number]),
        reverse("admin:fulfillment_commercial_invoice", args=[shipment.number]),
        reverse("admin:fulfillment_label", args=[shipment.number, 1]),
    ]


def test_papers_are_pdf(work) -> None:
    row = labelled(work)
    client = browser(*VIEWS, "label_shipment")
    for address in papers(row):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), address
        assert answer.content.startswith(b"%PDF-")
    zpl = client.get(reverse("admin:fulfillment_zpl", args=[row.number]))
    assert zpl.content.startswith(b"^XA")
    assert client.get(reverse("admin:fulfillment_pick_list") + "?location=LON").status_code == 404


def test_the_pick_lists_of_a_location_come_together(work) -> None:
    answer = browser(*VIEWS).get(reverse("admin:fulfillment_pick_list") + "?location=LON")
    assert answer.content.startswith(b"%PDF-")


def test_papers_want_a_permission(work) -> None:
    row = labelled(work)
    client = browser()
    assert [client.get(address).status_code for address in papers(row)] == [403] * 4


def test_papers_want_the_scope(work) -> None:
    row = labelled(work)
    client = browser(*VIEWS, "label_shipment", location=make_location("MAN"))
    assert [client.get(address).status_code for address in papers(row)] == [404] * 4


def test_papers_change_nothing(work) -> None:
    row = labelled(work)
    client = browser(*VIEWS, "label_shipment")
    assert client.post(papers(row)[2]).status_code == 405
    client.get(papers(row)[2])
    assert label_of(row).prints == 0


def test_a_missing_label_is_said_in_words(work) -> None:
    from tests.fulfillment.shop import packed

    row = packed(work)
    answer = browser("label_shipment").get(reverse("admin:fulfillment_label", args=[row.number, 1]))
    assert answer.status_code == 404
    assert f"Shipment {row.number} has no label yet." in answer.text


def test_the_floor_is_walked_over_the_api(work) -> None:
    api = Api(a_channel())
    base = f"fulfillment-orders/{work.number}"
    assert api.post(f"{base}/start_picking/").json()["state"] == "in_progress"
    assert api.post(f"{base}/confirm_picked/", short={"TEA": 1}).json()["lines"][0]["state"] == "picked"
    assert api.post(f"{base}/pack/", parcels=1, weight_g=700).json()["state"] == "ready"
    number = Shipment.objects.get().number
    assert api.post(f"shipments/{number}/buy_labels/").status_code == 200
    work_labels(make_actor(now=timezone.now()), 5)
    answer = api.get(f"shipments/{number}/").json()
    assert (answer["state"], answer["packages"][0]["weight_g"]) == ("labelled", 700)
    assert api.post(f"shipments/{number}/ship/").json()["state"] == "shipped"
    tracking = answer["packages"][0]["tracking_number"]
    done = api.post(f"packages/{tracking}/mark_delivered/", reason="seen")
    assert done.json()["tracking_status"] == "delivered"
    assert api.get(f"packages/{done.json()['id']}/").json()["tracking_number"] == tracking


def test_a_closed_act_says_why(work) -> None:
    api = Api(a_channel())
    answer = api.post(f"fulfillment-orders/{work.number}/pack/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    offers = {one["name"]: one for one in api.get(f"fulfillment-orders/{work.number}/").json()["actions"]}
    assert offers["start_picking"]["allowed"]
    assert not offers["reroute"]["reasons"]


@pytest.mark.parametrize("short", ["x", {"TEA": 0}, {"TEA": "one"}, [1], {"TEA": True}, "TEA"])
def test_nonsense_about_missing_pieces_is_refused(work, short) -> None:
    api = Api(a_channel())
    api.post(f"fulfillment-orders/{work.number}/start_picking/")
    answer = api.post(f"fulfillment-orders/{work.number}/confirm_picked/", short=short)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "short")


def test_another_channel_sees_nothing(work) -> None:
    api = Api(make_channel("other"))
    assert api.get(f"fulfillment-orders/{work.number}/").status_code == 404
    assert api.get("fulfillment-orders/").json()["results"] == []
    assert api.post(f"fulfillment-orders/{work.number}/start_picking/").status_code == 404


def test_the_order_answers_its_work_and_parcels(work) -> None:
    row = shipped(work)
    answer = parts("orders.order", [work.order_id])[work.order_id]
    assert [one["number"] for one in answer["fulfillment_orders"]] == [work.number]
    assert answer["shipments"][0]["packages"][0]["tracking_number"] == parcel_of(row).tracking_number


def test_many_orders_cost_no_more_statements_than_one(work, django_assert_max_num_queries) -> None:
    shipped(work)
    tea = work.allocations.get().stock_level.product
    ids = [work.order_id, *(sourced(an_order([(tea, 1)]))[0].order_id for _ in range(3))]
    with django_assert_max_num_queries(16):
        parts("orders.order", ids)
