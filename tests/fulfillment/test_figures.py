"""The floor's figures: stages, days and people, each with the rows behind it, from what was kept anyway."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from fulfillment.admin.figures import sparkline
from fulfillment.models import FulfillmentOrder, PackScan, PackSession, PickList, PickScan, PickTask, Shipment
from fulfillment.services.floor_figures import WHOLE, oldest_work, stage_figures
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.shipping import ship
from fulfillment.services.tracking import Told, record_event
from fulfillment.services.walk_figures import walk_figures
from fulfillment.services.walking import report_short, scan
from oms.foundation.templatetags.console import minutes
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss, make_user
from tests.fulfillment.shop import an_order, parcel_of, sourced
from tests.fulfillment.walks import at_stop, claim

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def sent(code: str, *steps: int) -> Shipment:
    """Send an order from a location: minutes from its release to picking, picked, packed, labelled, left, arrived."""
    tea, place = make_product(), make_location(code)
    make_stock(tea, place, 9)
    return again(tea, *steps)


def again(tea, begun: int, picked: int, packed: int, labelled: int, left: int, arrived: int = 0) -> Shipment:
    """Send another order of the same product."""

    def clerk(minute: int):
        return make_actor(now=NOW + timedelta(minutes=minute))

    (work,) = sourced(an_order([(tea, 1)]))
    start_picking(fulfillment_order_id=work.pk, actor=clerk(begun))
    confirm_picked(fulfillment_order_id=work.pk, actor=clerk(picked))
    row = pack(fulfillment_order_id=work.pk, actor=clerk(packed))
    buy_labels(shipment_id=row.pk, actor=clerk(labelled))
    work_labels(clerk(labelled), 20)
    row = ship(shipment_id=row.pk, actor=clerk(left))
    if arrived:
        at = NOW + timedelta(minutes=arrived)
        record_event(package_id=parcel_of(row).pk, told=Told("d", "delivered", at), actor=clerk(arrived))
    return row


def test_each_stage_is_measured_in_one_statement(django_assert_num_queries) -> None:
    sent("LON", 10, 15, 30, 40, 100, 1540)
    with django_assert_num_queries(1):
        found = stage_figures(Shipment.objects.all(), NOW, LATER)
    assert found.shipments == 1
    assert [(one.name, one.p50) for one in found.stages] == [
        ("Released, nobody picks yet", 10),
        ("Picking", 5),
        ("Picked, not packed", 15),
        ("Packed, no label", 10),
        ("Labelled, still here", 60),
        (WHOLE, 100),
        ("On the way to the customer", 1440),
    ]


def test_the_bad_end_shows_beside_the_middle_and_days_are_those_of_the_desk() -> None:
    tea = make_product()
    make_stock(tea, make_location("LON"), 50)
    for minute in (10, 10, 10, 10, 10, 10, 10, 10, 400, 24 * 60):
        again(tea, 1, 2, 3, 4, minute)
    found = stage_figures(Shipment.objects.all(), NOW, LATER)
    whole = next(one for one in found.stages if one.name == WHOLE)
    assert (whole.shipments, whole.p50, whole.p90) == (10, 10, 400)
    assert [(one.shipments, one.whole.p50) for one in found.days] == [(9, 10), (1, 1440)]
    assert "On the way to the customer" not in [one.name for one in found.stages]
    assert stage_figures(Shipment.objects.all(), LATER, LATER + timedelta(days=1)).shipments == 0


def test_what_is_more_than_can_be_looked_at_is_said(monkeypatch) -> None:
    tea = make_product()
    make_stock(tea, make_location("LON"), 50)
    for _ in range(3):
        again(tea, 1, 2, 3, 4, 5)
    monkeypatch.setattr("fulfillment.services.floor_figures.MOST_SHIPMENTS", 2)
    found = stage_figures(Shipment.objects.all(), NOW, LATER)
    assert (found.shipments, found.is_cut) == (2, True)


@pytest.fixture
def walked():
    """Two people at one location: one done with three stops in ten minutes, one found nothing and scanned wrongly."""
    tea, cup = make_product("TEA"), make_product("CUP")
    place = make_location("LON")
    make_stock(tea, place, 20)
    make_stock(cup, place, 20)
    for _ in range(3):
        sourced(an_order([(tea, 1)]))
    ann, bob = make_user("ann"), make_user("bob")
    walk = claim(place, ann, orders=3)
    for minute in (0, 4, 10):
        at_stop(scan, walk, ann, "TEA", now=NOW + timedelta(minutes=minute))
    sourced(an_order([(cup, 1)]))
    other = claim(place, bob, orders=1)
    at_stop(scan, other, bob, "TEA", now=NOW)
    at_stop(report_short, other, bob, now=NOW + timedelta(hours=2))
    return place


def figures():
    """Return the figures of everybody everywhere."""
    return walk_figures(PickScan.objects.all(), PickList.objects.all(), PackScan.objects.all(), NOW, LATER)


def test_people_are_counted_from_scan_to_scan_and_pauses_for_nothing(walked, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):
        found = figures()
    ann, bob = found.people
    assert (ann.name, ann.lines, ann.seconds, ann.lines_an_hour, ann.short, ann.wrong) == ("ann", 3, 600, 18.0, 0, 0)
    assert (bob.lines, bob.seconds, bob.lines_an_hour, bob.short, bob.wrong, bob.scans) == (1, 0, None, 1, 1, 2)
    both = found.total
    assert (both.lines, both.lines_an_hour, both.short_in_a_hundred, both.wrong_in_a_hundred) == (4, 24.0, 25.0, 20.0)
    assert [(one.name, one.lines) for one in found.places] == [("LON", 4)]
    assert [(one.name, one.lines) for one in found.days] == [(NOW.date(), 4)]


def test_metres_a_line_are_those_of_walks_whose_bins_are_drawn(walked) -> None:
    assert (figures().total.metres_a_line, figures().undrawn) == (None, ["LON"])
    PickList.objects.filter(picker__username="ann").update(length_mm=36_600)
    ann, bob = figures().people
    assert (ann.metres_a_line, bob.metres_a_line) == (12.2, None)
    assert (figures().total.metres_a_line, figures().total.walks_undrawn, figures().total.walks) == (12.2, 1, 2)


def test_mispacks_are_counted_where_and_with_whom_they_were_caught(walked) -> None:
    session = PackSession.objects.create(fulfillment_order=FulfillmentOrder.objects.first(), created_at=NOW)
    cid = make_user("cid")
    for mispack, at in (("wrong", NOW), ("", NOW), ("too_many", NOW + timedelta(days=1)), ("wrong", LATER)):
        PackScan.objects.create(
            key=uuid4(),
            session=session,
            person=cid,
            act="scan",
            tone="wrong" if mispack else "ok",
            sentence="That is CUP.",
            mispack=mispack,
            at=at,
        )
    found = figures()
    assert found.total.mispacks == 2
    assert [(one.name, one.mispacks) for one in found.people if one.mispacks] == [("cid", 2)]
    assert [one.mispacks for one in found.days] == [1, 1]


def test_a_stop_that_was_skipped_first_counts_once(walked) -> None:
    task = PickTask.objects.filter(state="picked").first()
    (scan_row,) = PickScan.objects.filter(task=task)
    PickScan.objects.create(
        key=uuid4(),
        pick_list=task.pick_list,
        task=task,
        person=scan_row.person,
        tone="done",
        sentence="Skipped",
        at=NOW,
    )
    assert figures().people[0].lines == 3


def test_what_waits_longest_is_named_for_each_state() -> None:
    tea = make_product()
    make_stock(tea, make_location("LON"), 9)
    (old,) = sourced(an_order([(tea, 1)]))
    sourced(an_order([(tea, 1)]), now=NOW + timedelta(hours=1))
    (begun,) = sourced(an_order([(tea, 1)]), now=NOW + timedelta(hours=2))
    start_picking(fulfillment_order_id=begun.pk, actor=make_actor())
    found = oldest_work(FulfillmentOrder.objects.all())
    assert found == [("to pick", old), ("being picked", FulfillmentOrder.objects.get(pk=begun.pk))]


def desk_of(person) -> Client:
    """Return a person's browser."""
    client = Client()
    client.force_login(person)
    return client


@time_machine.travel(NOW + timedelta(hours=5), tick=False)
def test_the_page_leads_to_the_rows_and_names_nobody_to_those_who_may_not_compare(walked) -> None:
    sent("MAN", 10, 15, 30, 40, 100)
    page, person = "/fulfillment/fulfillmentorder/figures/", make_user()
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    seen = desk_of(person).get(page)
    assert seen.context["people"] == [] and "Person by person" not in seen.content.decode()
    assert "1 h 40 min" in seen.content.decode() and "24.0" in seen.content.decode()
    hidden = b"".join(desk_of(person).get(f"{page}?as=people").streaming_content).decode()
    assert "ann" not in hidden

    boss = desk_of(make_boss())
    links = boss.get(page).context["links"]
    assert boss.get(links["shipments"]).context["cl"].result_count == 1
    assert boss.get(links["walks"]).context["cl"].result_count == 2
    assert boss.get(links["short"]).context["cl"].result_count == 1
    assert boss.get(links["wrong"]).context["cl"].result_count == 1
    people = b"".join(boss.get(f"{page}{links['people_file']}").streaming_content).decode("utf-8-sig")
    assert boss.get(links["mispacks"]).context["cl"].result_count == 0
    assert people.splitlines()[1] == "ann,3,18.0,,0,0,3,10,0"
    stages = b"".join(boss.get(f"{page}{links['stages_file']}").streaming_content).decode("utf-8-sig")
    assert "From release to hand-over,1,100,100" in stages
    days = b"".join(boss.get(f"{page}{links['days_file']}").streaming_content).decode("utf-8-sig")
    assert days.splitlines()[1] == f"{NOW.date()},1,100,100"


@time_machine.travel(NOW + timedelta(hours=5), tick=False)
def test_the_page_is_narrowed_to_a_location_in_scope(walked) -> None:
    sent("MAN", 10, 15, 30, 40, 100)
    boss, page = desk_of(make_boss()), "/fulfillment/fulfillmentorder/figures/"
    here = boss.get(page, {"location": walked.pk})
    assert (here.context["figures"].shipments, here.context["picked"].total.lines) == (0, 4)
    assert boss.get(page, {"location": "77777"}).context["form"].errors


@pytest.mark.parametrize(("taken", "words"), [(0, "0 min"), (59, "59 min"), (65, "1 h 05 min"), (2881, "2 d 0 h")])
def test_minutes_are_told_as_people_say_them(taken: int, words: str) -> None:
    assert minutes(taken) == words


def test_a_line_needs_two_days() -> None:
    assert sparkline([5]) == ""
    assert sparkline([0, 5, 10]) == "0.0,60.0 300.0,30.0 600.0,0.0"
    assert sparkline([0, 0]) == "0.0,60.0 600.0,60.0"
