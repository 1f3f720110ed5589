"""The handheld's pages: where one is, what to take from which bin, and what came of a scan."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fulfillment.models import PickList, PickTask
from inventory.models import LocationMembership
from orders.models import ChannelMembership
from tests.factories import make_location, make_product, make_stock
from tests.fulfillment.shop import a_channel, an_order, sourced

pytestmark = pytest.mark.django_db


def picker(name: str = "ann") -> Client:
    """Return the browser of somebody of the warehouse."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name="Warehouse"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def place():
    """A location with one released order for two of TEA in A-2."""
    place = make_location("LON", name="London")
    tea = make_product("TEA", barcode="4001", title="Green <tea>")
    make_stock(tea, place, 10, bin="A-2")
    sourced(an_order([(tea, 2)]))
    return place


def begin(client: Client) -> PickList:
    """Begin a walk from the page."""
    client.post("/floor/claim/", {"location": "LON", "orders": "4"})
    return PickList.objects.get()


def send(client: Client, walk: PickList, act: str = "scan", **told):
    """Send what the page sends."""
    data = {"key": uuid4(), "task": PickTask.objects.get().pk, "read_at": "1764100000000"} | told
    return client.post(f"/floor/{walk.number}/{act}/", data)


def test_from_the_first_page_to_the_last_scan(place) -> None:
    client = picker()
    assert "1 order to pick" in " ".join(client.get("/floor/").content.decode().split())

    walk = begin(client)
    page = client.get(f"/floor/{walk.number}/").content.decode()
    assert "A-2" in page
    assert "Green &lt;tea&gt;" in page
    assert "Go on with" in client.get("/floor/").content.decode()

    assert "1 of 2 TEA in tote A." in send(client, walk, code="4001").content.decode()
    page = send(client, walk, code="4001").content.decode()
    assert "All done" in page
    assert 'data-tone="done"' in page


def test_what_cannot_be_read_or_done_is_a_sentence(place) -> None:
    client = picker()
    walk = begin(client)

    for told in ({"key": "x"}, {"task": ""}, {"quantity": "-1"}, {"read_at": "9" * 30}):
        answer = send(client, walk, **({"code": "4001"} | told))
        assert (answer.status_code, "could not be read" in answer.content.decode()) == (200, True)
    for told in ({"task": "9" * 30}, {"code": "\x00"}, {"code": "4002", "read_at": "0"}):
        assert send(client, walk, **told).status_code == 200
    assert client.get("/floor/%00/").status_code == 404
    assert "could not be read" in send(client, walk, "dance").content.decode()
    assert "belongs to another walk" in send(client, walk, task="999999").content.decode()
    assert PickTask.objects.get().picked == 0


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"location": "LON"},
        {"location": "LON", "orders": "99"},
        {"location": "X"},
        {"location": "\x00", "orders": "1"},
        {"location": "SUP", "orders": "1"},
    ],
)
def test_a_claim_without_place_or_number_leads_back(place, told) -> None:
    tea = make_product("RARE")
    make_stock(tea, make_location("SUP", kind="supplier"), 10)
    sourced(an_order([(tea, 1)]))
    client = picker()

    answer = client.post("/floor/claim/", told, follow=True)

    assert answer.status_code == 200
    assert "answer wrong" in answer.content.decode()
    assert not PickList.objects.exists()


def test_another_ones_walk_shows_who_has_it(place) -> None:
    walk = begin(picker())
    other = picker("bob")

    assert "ann is picking it" in other.get(f"/floor/{walk.number}/").content.decode()
    assert "taken over by somebody else" in send(other, walk, code="4001").content.decode()


def test_a_walk_given_back_is_offered_to_others(place) -> None:
    client, other = picker(), picker("bob")
    walk = begin(client)

    client.post(f"/floor/{walk.number}/give-back/")
    assert f"Take over {walk.number}" in " ".join(other.get("/floor/").content.decode().split())
    other.post(f"/floor/{walk.number}/take-over/")

    assert PickList.objects.get().picker.username == "bob"


def test_who_belongs_to_another_location_sees_nothing_of_it(place) -> None:
    walk = begin(picker())
    stranger = picker("eve")
    LocationMembership.objects.create(user=User.objects.get(username="eve"), location=make_location("MAN"))

    assert stranger.get(f"/floor/{walk.number}/").status_code == 404
    assert "London" not in stranger.get("/floor/").content.decode()
    assert (
        "Choose where you are"
        in stranger.post("/floor/claim/", {"location": "LON", "orders": "1"}, follow=True).content.decode()
    )


def test_who_leads_the_floor_sees_how_far_a_walk_is(place) -> None:
    client = picker()
    walk = begin(client)
    send(client, walk, code="4001", quantity=2)

    text = client.get("/fulfillment/picklist/").content.decode()
    page = client.get(f"/fulfillment/picklist/{walk.pk}/change/").content.decode()

    assert (walk.number in text, "1 of 1" in text, "ann" in text) == (True, True, True)
    assert ("A-2" in page, "TEA" in page) == (True, True)


def test_who_may_not_pick_is_told_so(place) -> None:
    user = User.objects.create_user("desk", is_staff=True)
    client = Client()
    client.force_login(user)

    assert client.get("/floor/").status_code == 403
    assert client.post("/floor/claim/").status_code == 403


def test_who_is_limited_to_a_channel_sees_no_walk_with_orders_of_others(place) -> None:
    walk = begin(picker())
    stranger = picker("eve")
    ChannelMembership.objects.create(user=User.objects.get(username="eve"), channel=a_channel("other").channel)

    assert stranger.get(f"/floor/{walk.number}/").status_code == 404
    assert stranger.post(f"/floor/{walk.number}/take-over/").status_code == 404


def test_a_scan_costs_no_more_statements_in_a_long_walk() -> None:
    spent = []
    for name, stops in (("ann", 2), ("bob", 9)):
        place = make_location(name.upper())
        tea = make_product(f"TEA-{name}", barcode=f"4001-{name}")
        make_stock(tea, place, 90, bin="A-2")
        for _ in range(stops):
            sourced(an_order([(tea, 2)]))
        client = picker(name)
        client.post("/floor/claim/", {"location": place.code, "orders": "12"})
        walk = PickList.objects.get(picker__username=name)
        told = {"key": uuid4(), "task": walk.tasks.all()[0].pk, "code": f"4001-{name}"}
        with CaptureQueriesContext(connection) as asked:
            client.post(f"/floor/{walk.number}/scan/", told)
        spent.append(len(asked))
        assert PickTask.objects.get(pk=told["task"]).picked == 1

    assert spent[0] == spent[1]
