"""Pages, papers and the API of waves: previewed, made, released, claimed on the floor, read by systems."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import FulfillmentOrder, PickList, Wave
from fulfillment.picking.plan import Strategy
from fulfillment.services.waves.suggesting import next_cutoff, suggestions
from inventory.models import Location
from tests.factories import NOW, make_location
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel
from tests.fulfillment.walks import again
from tests.fulfillment.waving import a_floor, a_wave, released, some_work

pytestmark = pytest.mark.django_db
ADD = "/fulfillment/wave/add/"
ASKED = {"strategy": "cluster", "orders": 10, "totes": 8, "tote_pieces": 20}


@pytest.fixture
def boss() -> Client:
    """Return the browser of somebody who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def floor() -> Location:
    """Return a measured floor with three orders."""
    place, products = a_floor()
    some_work([(products[0], 1)], [(products[3], 2), (products[8], 1)], [(products[9], 1)])
    return place


def test_the_preview_shows_walks_and_metres_and_makes_nothing(boss: Client, floor: Location) -> None:
    page = boss.get(ADD, {"location": floor.pk, **ASKED}).content.decode()

    assert "3 orders on 1 walk" in page
    assert "Metres saved" in page
    assert page.count('class="plan-way') == 1
    assert Wave.objects.count() == 0


def test_making_keeps_a_draft_or_releases_it_at_once(boss: Client, floor: Location) -> None:
    draft = boss.post(ADD, {"location": floor.pk, **ASKED})
    wave = Wave.objects.get()
    assert (draft.status_code, wave.state, wave.chosen) == (302, "draft", "everything that waits")

    boss.post(ADD, {"location": floor.pk, **ASKED, "release": "1"})

    assert sorted(Wave.objects.values_list("state", flat=True)) == ["draft", "released"]
    nothing = boss.post(ADD, {"location": floor.pk, **ASKED}, follow=True)
    assert "Nothing waits there that fits" in nothing.content.decode()


def test_what_cannot_be_read_is_said_at_its_field(boss: Client, floor: Location) -> None:
    answer = boss.get(ADD, {"location": floor.pk, **ASKED, "totes": 13})

    assert answer.status_code == 422
    assert "less than or equal to 12" in answer.content.decode()


def test_what_leaves_next_is_suggested_by_the_clock_of_the_location(boss: Client, floor: Location) -> None:
    assert "What leaves by 16:00" in boss.get(ADD).content.decode()
    berlin = make_location("BER", timezone="Europe/Berlin")

    by = next_cutoff(berlin, NOW)

    assert (by.hour, by.utcoffset() is not None, by >= NOW, by - NOW <= timedelta(days=1)) == (16, True, True, True)
    (found,) = suggestions(FulfillmentOrder.objects.all(), [floor, berlin], NOW)
    assert (found.location, found.waiting) == (floor, 3)
    # a Sunday, and the Monday after it is closed
    berlin.working_days, berlin.closed_on = "12345", ["2026-11-23"]
    assert next_cutoff(berlin, NOW).date().isoformat() == "2026-11-24"


def test_a_wave_shows_walks_orders_and_the_floor(boss: Client, floor: Location) -> None:
    wave = a_wave(floor, Strategy.SINGLE)
    draft = boss.get(f"/fulfillment/wave/{wave.pk}/change/").content.decode()
    assert draft.count('class="plan-way') == 3
    assert "the release leaves them out" not in draft
    other = a_wave(floor, Strategy.SINGLE)
    walks = released(wave)

    page = boss.get(f"/fulfillment/wave/{wave.pk}/change/").content.decode()
    one = boss.get(f"/fulfillment/wave/{wave.pk}/change/?walk=2").content.decode()

    assert all(walk.number in page for walk in walks)
    assert (page.count('class="plan-way'), one.count('class="plan-way')) == (3, 1)
    assert "Walk 2 alone" in one
    overtaken = boss.get(f"/fulfillment/wave/{other.pk}/change/").content.decode()
    assert ("the release leaves them out" in page, "the release leaves them out" in overtaken) == (False, True)
    assert boss.get("/fulfillment/wave/").status_code == 200


def test_a_wave_of_bins_that_nobody_measured_says_so(boss: Client) -> None:
    place, products = a_floor()
    place.bins.update(x_mm=None)
    some_work([(products[0], 1)])
    wave = a_wave(place)

    page = boss.get(f"/fulfillment/wave/{wave.pk}/change/").content.decode()

    assert "No bin of this location has a place on the floor yet" in page
    assert (wave.length_mm, wave.saved_mm) == (None, None)


def test_the_lists_of_all_walks_are_one_paper_in_scope_only(boss: Client, floor: Location) -> None:
    wave = a_wave(floor, Strategy.SINGLE)
    first, *_ = released(wave)
    address = "/fulfillment/picklist/walk-list.pdf"

    assert boss.get(address, {"wave": wave.number}).content.startswith(b"%PDF")
    assert boss.get(address, {"number": first.number}).content.startswith(b"%PDF")
    assert boss.get(address, {"number": [first.number, "P-NONE"]}).status_code == 404
    assert boss.get(address).status_code == 404


def test_the_floor_offers_ready_walks_and_one_tap_begins_one(boss: Client, floor: Location) -> None:
    wave = a_wave(floor, Strategy.ZONE)
    first, second = released(wave)

    home = boss.get("/floor/?at=LON").content.decode()
    assert f"Wave {wave.number}, walk 1" in home
    assert "zone Z1: 2 orders, 2 stops, 14 m" in home
    page = boss.post(f"/floor/{first.number}/take-over/", follow=True).content.decode()

    assert "aisle A from the front" in page
    assert "The way on the floor" in page
    assert (again(first).state, again(second).state) == ("in_progress", "released")


def test_a_cancelled_walk_says_so_on_the_handheld(boss: Client, floor: Location) -> None:
    wave = a_wave(floor)
    (walk,) = released(wave)
    boss.post(f"/fulfillment/wave/{wave.pk}/act/cancel/")

    assert f"{walk.number} was cancelled" in boss.get(f"/floor/{walk.number}/").content.decode()
    assert PickList.objects.get().state == "cancelled"


def test_systems_read_and_release_waves(floor: Location) -> None:
    api = Api(a_channel())
    wave = a_wave(floor)

    listed = api.get("waves/?state=draft").json()["results"]
    shown = api.post(f"waves/{wave.number}/release/").json()

    assert [one["number"] for one in listed] == [wave.number]
    assert (shown["state"], len(shown["walks"]), len(shown["orders"])) == ("released", 1, 3)
    assert shown["walks"][0]["stops_left"] == 4
    assert [(one["name"], one["allowed"]) for one in shown["actions"]] == [("cancel", True)]


def test_the_list_is_a_file(boss: Client, floor: Location) -> None:
    a_wave(floor)

    answer = boss.get("/fulfillment/wave/export/?as=csv")

    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert rows[0].endswith(
        "number,location,state,strategy,chosen,orders,walks,metres,metres_saved,released_at,ended_at"
    )
    assert "cluster" in rows[1]
