"""A worker buys at one carrier while another carrier is to stand in: one label is sold, whoever comes first."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from fulfillment.models import Allocation, CarrierAccount, Label, PackageItem, Shipment
from fulfillment.services import finding_stand_ins, standing_in
from fulfillment.services.finding_stand_ins import PATIENCE, find_stand_in
from fulfillment.services.label_buying import IS_WAITING, work_labels
from fulfillment.services.label_settling import settle_refusal
from fulfillment.services.labels import buy_labels
from fulfillment.services.standing_in import ask_for_stand_in
from oms.foundation.claims import claim
from oms.foundation.invariants import check
from tests.concurrency.rival import no_row_locks, rival_after, rival_before
from tests.concurrency.together import errors, together
from tests.contracts.carriers.fakes import Company
from tests.factories import NOW, make_actor, take_order
from tests.fulfillment.accounts import open_account
from tests.fulfillment.shop import label_of
from tests.fulfillment.stand_ins import some_shipment

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def houses() -> tuple[Shipment, Company, Company]:
    """A shipment whose label waits for FedEx, which sells again, and UPS, which is to stand in by a person's word."""
    fedex, ups = open_account("fedex"), open_account("ups")
    shipment = some_shipment(lambda tea: take_order([(tea, 1, 1000)]))
    Label.objects.update(carrier="fedex", service="FEDEX_GROUND", currency="GBP")
    Shipment.objects.update(carrier="fedex", service="FEDEX_GROUND", stand_in_asked=True)
    return shipment, fedex, ups


def sold(*companies: Company) -> int:
    """Return how many labels carriers have sold and not taken back."""
    return sum(not row["voided"] for company in companies for row in company.book.values())


@pytest.mark.parametrize("turn", range(3))
def test_F47_a_worker_that_buys_and_one_that_turns_away_at_once_buy_one(houses, turn) -> None:
    shipment, fedex, ups = houses
    buy = partial(work_labels, make_actor(), 20)

    found = together(buy, partial(find_stand_in, shipment.pk, make_actor()))
    buy()

    assert errors(found) == []
    assert sold(fedex, ups) == 1
    live = Label.objects.exclude(state__in=["failed", "voided"]).get()
    assert (live.state, live.carrier) == ("purchased", Shipment.objects.get().carrier)
    assert not [one for one in check(NOW, only=["I15", "I15c"]) if one.count]


def turn_while_fedex_sells(houses: tuple[Shipment, Company, Company]) -> None:
    """Let another worker turn to UPS, and buy there, while the first one waits for FedEx's answer."""
    shipment, fedex, _ = houses
    plain = fedex.ship

    def rival() -> None:
        find_stand_in(shipment.pk, make_actor())
        work_labels(make_actor(), 20)

    def slow(data):
        assert errors(together(rival)) == []
        return plain(data)

    fedex.ship = slow
    work_labels(make_actor(), 20)


def test_F47_who_wakes_late_finds_nobody_has_turned_away_from_what_it_buys(houses) -> None:
    turn_while_fedex_sells(houses)
    _, fedex, ups = houses
    assert (sold(fedex, ups), Label.objects.get().state) == (1, "purchased")


@pytest.mark.twin
def test_F47_without_the_guard_of_the_label_two_are_sold(houses, monkeypatch) -> None:
    monkeypatch.setattr(standing_in, "surely_not_asked", lambda label: True)
    monkeypatch.setattr(finding_stand_ins, "_not_now", lambda *told: None)
    monkeypatch.setattr(Label.give_way._django_fsm.transitions["requested"], "conditions", [])
    turn_while_fedex_sells(houses)
    _, fedex, ups = houses
    assert sold(fedex, ups) == 2


LOOKED = "fulfillment.services.turning.unmet"
CLAIM = partial(claim, Label.objects.filter(IS_WAITING), now=NOW, limit=20)


def test_no_worker_takes_a_label_that_is_about_to_give_way(houses) -> None:
    with rival_after(LOOKED, CLAIM) as worker:
        find_stand_in(houses[0].pk, make_actor())
    assert (worker.outcome, Label.objects.earliest("pk").state) == ([], "failed")


@pytest.mark.twin
def test_without_the_lock_a_worker_goes_on_to_buy_what_gave_way(houses) -> None:
    with no_row_locks(), rival_after(LOOKED, CLAIM) as worker:
        find_stand_in(houses[0].pk, make_actor())
    assert (len(worker.outcome), Label.objects.earliest("pk").state) == (1, "failed")


def another_parcel() -> None:
    """Give the shipment a second parcel, whose label was asked for too."""
    label = Label.objects.get()
    label.package.pk, label.package.position, label.package._state.adding = None, 2, True
    label.package.save()
    PackageItem.objects.create(package=label.package, allocation=Allocation.objects.get(), quantity=1)
    Label.objects.create(package=label.package, key="label:2:1", next_try_at=NOW, created_at=NOW)


def test_two_workers_that_choose_for_one_shipment_choose_once(houses) -> None:
    _, fedex, ups = houses
    Label.objects.update(carrier="", service="", currency="")
    Shipment.objects.update(carrier="", service="", stand_in_asked=False)
    another_parcel()

    def choose_elsewhere() -> None:
        fedex.rate = lambda data: fedex.refuse("1", "We are full.")
        work_labels(make_actor(), 1)

    with rival_before("fulfillment.services.label_buying.settle_choices", choose_elsewhere) as other:
        work_labels(make_actor(), 1)

    assert other.outcome is None
    assert list(Label.objects.values_list("carrier", "service", "currency", "state").distinct()) == [
        ("ups", Shipment.objects.get().service, "GBP", "purchased")
    ]
    assert (Shipment.objects.get().carrier, len(fedex.book), len(ups.book)) == ("ups", 0, 2)
    assert not [one for one in check(NOW, only=["I15", "I15c"]) if one.count]


TURN, NOBODY = (f"fulfillment.services.finding_stand_ins.{name}" for name in ("turn_to", "settle_nobody"))


def refuse(shipment: Shipment, about: str) -> None:
    """Let the carrier refuse the newest label."""
    settle_refusal(label_of(shipment), "Hard error.", make_actor(), about=about)


def search(shipment: Shipment, place: str, rival: Callable[[], Any]) -> Shipment:
    """Let a worker search, and a rival act before it writes down what came of it; return the shipment then."""
    Shipment.objects.update(stand_in_due_at=NOW + PATIENCE)  # as the worker has taken it
    with rival_before(place, rival) as other:
        find_stand_in(shipment.pk, make_actor())
    assert not isinstance(other.outcome, BaseException)
    return Shipment.objects.get()


def test_who_searched_late_leaves_the_next_search_alone(houses) -> None:
    shipment, _, ups = houses
    CarrierAccount.objects.filter(code="ups").update(others_stand_in=True)

    def turn_and_be_refused() -> None:
        find_stand_in(shipment.pk, make_actor())
        refuse(shipment, "carrier")

    row = search(shipment, TURN, turn_and_be_refused)
    assert (row.carrier, row.stand_in_due_at, len(row.turned_from), ups.book) == ("ups", NOW, 1, {})


def test_what_is_refused_unclearly_before_the_turn_does_not_turn(houses) -> None:
    shipment, _, _ = houses
    CarrierAccount.objects.filter(code="fedex").update(others_stand_in=True, stand_in_after=1)
    Shipment.objects.update(stand_in_asked=False)
    Label.objects.update(silent_since=NOW - timedelta(minutes=2))
    row = search(shipment, TURN, lambda: refuse(shipment, "unclear"))
    assert (row.carrier, row.turned_from, Label.objects.get().state) == ("fedex", [], "failed")


@pytest.mark.parametrize("act", [ask_for_stand_in, buy_labels])
def test_what_a_person_does_before_nobody_is_written_down_counts(houses, act) -> None:
    shipment, _, ups = houses
    ups.answer = lambda *told: ups.refuse("1", "The service is full.")
    refuse(shipment, "carrier")
    later = make_actor("lena", now=NOW + timedelta(minutes=1))
    row = search(shipment, NOBODY, partial(act, shipment_id=shipment.pk, actor=later))
    is_press = act is ask_for_stand_in
    moment = later.now if is_press else None
    assert (row.stand_in_note, row.stand_in_asked, row.stand_in_due_at) == ("", is_press, moment)


def test_who_presses_while_nobody_is_written_down_waits_and_is_heard(houses) -> None:
    shipment, _, ups = houses
    ups.answer = lambda *told: ups.refuse("1", "The service is full.")
    refuse(shipment, "carrier")
    Shipment.objects.update(stand_in_asked=False)
    CarrierAccount.objects.filter(code="fedex").update(others_stand_in=True)
    press = partial(ask_for_stand_in, shipment_id=shipment.pk, actor=make_actor("lena"))
    with rival_after("fulfillment.services.turning.failed_of", press) as person:
        find_stand_in(shipment.pk, make_actor())
    row = Shipment.objects.get()
    assert not isinstance(person.outcome, BaseException)
    assert (row.stand_in_note, row.stand_in_asked, row.stand_in_due_at) == ("", True, NOW)
