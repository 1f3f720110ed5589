"""A search for who stands in keeps a person's word, its own dates, and what others have done while it asked."""

from datetime import timedelta

import pytest

from fulfillment.models import CarrierAccount, Label, Shipment
from fulfillment.queries import shipments_for_a_person
from fulfillment.services.label_buying import work_labels
from fulfillment.services.label_settling import settle_refusal
from fulfillment.services.labels import buy_labels
from fulfillment.services.standing_in import ask_for_stand_in
from oms.foundation.models import AuditLine
from orders.services.holds import place_hold, release_hold
from tests.contracts.carriers.fakes import Company
from tests.factories import NOW, make_actor
from tests.fulfillment.accounts import gateway_to, open_account
from tests.fulfillment.shop import label_of
from tests.fulfillment.stand_ins import (
    again,
    another_shipment,
    at,
    dead,
    gone,
    look,
    refusing,
    selling,
    some_shipment,
    while_asked,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment whose label was asked for."""
    return some_shipment()


def press(shipment: Shipment, minutes: float = 1) -> None:
    """Let a person ask for another carrier."""
    ask_for_stand_in(shipment_id=shipment.pk, actor=at(minutes))


def revive(fedex: Company) -> None:
    """Let FedEx answer again, and be trusted."""
    del fedex.answer
    gateway_to(fedex, CarrierAccount.objects.get(code="fedex"))


def due(shipment: Shipment) -> float | None:
    """Return in how many minutes it is looked for others again, None for never."""
    moment = again(shipment).stand_in_due_at
    return None if moment is None else (moment - NOW) / timedelta(minutes=1)


def going(shipment: Shipment) -> tuple[str, str]:
    """Return the carrier that a shipment goes with, and the state of its label."""
    return again(shipment).carrier, label_of(shipment).state


def test_those_for_whom_no_time_was_left_are_due_at_once(shipment, settings) -> None:
    rows = [shipment, another_shipment(), another_shipment()]
    refusing("fedex", others_stand_in=True)
    open_account("ups")
    work()
    assert [again(one).carrier for one in rows] == ["ups"] * 3
    Label.objects.filter(carrier="ups").delete()
    Label.objects.update(state="failed", refused_for="carrier")
    Shipment.objects.update(carrier="fedex", turned_from=[], state="packed", stand_in_due_at=NOW)
    settings.LEASE_SECONDS = 0
    look(1)
    assert (sorted(again(one).carrier for one in rows), Shipment.objects.filter(stand_in_due_at=NOW).count()) == (
        ["fedex", "fedex", "ups"],
        2,
    )


def test_a_press_waits_for_the_worker_that_has_the_label(shipment) -> None:
    dead("fedex")
    open_account("ups")
    work()
    press(shipment)
    Label.objects.update(attempts=1, lease_until=NOW + timedelta(minutes=2))
    look(1)
    assert (again(shipment).stand_in_asked, due(shipment)) == (True, 1.5)
    Label.objects.update(attempts=0, lease_until=None)
    work(1.5)
    assert going(shipment) == ("ups", "purchased")


def test_a_press_lasts_while_the_others_are_silent(shipment) -> None:
    dead("fedex")
    ups = open_account("ups")
    sold, ups.answer = ups.answer, gone
    work()
    press(shipment)
    look(1)
    assert (again(shipment).stand_in_asked, due(shipment)) == (True, 6)
    ups.answer = sold
    work(6)
    assert (going(shipment), again(shipment).stand_in_note) == (("ups", "purchased"), "")


def test_a_label_that_came_after_all_ends_the_search_and_its_note(shipment) -> None:
    fedex, ups = dead("fedex", others_stand_in=True, stand_in_after=1), open_account("ups")
    work()
    ups.answer = gone
    work(1)
    revive(fedex)
    work(6)
    row = again(shipment)
    assert (going(row), row.stand_in_note, due(row)) == (("fedex", "purchased"), "", None)


def test_a_press_while_others_are_asked_is_kept(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    sold = ups.answer
    work_labels(at(0), 20)
    ups.answer = lambda *told: ups.refuse("1", "We are full.")
    while_asked(ups, lambda: press(shipment))
    look(0)
    assert (again(shipment).stand_in_asked, due(shipment), again(shipment).stand_in_note) == (True, 1, "")
    ups.answer = sold
    work(1)
    assert going(shipment) == ("ups", "purchased")


def test_who_pressed_reads_why_it_came_to_nothing(shipment) -> None:
    dead("fedex")
    open_account("ups")
    work()
    press(shipment)
    Label.objects.update(state="unknown")
    look(1)
    row = again(shipment)
    assert (row.stand_in_asked, due(shipment)) == (False, None)
    assert row.stand_in_note.startswith("Nobody stands in. Nobody knows whether fedex has sold the label")
    assert AuditLine.objects.filter(act="fulfillment.no_stand_in").count() == 1


def test_a_date_that_a_search_has_set_stays_whenever_the_label_is_tried(shipment) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=1)
    ups = open_account("ups")
    sold = ups.answer
    ups.answer = lambda *told: ups.refuse("1", "We are full.")
    work()
    work(2)
    heard = len(ups.heard)
    for minute in (3, 4, 5, 6):
        work(minute)
        assert (due(shipment), len(ups.heard)) == (7, heard)
    ups.answer = sold
    work(7)
    assert going(shipment) == ("ups", "purchased")


@pytest.mark.parametrize(
    ("about", "carrier", "why"), [("unclear", "fedex", ""), ("carrier", "ups", "Instead of fedex, which refused.")]
)
def test_a_refusal_while_others_are_asked_is_weighed_like_any_other(shipment, about, carrier, why) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=5)
    ups = open_account("ups")
    work()
    work_labels(at(5), 20)
    while_asked(ups, lambda: settle_refusal(label_of(shipment), "Hard error.", at(5), about=about))
    look(5)
    row = again(shipment)
    assert row.carrier == carrier
    if why:
        assert row.rate_reason.startswith(why)
        assert [(one["cause"], one["said"]) for one in row.turned_from] == [("refused", "Hard error.")]
    else:
        assert list(shipments_for_a_person(Shipment.objects.all())) == [row]
        look(600)
        assert (again(shipment).carrier, due(shipment)) == ("fedex", None)


def test_silence_counts_from_when_the_carrier_was_first_found_silent(shipment) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=15)
    open_account("ups")
    work(20)
    work(34)
    assert (going(shipment), due(shipment)) == (("fedex", "requested"), 35)
    work(35)
    assert again(shipment).rate_reason.startswith("Instead of fedex, silent for 15 minutes.")


def test_a_carrier_that_nobody_has_asked_for_a_while_is_asked_once_more_before_others(shipment) -> None:
    fedex, _ = dead("fedex", others_stand_in=True, stand_in_after=15), open_account("ups")
    work()
    look(60)  # no worker was there meanwhile
    assert (going(shipment), due(shipment)) == (("fedex", "requested"), 60.5)
    revive(fedex)
    work(60.5)
    assert going(shipment) == ("fedex", "purchased")


def test_a_busy_carrier_is_not_a_silent_one(shipment) -> None:
    fedex = selling(open_account("fedex", others_stand_in=True, stand_in_after=1), "fedex", lambda: (429, {}))
    ups = open_account("ups")
    for minute in (0, 5, 60):
        work(minute)
    assert (going(shipment), due(shipment), ups.book, fedex.book) == (("fedex", "requested"), None, {}, {})
    press(shipment, 61)
    work(61)
    row = again(shipment)
    assert (row.carrier, row.turned_from[0]["cause"]) == ("ups", "not_asked")
    assert row.rate_reason.startswith("Instead of fedex, which was not asked yet.")


def test_labels_bought_anew_while_others_are_asked_are_left_alone(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    work_labels(at(0), 20)
    ups.answer = lambda *told: ups.refuse("1", "We are full.")
    while_asked(ups, lambda: buy_labels(shipment_id=shipment.pk, actor=at(1)))
    look(0)
    row = again(shipment)
    assert (row.stand_in_note, due(shipment), label_of(row).carrier) == ("", None, "")


@pytest.mark.parametrize("state", ["cancelled", "packing"])
def test_nobody_is_asked_for_what_is_not_packed(shipment, state) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=1)
    ups = open_account("ups")
    work()
    heard = len(ups.heard)
    Shipment.objects.update(state=state)
    look(60)
    assert (len(ups.heard), due(shipment)) == (heard, None)


def test_a_hold_puts_the_search_off_until_it_ends(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups")
    work_labels(at(0), 20)
    place_hold(order_id=shipment.order_id, blocks=["label"], actor=make_actor())
    heard = len(ups.heard)
    look(1)
    assert (due(shipment), len(ups.heard)) == (6, heard)
    release_hold(order_id=shipment.order_id, actor=make_actor())
    work(6)
    assert going(shipment) == ("ups", "purchased")


def test_looking_again_in_vain_changes_nothing_that_a_person_has_open(shipment) -> None:
    dead("fedex", others_stand_in=True, stand_in_after=1)
    ups = open_account("ups")
    work()
    ups.answer = gone
    work(2)
    first = again(shipment)
    assert first.stand_in_note == "Nobody is left to stand in. fedex: no answer. ups: no answer."
    for minute in (7, 12, 17):
        work(minute)
        assert due(shipment) == minute + 5
    assert (again(shipment).version, AuditLine.objects.filter(act="fulfillment.no_stand_in").count()) == (
        first.version,
        1,
    )


def test_an_account_of_the_test_server_never_stands_in_for_a_live_one(shipment) -> None:
    refusing("fedex", others_stand_in=True)
    ups = open_account("ups", is_test=True)
    Label.objects.update(carrier="fedex", service="FEDEX_GROUND", currency="GBP")
    work()
    assert (going(shipment), ups.heard) == (("", "failed"), [])
    assert again(shipment).stand_in_note.startswith("Nobody is left")


def test_a_service_named_by_hand_is_named_in_the_reason_as_people_do(shipment) -> None:
    Label.objects.update(by_hand=True, service="FEDEX_GROUND")
    fedex, ups = open_account("fedex"), open_account("ups")
    sold, fedex.answer, ups.answer = ups.answer, gone, gone
    work()
    ups.answer = sold
    press(shipment, 2)
    work(2)
    assert again(shipment).rate_reason.startswith("Instead of FedEx Ground, silent for 2 minutes.")
