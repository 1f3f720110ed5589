"""A location's calendar: by form, by file, over the API."""

import html

import pytest

from inventory.models import Location
from tests.factories import make_location
from tests.inventory.test_console import client_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Location:
    """One location that works on every day."""
    return make_location("STO")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"working_days": []}, "This field is required."),
        ({"closed_on": "25.12.2026"}, "“25.12.2026” is not a day; write it like 2026-12-25."),
        ({"closed_on": "2026-02-30"}, "“2026-02-30” is not a day; write it like 2026-12-25."),
        ({"handling_days": "91"}, "Ensure this value is less than or equal to 90."),
    ],
)
def test_a_wrong_calendar_is_shown_and_nothing_saved(place, changes, sentence):
    client = client_of("view_location", "change_location")
    form = {
        "name": "London", "kind": "warehouse", "country": "GB", "cutoff": "15:30", "timezone": "Europe/London",
        "handling_days": "1", "working_days": ["1"], "closed_on": "", "seen_version": str(place.version),
    }  # fmt: skip

    answer = client.post(page("location", place), form | changes)

    assert answer.status_code == 200
    assert sentence in html.unescape(answer.text)
    assert Location.objects.get().working_days == "1234567"


def test_a_location_gets_its_calendar_from_a_file(imported):
    head = "code,name,kind,country,handling_days,working_days,closed_on\n"
    imported("locations", head + "STO,Store,store,GB,2,54321,2026-12-26; 2026-12-25\n")
    store = Location.objects.get()
    assert (store.handling_days, store.working_days) == (2, "12345")
    assert store.closed_on == ["2026-12-25", "2026-12-26"]

    code, summary, faults = imported("locations", head + "STO,Store,store,GB,91,18,25.12.\n")
    assert (code, summary) == (1, "locations.csv: 0 created, 0 changed, 0 unchanged, 1 refused")
    assert [fault.split(":")[0] for fault in faults[:-1]] == [
        f"row 2, column {column}" for column in ["handling_days", "working_days", "closed_on"]
    ]

    imported("locations", head + "STO,Store,store,GB,,,\n")
    store.refresh_from_db()
    assert (store.handling_days, store.working_days, store.closed_on) == (0, "1234567", [])


def test_an_exported_calendar_reads_back(imported, admin_client):
    make_location("STO", handling_days=2, working_days="12345", closed_on=["2026-12-25", "2026-12-26"])
    text = b"".join(admin_client.get("/inventory/location/export/")).decode("utf-8-sig")
    assert ',2,12345,"2026-12-25; 2026-12-26",' in text

    assert imported("locations", text)[1] == "locations.csv: 0 created, 0 changed, 1 unchanged, 0 refused"
