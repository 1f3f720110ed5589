"""Parcels are watched on their way: their days are kept, and who is at risk is known before the customer asks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fulfillment.models import ExpectedDay, Package, ParcelRisk, Shipment
from fulfillment.services.at_risk import note_asked, note_told, note_untold, snooze, wake
from fulfillment.services.tracking import Told, record_event, record_events
from fulfillment.services.watching import watch_parcels
from oms.foundation.bulk import preview, run_operations, start
from oms.foundation.bulk_again import undo_preview
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Invalid, Refused
from oms.outlets.queues import count_queues
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.api import Api
from tests.fulfillment.shop import an_order, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
DAY = NOW.date()


def a_parcel(**order: Any) -> Package:
    """Return a parcel that has just left; its carrier gave a day two or more days ahead."""
    tea = make_product()
    make_stock(tea, make_location(), 5)
    return parcel_of(shipped(sourced(an_order([(tea, 1)], **order))[0]))


def told(status: str, hours: int = 1, *, expected: date | None = None, words: str = "") -> Told:
    """Return what a carrier tells some hours after now."""
    at = NOW + timedelta(hours=hours)
    return Told(f"{status}-{hours}", status, at, description=words, expected_on=expected)


def tell(parcel: Package, *events: Told) -> Package:
    """Let the carrier tell something, and return the parcel as it is then."""
    for event in events:
        record_event(package_id=parcel.pk, told=event, actor=make_actor(now=event.occurred_at))
    return Package.objects.get(pk=parcel.pk)


def days_of(parcel: Package) -> list[tuple[str, date]]:
    """Return the book of a parcel's days."""
    return list(ExpectedDay.objects.filter(package=parcel).order_by("pk").values_list("kind", "day"))


def facts(kind: str) -> int:
    """Return how many facts of a kind were told."""
    return OutboxEvent.objects.filter(kind=kind).count()


def test_the_promise_and_the_carrier_s_day_are_kept_as_the_parcel_leaves() -> None:
    promised = DAY + timedelta(days=9)
    parcel = a_parcel(deliver_by=promised)
    assert parcel.promised_on == promised
    assert days_of(parcel) == [("promised", promised), ("purchase", parcel.expected_on)]
    other = a_parcel()
    assert days_of(other) == [("promised", other.expected_on), ("purchase", other.expected_on)]


def test_every_new_day_is_kept_and_the_book_cannot_be_rewritten() -> None:
    parcel = a_parcel()
    one, two = DAY + timedelta(days=20), DAY + timedelta(days=21)
    tell(parcel, told("in_transit", 1, expected=one), told("in_transit", 2, expected=one))
    parcel = tell(parcel, told("in_transit", 3, expected=two))
    assert [day for kind, day in days_of(parcel) if kind == "change"] == [one, two]
    assert parcel.expected_on == two
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ExpectedDay.objects.update(day=one)


def test_a_late_event_does_not_bring_an_old_day_back() -> None:
    parcel, new, old = a_parcel(), DAY + timedelta(days=21), DAY + timedelta(days=20)
    parcel = tell(parcel, told("in_transit", 5, expected=new), told("picked_up", 1, expected=old))
    assert parcel.expected_on == new
    assert [day for kind, day in days_of(parcel) if kind == "change"] == [new]


def test_a_carrier_that_was_asked_changes_the_day_without_a_new_scan() -> None:
    parcel, new = a_parcel(), DAY + timedelta(days=21)
    event = (parcel.pk, told("in_transit", 1))
    record_events(told=[event], actor=make_actor())
    assert record_events(told=[event], days={parcel.pk: new}, actor=make_actor()) == 0
    assert record_events(told=[event], days={parcel.pk: new}, actor=make_actor()) == 0
    assert Package.objects.get().expected_on == new
    assert [day for kind, day in days_of(parcel) if kind == "change"] == [new]
    assert facts("PackageDelayed") == 1


def test_the_customer_is_told_once_of_each_new_day_beyond_the_promise() -> None:
    parcel, one, two = a_parcel(deliver_by=DAY + timedelta(days=9)), DAY + timedelta(days=10), DAY + timedelta(days=11)
    tell(parcel, told("in_transit", 1, expected=DAY + timedelta(days=8)))
    assert facts("PackageDelayed") == 0
    tell(parcel, told("in_transit", 2, expected=one), told("in_transit", 3, expected=one))
    assert facts("PackageDelayed") == 1
    tell(parcel, told("delayed", 4, expected=two))
    assert facts("PackageDelayed") == 2


def test_days_late_are_counted_once_it_has_arrived() -> None:
    parcel = a_parcel()
    hours = 24 * ((parcel.expected_on - DAY).days + 2)
    parcel = tell(parcel, told("in_transit", 2, expected=DAY + timedelta(days=20)), told("delivered", hours))
    assert parcel.days_late == 2
    assert tell(parcel, told("delivered", hours + 50)).days_late == 2


def test_the_clock_finds_a_parcel_that_was_never_scanned_and_a_scan_ends_it() -> None:
    parcel = a_parcel(deliver_by=DAY + timedelta(days=30))
    assert watch_parcels(actor=make_actor(now=NOW + timedelta(hours=23))) == 0
    later = make_actor(now=NOW + timedelta(hours=25))
    assert watch_parcels(actor=later) == 1
    assert watch_parcels(actor=later) == 0
    risk = ParcelRisk.objects.get()
    assert (risk.package_id, risk.level, risk.reason, risk.since) == (
        parcel.pk, "at_risk", "no_scan", NOW + timedelta(hours=24),
    )  # fmt: skip
    line = AuditLine.objects.get(act="fulfillment.risk")
    assert (line.subject, line.note) == (parcel.shipment.stream, f"{parcel}: {risk.sentence}")

    tell(parcel, told("picked_up", 26))
    risk.refresh_from_db()
    assert (risk.level, risk.reason, risk.sentence, risk.since) == ("none", "", "", None)
    assert AuditLine.objects.filter(act="fulfillment.risk").latest("id").note == f"{parcel}: It is at risk no more."


def test_a_day_that_has_passed_is_no_word_of_the_carrier_s() -> None:
    """The event that our own clock writes counts neither as a scan nor as the carrier's."""
    from fulfillment.services.tracking import mark_overdue

    parcel = tell(a_parcel(deliver_by=DAY + timedelta(days=30)), told("in_transit", 1, words="Left Leeds"))
    late = make_actor(now=NOW + timedelta(days=(parcel.expected_on - DAY).days + 1))
    assert mark_overdue(actor=late) == 1
    watch_parcels(actor=make_actor(now=NOW + timedelta(days=9)))
    risk = ParcelRisk.objects.get()
    assert "carrier says" not in risk.sentence
    assert risk.reason == "still"


def test_customs_are_known_by_their_words() -> None:
    parcel = a_parcel(deliver_by=DAY + timedelta(days=30))
    tell(parcel, told("in_transit", 1, words="Clearance processing at the border"))
    watch_parcels(actor=make_actor(now=NOW + timedelta(days=3, hours=2)))
    assert ParcelRisk.objects.get().reason == "customs"


def test_a_parcel_that_nobody_tells_us_of_is_left_alone() -> None:
    parcel = a_parcel()
    Package.objects.update(carrier="somebody's post")
    assert watch_parcels(actor=make_actor(now=NOW + timedelta(days=30))) == 0
    assert not ParcelRisk.objects.filter(package=parcel).exists()


def test_events_of_many_parcels_weigh_in_as_many_statements_as_those_of_two(django_assert_max_num_queries) -> None:
    parcels = [a_parcel() for _ in range(8)]
    events = [(one.pk, told("exception", 1, words="Address unknown")) for one in parcels]
    with CaptureQueriesContext(connection) as few:
        record_events(told=events[:2], actor=make_actor())
    with django_assert_max_num_queries(len(few)):
        record_events(told=events[2:], actor=make_actor())
    assert ParcelRisk.objects.filter(reason="exception").count() == 8


@pytest.fixture
def risk() -> ParcelRisk:
    """A parcel with a problem."""
    tell(a_parcel(), told("exception", 1, words="Address unknown"))
    return ParcelRisk.objects.get()


def test_what_was_done_is_noted_and_taken_back(risk: ParcelRisk) -> None:
    note_told(risk_id=risk.pk, note="phoned", actor=make_actor())
    with pytest.raises(Refused, match="told already"):
        note_told(risk_id=risk.pk, actor=make_actor())
    note_asked(risk_id=risk.pk, actor=make_actor())
    risk.refresh_from_db()
    assert (risk.told_at, risk.asked_at) == (NOW, NOW)
    assert AuditLine.objects.get(act="fulfillment.customer_told").note.endswith("phoned")
    note_untold(risk_id=risk.pk, actor=make_actor())
    risk.refresh_from_db()
    assert (risk.told_at, risk.asked_at) == (None, NOW)


def test_what_is_put_off_comes_back_on_its_day_or_for_another_reason(risk: ParcelRisk) -> None:
    boss = make_boss()

    def waiting(hours: int) -> int:
        """Return how many parcels the start page names."""
        found = count_queues(boss, NOW + timedelta(hours=hours))
        return next(one.count for one in found if one.queue.name == "at_risk")

    with pytest.raises(Invalid):
        snooze(risk_id=risk.pk, until=DAY, actor=make_actor())
    assert waiting(1) == 1
    snooze(risk_id=risk.pk, until=DAY + timedelta(days=2), actor=make_actor())
    assert (waiting(1), waiting(24), waiting(48)) == (0, 0, 1)
    tell(risk.package, told("returning", 3))
    assert waiting(4) == 1
    snooze(risk_id=risk.pk, until=DAY + timedelta(days=2), actor=make_actor())
    wake(risk_id=risk.pk, actor=make_actor())
    assert waiting(4) == 1


def test_nothing_is_noted_of_a_parcel_that_is_out_of_trouble(risk: ParcelRisk) -> None:
    tell(risk.package, told("delivered", 3))
    with pytest.raises(Refused, match="at risk no more"):
        note_told(risk_id=risk.pk, actor=make_actor())
    assert ParcelRisk.objects.get().told_at is None


def test_told_in_bulk_and_taken_back(risk: ParcelRisk) -> None:
    from oms.foundation.actions import action_named

    boss, actor = make_boss(), make_actor()
    operation = preview(action=action_named(ParcelRisk, "note_told"), ids=[risk.pk], principal=boss, actor=actor)
    start(operation_id=operation.pk, values={"note": ""}, actor=actor)
    while run_operations(make_actor(now=NOW + timedelta(days=3650)), 1):
        pass
    risk.refresh_from_db()
    assert risk.told_at is not None
    undo = undo_preview(operation_id=operation.pk, principal=boss, actor=actor)
    start(operation_id=undo.pk, values={"note": ""}, actor=actor)
    while run_operations(make_actor(now=NOW + timedelta(days=3650)), 1):
        pass
    risk.refresh_from_db()
    assert risk.told_at is None


def test_the_pages_show_it_and_the_list_narrows(risk: ParcelRisk) -> None:
    desk = Client()
    desk.force_login(make_boss())
    for query in ("", "?open=yes", "?untold=yes", "?reason__exact=exception", "?level__exact=at_risk"):
        page = desk.get(f"/fulfillment/parcelrisk/{query}").content.decode()
        assert "Ada Lovelace" in page and "Address unknown" in page and "Mend what the carrier asks for" in page, query
    assert "Address unknown" not in desk.get("/fulfillment/parcelrisk/?snoozed=yes").content.decode()
    own = desk.get(f"/fulfillment/parcelrisk/{risk.pk}/change/").content.decode()
    assert "Told the customer" in own and "Put off" in own
    order = desk.get(f"/orders/order/{Order.objects.get().pk}/change/").content.decode()
    assert "The carrier has a problem with it" in order and "Parcel at risk" in order
    parcel = desk.get(f"/fulfillment/package/{risk.package_id}/change/").content.decode()
    assert "When it was to arrive" in parcel and "promised to the customer" in parcel
    export = b"".join(desk.get("/fulfillment/parcelrisk/export/?open=yes").streaming_content).decode()
    assert "exception" in export and "Address unknown" in export


def test_the_api_tells_it() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 5)
    order = an_order([(tea, 1)], deliver_by=DAY + timedelta(days=9))
    row: Shipment = shipped(sourced(order)[0])
    api = Api(order.channel_account)
    (parcel,) = api.get(f"shipments/{row.number}/").json()["packages"]
    assert (parcel["risk"], parcel["promised_on"]) == (None, str(DAY + timedelta(days=9)))
    tell(parcel_of(row), told("exception", 1, words="Address unknown"))
    (found,) = api.get("packages/?risk=at_risk").json()["results"]
    assert found["risk"]["sentence"] == "The carrier has a problem with it. It says: Address unknown."
    assert (found["risk"]["level"], found["risk"]["limit"]) == ("at_risk", "the next scan")
    assert api.get("packages/?risk=late").json()["results"] == []
