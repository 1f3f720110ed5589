"""The doors of handing over: the handheld at the truck, the desk that closes the day, the papers, the API."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from fulfillment.models import Manifest, ManifestParcel, Package, Shipment
from fulfillment.services import handover
from inventory.models import Product
from orders.services.holds import place_hold
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, labelled, sourced
from tests.fulfillment.trucks import a_list, closed, dock, numbers_of, scan, state_of, tell_carriers

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand() -> Client:
    """Somebody of the warehouse with a handheld."""
    person = User.objects.create_user("dock", is_staff=True)
    person.groups.add(Group.objects.get(name="Warehouse"))
    client = Client()
    client.force_login(person)
    return client


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def at(hand: Client, number: str, act: str, **told: Any) -> str:
    """Do something at the truck and return the page."""
    answer = hand.post(f"/floor/load/{number}/{act}/", told, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_truck_is_loaded_closed_and_handed_over_with_a_handheld(hand: Client) -> None:
    one, other = dock()
    assert "Load the truck" in hand.get("/floor/?at=LON").content.decode()
    assert "2 parcels wait" in hand.get("/floor/load/").content.decode()
    page = hand.post("/floor/load/", {"location": "LON", "carrier": "sandbox"}, follow=True).content.decode()
    row = Manifest.objects.get()
    (first,), (second,) = numbers_of(one), numbers_of(other)
    assert "0 of 2" in page and first in page and "Not loaded yet" in page

    page = at(hand, row.number, "scan", key=uuid4(), code=first)
    assert f"{first} loaded. 1 of 2." in page and 'data-tone="ok"' in page
    assert "is no parcel that is known here" in at(hand, row.number, "scan", key=uuid4(), code="NO-SUCH")
    page = at(hand, row.number, "scan", key=uuid4(), code=second)
    assert 'data-tone="done"' in page and "Not loaded yet" not in page
    assert "taken off" in at(hand, row.number, "take-off", key=uuid4(), code=second)
    assert "1 is being loaded" not in hand.get("/floor/load/").content.decode()
    assert "The carrier is being told" in at(hand, row.number, "close")
    tell_carriers(timezone.now())
    assert "To the driver" in hand.get(f"/floor/load/{row.number}/").content.decode()
    page = at(hand, row.number, "hand-over", way="drop_off", driver="Joe")

    row.refresh_from_db()
    assert (row.state, row.way, row.driver) == ("handed_over", "drop_off", "Joe")
    assert [state_of(one), state_of(other)] == ["shipped", "labelled"]
    assert "handed over" in page


def test_a_scanned_parcel_says_whose_truck_it_is(hand: Client) -> None:
    (one,) = dock(1)
    page = hand.post("/floor/load/", {"location": "LON", "code": numbers_of(one)[0]}, follow=True).content.decode()
    assert Manifest.objects.get().number in page
    for code in ("NO-SUCH", "\x00"):
        page = hand.post("/floor/load/", {"location": "LON", "code": code}, follow=True).content.decode()
        assert "is no parcel that waits here" in page
    assert "No parcel leaves LON" in hand.post(
        "/floor/load/", {"location": "LON", "carrier": "pigeon"}
    ).content.decode()  # fmt: skip


def test_what_cannot_be_read_or_done_is_said_and_changes_nothing(hand: Client) -> None:
    (one,) = dock(1)
    hand.post("/floor/load/", {"location": "LON", "carrier": "sandbox"})
    row = Manifest.objects.get()
    assert "could not be read" in at(hand, row.number, "scan", key="x", code="")
    assert "Load a parcel first" in at(hand, row.number, "close")
    assert "There is no such act" in at(hand, row.number, "dance")
    assert "can be handed over" in at(hand, row.number, "hand-over")
    assert "could not be read" in at(hand, row.number, "hand-over", way="balloon")
    assert hand.get("/floor/load/NOTHING/").status_code == 404
    assert hand.get(f"/floor/load/{row.number}/scan/").status_code == 405
    assert (state_of(row), state_of(one)) == ("open", "labelled")


def test_who_may_not_load_sees_no_truck() -> None:
    dock(1)
    person = User.objects.create_user("service", is_staff=True)
    person.groups.add(Group.objects.get(name="Customer service"))
    client = Client()
    client.force_login(person)
    assert client.get("/floor/load/").status_code == 403


def test_the_desk_sees_what_would_go_and_what_would_stay_and_closes_it_with_one_button() -> None:
    one, held = dock()
    place_hold(order_id=held.order_id, reason="customer_request", blocks=["ship"], actor=make_actor())
    desk = Client()
    desk.force_login(make_boss())
    page = desk.get("/fulfillment/manifest/waiting/").content.decode()
    assert "Close the day: 1 parcel" in page and "Would stay" in page and held.number in page
    button = f"/inventory/location/{one.location_id}/act/close_day/"
    after = desk.post(button, {"carrier": "sandbox", "next": "/fulfillment/manifest/waiting/"}, follow=True)
    row = Manifest.objects.get()
    assert row.number in after.content.decode() and "Close the day: 1" not in after.content.decode()
    tell_carriers(timezone.now())
    assert (state_of(row), state_of(one), state_of(held)) == ("closed", "manifested", "labelled")
    assert row.number in desk.get("/fulfillment/manifest/").content.decode()
    shown = desk.get(f"/fulfillment/manifest/{row.pk}/change/").content.decode()
    assert "Hand over" in shown and numbers_of(one)[0] in shown
    again = desk.post(button, {"carrier": "sandbox"})
    assert (again.status_code, "can go" in again.content.decode()) == (409, True)


def test_the_list_and_all_labels_are_printed(hand: Client) -> None:
    one, other = dock(2, parcels=2)
    hand.post("/floor/load/", {"location": "LON", "carrier": "sandbox"})
    row = Manifest.objects.get()
    draft = f"/fulfillment/manifest/{row.number}/list.pdf"
    assert "NOT A PROOF YET" in text_of(hand.get(draft).content)
    assert hand.get(f"/fulfillment/manifest/{row.number}/labels.pdf").status_code == 404
    for number in [*numbers_of(one), *numbers_of(other)]:
        at(hand, row.number, "scan", key=uuid4(), code=number)
    closed(row)

    words = text_of(hand.get(draft).content)
    assert "NOT A PROOF YET" not in words and "Signature" in words and row.number in words
    assert all(number in words for number in numbers_of(one)) and "LS1 4AP Leeds GB" in words
    labels = hand.get(f"/fulfillment/manifest/{row.number}/labels.pdf")
    assert len(PdfReader(io.BytesIO(labels.content)).pages) == 4


def test_a_list_is_closed_and_handed_over_by_a_system() -> None:
    cache.clear()
    account = a_channel()
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    shipment = labelled(sourced(an_order([(tea, 1)], account=account))[0])
    api = Api(account)
    made = api.post("locations/LON/close_day/", carrier="sandbox")
    assert made.status_code == 200, made.json()
    tell_carriers(timezone.now())
    (row,) = api.get("manifests/?state=closed&location=LON&carrier=sandbox").json()["results"]
    assert (row["parcels"], row["packages"][0]["tracking_number"]) == (1, numbers_of(shipment)[0])
    told = api.post(f"manifests/{row['number']}/hand_over/", driver="Joe")
    assert (told.status_code, told.json()["state"], told.json()["way"]) == (200, "handed_over", "driver")
    assert state_of(shipment) == "shipped"


def test_parcels_of_another_channel_are_counted_and_keep_its_system_from_closing() -> None:
    cache.clear()
    dock(1)
    other = a_channel("other")
    mine = labelled(sourced(an_order([(Product.objects.get(), 1)], account=other))[0])
    shipment = Shipment.objects.exclude(pk=mine.pk).get()
    row = a_list(shipment)
    for one in (shipment, mine):
        scan(row, *numbers_of(one))
    api = Api(other)
    shown = api.get(f"manifests/{row.number}/").json()
    assert (shown["parcels"], [one["shipment"] for one in shown["packages"]]) == (2, [mine.number])
    refused = api.post(f"manifests/{row.number}/close/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    assert handover.truck_of(row, Package.objects.filter(shipment=mine)).count == 1
    assert ManifestParcel.objects.filter(left_at=None).count() == 2
