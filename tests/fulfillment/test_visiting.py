"""A carrier's driver is asked for once, whatever happens between the carrier and us."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from fulfillment.carriers.gateway import CarrierNotAsked, CarrierRefused, CarrierUnreachable
from fulfillment.carriers.sandbox import SandboxCarrier
from fulfillment.models import DriverVisit
from fulfillment.services import visiting
from oms.foundation.refusals import Invalid, Refused
from tests.factories import NOW, make_actor
from tests.foundation.rows import make_boss
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel
from tests.fulfillment.trucks import dock

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def visit() -> DriverVisit:
    """A visit that nobody has asked the carrier for yet."""
    return book(dock(2)[0].location_id)


def book(location_id: int, **told) -> DriverVisit:
    """Book the sandbox's driver."""
    return visiting.book_driver(location_id=location_id, carrier="sandbox", actor=make_actor(), **told)


def work(now=NOW) -> int:
    """Let the worker ask."""
    return visiting.work_visits(make_actor(now=now), 20)


def fresh(visit: DriverVisit) -> DriverVisit:
    """Read it again."""
    return DriverVisit.objects.get(pk=visit.pk)


def asked(monkeypatch, outcome) -> list[dict]:
    """Let the carrier answer in a way, and return what it is asked from now on."""
    heard: list[dict] = []
    plain = SandboxCarrier.pickup

    def pickup(self, ship_from, day, **how):
        heard.append({"day": day, **how})
        if isinstance(outcome, BaseException):
            raise outcome
        return plain(self, ship_from, day, **how)

    monkeypatch.setattr(SandboxCarrier, "pickup", pickup)
    return heard


def test_what_waits_is_announced_and_the_answer_kept(visit, monkeypatch) -> None:
    heard = asked(monkeypatch, None)
    assert (visit.state, visit.day, visit.parcels, visit.weight_g) == ("requested", date(2026, 11, 22), 2, 1000)
    assert (work(), work(LATER)) == (1, 0)
    row = fresh(visit)
    assert (row.state, row.window, bool(row.confirmation)) == ("booked", "16:00–18:00", True)
    assert heard == [{"day": date(2026, 11, 22), "parcels": 2, "weight_g": 1000}]


@pytest.mark.parametrize("when", ["before the call", "after the call", "before the answer is written"])
def test_a_worker_that_is_killed_books_no_second_driver(visit, monkeypatch, when: str) -> None:
    heard = asked(monkeypatch, KeyboardInterrupt() if when == "after the call" else None)
    step = {"before the call": "gateway", "before the answer is written": "_settle_booked"}.get(when)
    if step:

        def crash(*args, **kwargs):
            raise KeyboardInterrupt

        monkeypatch.setattr(visiting, step, crash)
    with pytest.raises(KeyboardInterrupt):
        work()
    monkeypatch.undo()
    once = len(heard)
    assert fresh(visit).state == "requested"
    heard = asked(monkeypatch, None)

    work(LATER)

    assert (fresh(visit).state, once + len(heard) <= 1, heard) == ("unknown", True, [])
    assert "Look on the carrier's own pages" in fresh(visit).failure
    with pytest.raises(Refused, match="is being confirmed on that day already"):
        book(visit.location_id)


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (CarrierRefused("No driver on Sundays."), "failed", "No driver on Sundays."),
        (CarrierUnreachable("No answer."), "unknown", "is not known (No answer)"),
    ],
)
def test_a_refusal_ends_it_and_a_lost_answer_waits_for_a_person(visit, monkeypatch, outcome, state, words) -> None:
    heard = asked(monkeypatch, outcome)
    work()
    work(LATER)
    assert (fresh(visit).state, len(heard)) == (state, 1)
    assert words in fresh(visit).failure


def test_a_carrier_that_was_not_asked_is_asked_later(visit, monkeypatch) -> None:
    asked(monkeypatch, CarrierNotAsked("Busy.", retry_after=60))
    work()
    assert (fresh(visit).state, fresh(visit).attempts) == ("requested", 0)
    monkeypatch.undo()
    work(LATER)
    assert fresh(visit).state == "booked"


def test_a_person_who_has_looked_says_what_is_there(visit, monkeypatch) -> None:
    asked(monkeypatch, CarrierUnreachable("No answer."))
    work()
    row = visiting.say_booked(visit_id=visit.pk, number=" PK-1 ", window="noon", actor=make_actor())
    assert (row.state, row.confirmation, row.window) == ("booked", "PK-1", "noon")
    visiting.cancel_visit(visit_id=visit.pk, reason="Closed early.", actor=make_actor())
    second = book(visit.location_id)
    work()
    visiting.say_not_booked(visit_id=second.pk, reason="Nothing there.", actor=make_actor())
    assert (fresh(visit).state, fresh(second).state) == ("cancelled", "failed")


def test_one_driver_a_day_and_what_makes_no_sense_is_refused(visit) -> None:
    with pytest.raises(Refused, match=f"{visit.number} is asked for on that day already"):
        book(visit.location_id)
    assert book(visit.location_id, day=date(2026, 11, 23), parcels=4, weight_g=9000).parcels == 4
    for day in (date(2026, 11, 21), date(2027, 3, 1)):
        with pytest.raises(Invalid, match="Name a day from today on"):
            book(visit.location_id, day=day)
    with pytest.raises(Refused, match="does not serve LON"):
        visiting.book_driver(location_id=visit.location_id, carrier="pigeon", actor=make_actor())
    assert DriverVisit.objects.count() == 2


def test_a_driver_is_booked_on_the_page_of_the_location_and_over_the_api() -> None:
    cache.clear()
    location = dock(1)[0].location_id
    desk = Client()
    desk.force_login(make_boss())
    button = f"/inventory/location/{location}/act/book_driver/"
    assert "Book a carrier&#x27;s driver" in desk.get(f"{button}?carrier=sandbox").content.decode()
    desk.post(button, {"carrier": "sandbox"}, follow=True)
    row = DriverVisit.objects.get()
    assert row.number in desk.get("/fulfillment/drivervisit/").content.decode()
    work(timezone.now())
    page = desk.get(f"/fulfillment/drivervisit/{row.pk}/change/").content.decode()
    assert "16:00–18:00" in page and "Cancel" in page
    api = Api(a_channel())
    (found,) = api.get("driver-visits/?state=booked&location=LON").json()["results"]
    assert found["number"] == row.number
    told = api.post(f"driver-visits/{row.number}/cancel_visit/", reason="Closed.")
    assert (told.status_code, told.json()["state"]) == (200, "cancelled")
    again = api.post("locations/LON/book_driver/", carrier="sandbox", day="2099-01-01")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "day")
