"""A carrier that refuses or is silent is stood in for by the next: once each, with its reason, never twice bought."""

from datetime import timedelta
from typing import Any

import pytest

from fulfillment.carriers.choosing import choose
from fulfillment.carriers.gateway import Rate
from fulfillment.conditions import live_labels
from fulfillment.models import CarrierAccount, Label, Shipment
from fulfillment.queries import shipment_answer, shipments_for_a_person, shipments_with_parcels, waiting_for_a_carrier
from fulfillment.rate_table import turned_rows
from fulfillment.services.finding_stand_ins import find_stand_ins
from fulfillment.services.label_buying import work_labels
from fulfillment.services.label_settling import settle_refusal
from fulfillment.services.labels import buy_labels, void_labels
from fulfillment.services.standing_in import ask_for_stand_in
from oms.foundation.claims import claim
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor
from tests.fulfillment.accounts import open_account
from tests.fulfillment.shop import label_of
from tests.fulfillment.stand_ins import SALE, SUSPENDED, again, at, dead, refusing, some_shipment, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment whose label was asked for."""
    return some_shipment()


def test_F48_a_carrier_that_does_not_sell_is_stood_in_for_after_its_minutes(shipment) -> None:
    fedex, ups = dead("fedex", others_stand_in=True, stand_in_after=15), open_account("ups")
    before = None
    for minute in (0, 5, 10, 14):
        work(minute)
        before = again(shipment)
        assert (before.carrier, label_of(shipment).state, ups.book) == ("fedex", "requested", {})
    assert list(waiting_for_a_carrier(Shipment.objects.all(), NOW + timedelta(minutes=14))) == [shipment]

    work(15)

    row, label = again(shipment), label_of(shipment)
    assert (row.state, row.carrier, label.state, label.carrier) == ("labelled", "ups", "purchased", "ups")
    assert (len(ups.book), fedex.book) == (1, {})
    first = Label.objects.earliest("pk")
    assert (first.state, first.failure, first.next_try_at) == ("failed", "ups stands in.", None)
    assert row.rate_reason.startswith("Instead of fedex, silent for 15 minutes. ")
    assert "the only service for “standard”" in row.rate_reason
    assert [one["service"] for one in turned_rows(row)] == ["Fedex_Ground"]
    [turned] = row.turned_from
    assert (turned["carrier"], turned["cause"], turned["said"]) == ("fedex", "silent", first.last_error)
    line = AuditLine.objects.get(act="fulfillment.stand_in")
    assert "Instead of fedex" in line.note
    assert line.note.endswith("fedex said: FedEx has not answered lately and is asked again in 30 seconds.")
    for rates, taken in ((turned["rates"], before), (row.rates, row)):  # both choices come out the same again
        choice = choose([Rate(**rate) for rate in rates], level=row.order.service_level)
        assert (choice.rate.carrier, choice.rate.service) == (taken.carrier, taken.service)
    answer = shipment_answer(shipments_with_parcels(Shipment.objects.filter(pk=row.pk)).get())
    assert (answer["turned_from"][0]["carrier"], answer["stand_in_note"]) == ("fedex", "")


def test_what_a_carrier_refuses_goes_on_at_once_each_account_once_and_then_to_a_person(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    refusing("ups", "The shipper is suspended.", others_stand_in=True, stand_in_turn=2)
    never = open_account("dhl_express", stand_in_turn=None)

    for minute in range(4):
        work(minute)

    row = again(shipment)
    assert ([one["carrier"] for one in row.turned_from], never.book) == (["fedex"], {})
    assert list(Label.objects.order_by("pk").values_list("carrier", "state", "refused_for")) == [
        ("fedex", "failed", "carrier"),
        ("ups", "failed", "carrier"),
    ]
    assert list(shipments_for_a_person(Shipment.objects.all())) == [row]
    assert row.stand_in_note == (
        f"Nobody is left to stand in. fedex: FedEx says: {SUSPENDED[:-1]}. (111) ups: UPS says: The shipper is"
        " suspended. (111)"
    )
    assert (row.stand_in_due_at, AuditLine.objects.filter(act="fulfillment.no_stand_in").count()) == (None, 1)
    with pytest.raises(Refused, match="No other account may stand in at LON"):
        ask_for_stand_in(shipment_id=row.pk, actor=at(5))
    buy_labels(shipment_id=row.pk, actor=at(6))  # a person begins anew
    assert (again(row).turned_from, again(row).stand_in_note) == ([], "")


def test_who_waits_stays_with_a_silent_carrier_when_the_others_do_not_serve_it_and_takes_it_when_it_is_back(
    shipment,
) -> None:
    fedex, ups = dead("fedex", others_stand_in=True, stand_in_after=1), open_account("ups")
    sold = ups.answer

    def nothing(method: str, path: str, whole: str, body: bytes) -> Any:
        away = ups.refuse("111210", "The service is unavailable there.")
        return away if path.startswith("/api/rating/") else sold(method, path, whole, body)

    ups.answer = nothing
    work()
    work(2)
    row = again(shipment)
    assert (label_of(row).state, label_of(row).carrier, row.turned_from) == ("requested", "fedex", [])
    assert row.stand_in_note.endswith("ups: UPS says: The service is unavailable there. (111210)")
    assert row.stand_in_due_at == NOW + timedelta(minutes=7)

    ups.answer = sold
    work(7)

    assert (again(row).carrier, len(ups.book), fedex.book) == ("ups", 1, {})


def test_turns_are_asked_one_after_the_other(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups", stand_in_turn=2)
    dhl = open_account("dhl_express", stand_in_turn=1)
    Label.objects.update(carrier="fedex", service="FEDEX_GROUND", currency="GBP")
    work()
    assert (again(shipment).carrier, len(dhl.book), ups.heard) == ("dhl_express", 1, [])


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"state": "unknown"}, "Nobody knows whether fedex has sold the label"),
        ({"attempts": 1}, "fedex is being asked, or was asked and may have sold it"),
        ({"lease_until": NOW + timedelta(hours=1)}, "fedex is being asked"),
        ({"state": "purchased"}, "A parcel has its label of fedex; void it first."),
        ({"state": "void_requested"}, "still being voided"),
        ({"state": "failed"}, "did not end by a carrier's refusal alone"),
        ({"state": "failed", "refused_for": "parcel"}, "refuses the address or the goods, as others would"),
        ({"carrier": ""}, "No carrier was chosen yet"),
    ],
)
def test_a_label_that_may_have_been_sold_or_that_nobody_would_take_never_turns(shipment, how, why) -> None:
    open_account("fedex", others_stand_in=True, stand_in_after=1)
    ups = open_account("ups")
    Label.objects.update(**{"carrier": "fedex", "service": "FEDEX_GROUND", "next_try_at": None} | how)
    Shipment.objects.update(stand_in_due_at=NOW)
    with pytest.raises(Refused, match=why):
        ask_for_stand_in(shipment_id=shipment.pk, actor=make_actor())

    find_stand_ins(at(60), 20)

    soon = NOW + timedelta(minutes=60.5) if "lease_until" in how else None  # whoever has the label soon says more
    assert (ups.heard, Label.objects.count(), again(shipment).stand_in_due_at) == ([], 1, soon)


def test_F47_a_lost_answer_is_never_stood_in_for(shipment) -> None:
    fedex, ups = open_account("fedex", others_stand_in=True, stand_in_after=1), open_account("ups")
    plain = fedex.answer

    def lose(method: str, path: str, whole: str, body: bytes) -> Any:
        fedex.lost = int(path.endswith(SALE["fedex"]))
        return plain(method, path, whole, body)

    fedex.answer = lose
    for minute in (0, 30, 60, 600):
        work(minute)
    assert (len(fedex.book), ups.book, label_of(shipment).state) == (1, {}, "unknown")


def test_a_parcel_that_has_its_label_keeps_the_whole_shipment_where_it_is(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    work_labels(at(0), 20)
    other = Label.objects.get().package
    other.pk, other.position = None, 2
    other._state.adding = True
    other.save()
    Label.objects.create(package=other, key="label:x:1", carrier="fedex", state="purchased")
    asked = len(ups.heard)
    find_stand_ins(at(1), 20)
    assert (len(ups.heard), len(live_labels(shipment))) == (asked, 1)
    assert list(shipments_for_a_person(Shipment.objects.all())) == [shipment]


def test_a_service_that_a_person_named_is_theirs_until_they_let_go(shipment) -> None:
    Label.objects.update(by_hand=True, service="FEDEX_GROUND")
    dead("fedex", others_stand_in=True, stand_in_after=1)
    ups = open_account("ups")
    for minute in (0, 5, 30):
        work(minute)
    assert (label_of(shipment).carrier, again(shipment).stand_in_due_at) == ("fedex", None)

    ask_for_stand_in(shipment_id=shipment.pk, actor=make_actor("lena", now=NOW + timedelta(minutes=31)))
    work(31)

    assert (again(shipment).carrier, len(ups.book)) == ("ups", 1)
    assert AuditLine.objects.filter(act="fulfillment.ask_for_stand_in", actor_label="lena").exists()


def test_a_worker_that_dies_while_it_asks_others_leaves_it_to_the_next_one_ten_minutes_later(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    work_labels(at(0), 20)
    plain = ups.answer

    def die(*told: str) -> None:
        raise KeyboardInterrupt

    ups.answer = die
    with pytest.raises(KeyboardInterrupt):
        find_stand_ins(at(0), 20)
    ups.answer = plain
    for minute, sold in ((9, 0), (10, 1)):
        work(minute)
        assert len(ups.book) == sold


def test_without_the_switch_only_a_person_turns_and_one_switched_off_meanwhile_turns_no_more(shipment) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=5)
    ups = open_account("ups")
    work()
    CarrierAccount.objects.filter(code="fedex").update(others_stand_in=False)
    for minute in (5, 30, 60):
        work(minute)
    assert (label_of(shipment).carrier, ups.book) == ("fedex", {})
    ask_for_stand_in(shipment_id=shipment.pk, actor=at(61))
    work(61)
    assert (again(shipment).carrier, len(ups.book)) == ("ups", 1)


def test_what_was_refused_after_the_carrier_may_have_been_asked_before_is_for_a_person(shipment) -> None:
    open_account("ups", others_stand_in=True)
    Label.objects.update(attempts=2, carrier="ups", service="11")
    settle_refusal(label_of(shipment), SUSPENDED, at(1), about="carrier")
    assert (label_of(shipment).state, label_of(shipment).refused_for) == ("failed", "")
    assert again(shipment).stand_in_due_at is None


def test_a_worker_that_died_while_it_compared_prices_has_asked_nobody_to_sell(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    Label.objects.update(next_try_at=NOW - timedelta(hours=1))
    claim(Label.objects.all(), now=NOW - timedelta(hours=1), limit=20)
    work()
    assert (again(shipment).carrier, len(ups.book)) == ("ups", 1)


def test_a_stand_ins_label_that_was_voided_leaves_nothing_for_a_person_to_settle(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    open_account("ups")
    work()
    void_labels(shipment_id=shipment.pk, actor=at(1))
    work_labels(at(1), 20)
    assert (label_of(shipment).state, list(shipments_for_a_person(Shipment.objects.all()))) == ("voided", [])
