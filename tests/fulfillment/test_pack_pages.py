"""The packing station's pages: a tote leads to its order, scans are answered, the label is bought on the same page."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fulfillment.floor.pack_view import packed_context
from fulfillment.models import FulfillmentOrder, Label, PackScan, PackSession, PickList, Shipment
from fulfillment.services.label_buying import work_labels
from inventory.models import LocationMembership
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.packers import make_boxes, picked
from tests.fulfillment.test_walk_pages import picker

pytestmark = pytest.mark.django_db
STATEMENTS = 31


def post(client, work, act="scan", **told):
    """Send what the page sends."""
    data = {"key": uuid4(), "read_at": "1764100000000"} | told
    return client.post(f"/floor/pack/{work.number}/{act}/", data, follow=True).content.decode()


def flat(answer) -> str:
    """Return a page's text on one line."""
    return " ".join(answer.content.decode().split())


def test_from_the_tote_to_the_label(work):
    client = picker()
    assert "Pack" in flat(client.get("/floor/"))
    assert f"Order {work.order.number}" in flat(client.get("/floor/pack/"))

    page = flat(client.post("/floor/pack/", {"code": work.order.number.lower()}, follow=True))
    assert ("BOX-S" in page, "BAG does not do: the pieces are too heavy for it." in page) == (True, True)
    assert ("<svg" in page, "0/3" in page) == (True, True)
    assert "2 of 3 TEA packed, in box 1." in post(client, work, code="4001", quantity=2)
    page = post(client, work, "close")
    assert ("Box 1 is closed with 2 pieces" in page, "2 × TEA" in page) == (True, True)
    post(client, work, code="4001")
    post(client, work, code="4002")
    page = post(client, work, "close", weight_g="1300")
    assert ("is packed" in page, 'data-tone="done"' in page, "Next tote" in page) == (True, True, True)

    assert "The carrier is being asked" in post(client, work, "label")
    work_labels(make_actor(now=timezone.now()), 20)
    page = flat(client.get(f"/floor/pack/{work.number}/"))
    assert Shipment.objects.get().state == "labelled"
    assert "Printed and stuck on" in page
    post(client, work, "print")
    assert set(Label.objects.values_list("state", "prints")) == {("printed", 1)}


@pytest.mark.parametrize("table", ["shipment", "package", "label"])
def test_a_label_bought_while_the_page_is_read_is_waited_for_or_shown_with_its_number(work, table):
    client, met = picker(), []
    client.post("/floor/pack/", {"code": work.order.number})
    post(client, work, code="4001", quantity=2)
    post(client, work, "close")
    post(client, work, code="4001")
    post(client, work, code="4002")
    post(client, work, "close", weight_g="1300")
    post(client, work, "label")

    def buy_once(execute, sql, *rest):
        """Let the worker buy the label before the page looks at the table."""
        if f'FROM "fulfillment_{table}"' in sql and not met:
            met.append(sql)
            work_labels(make_actor(now=timezone.now()), 20)
        return execute(sql, *rest)

    shipment = Shipment.objects.get()
    user = User.objects.get(username="ann")
    with connection.execute_wrapper(buy_once):
        told = packed_context(user, shipment)
    assert met
    assert told["waits"] or all(one["in_hand"] and one["row"].tracking_number for one in told["parcels"])


def test_a_tote_is_found_by_walk_and_letter(place):
    client = picker()
    client.post("/floor/claim/", {"location": "LON", "orders": "4"})
    walk = PickList.objects.get()
    for task in walk.tasks.select_related("allocation__stock_level__product"):
        told = {"key": uuid4(), "task": task.pk, "code": task.allocation.stock_level.product.sku}
        client.post(f"/floor/{walk.number}/scan/", told | {"quantity": task.quantity})
    first, second = FulfillmentOrder.objects.order_by("pk")

    for code, work in ((f"{walk.number}-A", first), (f"{walk.number} b".lower(), second), (second.number, second)):
        answer = client.post("/floor/pack/", {"code": code})
        assert answer.headers["Location"] == f"/floor/pack/{work.number}/"
    assert f"Tote {walk.number}-A" in flat(client.get("/floor/pack/"))


def test_what_leads_nowhere_or_cannot_be_read_is_a_sentence(work):
    client = picker()

    for code in ("", "X", "\x00", "9" * 90):
        assert "is no tote, order or pick list" in flat(client.post("/floor/pack/", {"code": code}))
    assert "Nobody packs this" in post(client, work, code="4001")
    client.post("/floor/pack/", {"code": work.number})
    for told in ({"key": "x"}, {"quantity": "-1"}, {"weight_g": "x"}, {"read_at": "9" * 30}):
        assert "could not be read" in post(client, work, **({"code": "4001"} | told))
    assert "could not be read" in post(client, work, "dance")
    assert client.get("/floor/pack/NONE/").status_code == 404
    assert PackScan.objects.count() == 0


def test_an_order_in_two_places_asks_which(work):
    other = make_location("MAN")
    second = FulfillmentOrder.objects.create(number="FTWO", order=work.order, location=other)
    FulfillmentOrder.objects.filter(pk=second.pk).update(state="in_progress")

    page = flat(picker().post("/floor/pack/", {"code": work.order.number}))

    assert f"is in several places: scan {work.number} (LON warehouse) or FTWO (MAN warehouse)." in page


def test_another_ones_work_says_who_has_it(work):
    client, other = picker(), picker("bob")
    client.post("/floor/pack/", {"code": work.number})

    assert "ann is packing" in flat(other.post("/floor/pack/", {"code": work.number}))
    assert "ann is packing it" in flat(other.get(f"/floor/pack/{work.number}/"))
    client.post(f"/floor/pack/{work.number}/leave/")
    assert "Go on with it" in flat(other.get(f"/floor/pack/{work.number}/"))
    other.post(f"/floor/pack/{work.number}/begin/")
    assert PackSession.objects.get().packer.username == "bob"


def test_a_scan_that_is_sent_again_after_the_end_is_answered_as_before(work, ann):
    client, key = picker("eve"), uuid4()
    client.post("/floor/pack/", {"code": work.number})
    post(client, work, code="4001", quantity=3)
    post(client, work, code="4002", key=key)
    post(client, work, "close")

    assert "4 × " not in (page := post(client, work, code="4002", key=key))
    assert "1 of 1 CUP packed" in page
    assert PackScan.objects.filter(key=key).count() == 1


def test_who_belongs_elsewhere_or_may_not_pack_sees_nothing(work):
    stranger = picker("eve")
    LocationMembership.objects.create(user=User.objects.get(username="eve"), location=make_location("MAN"))
    assert stranger.get(f"/floor/pack/{work.number}/").status_code == 404
    assert "is no tote" in flat(stranger.post("/floor/pack/", {"code": work.number}))
    assert work.order.number not in flat(stranger.get("/floor/pack/"))
    desk = Client()
    desk.force_login(User.objects.create_user("desk", is_staff=True))
    assert desk.get("/floor/pack/").status_code == 403


def test_a_scan_costs_no_more_statements_in_a_large_order(place, ann):
    make_boxes()
    spent = []
    for lines in (2, 12):
        sizes = {"length_mm": 50, "width_mm": 40, "height_mm": 30}
        products = [make_product(f"P{lines}-{number}", **sizes) for number in range(lines)]
        for product in products:
            make_stock(product, place, 10)
        work = picked(place, [(product, 2) for product in products])
        client = picker(f"packs-{lines}")
        client.post("/floor/pack/", {"code": work.number})
        post(client, work, code=f"P{lines}-1")
        with CaptureQueriesContext(connection) as asked:
            client.post(f"/floor/pack/{work.number}/scan/", {"key": uuid4(), "code": f"P{lines}-0"})
        spent.append(len(asked))

    assert spent == [STATEMENTS, STATEMENTS]
