"""A shop's own accounts at carriers: who serves what, a dead one stops nobody, and what a lost answer becomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from fulfillment.carriers import registry
from fulfillment.carriers.gateway import Parcel, Rate
from fulfillment.forms import BuyLabels
from fulfillment.models import CarrierAccount, Label, Package, Shipment, TrackingEvent
from fulfillment.parcels import NOWHERE
from fulfillment.queries import unsettled_labels
from fulfillment.services import label_buying
from fulfillment.services.label_buying import work_labels
from fulfillment.services.label_clearing import give_labels_up
from fulfillment.services.labels import buy_labels, void_labels
from fulfillment.services.polling import ask_for_tracking, follow
from fulfillment.services.rate_shopping import _Found
from oms.foundation.claims import claim
from oms.foundation.models import AuditLine
from tests.contracts.carriers.fakes import Company
from tests.contracts.carriers.more_fakes import ENTERED
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.accounts import open_account
from tests.fulfillment.shop import an_order, label_of, packed, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment from Barking whose label was asked for."""
    tea = make_product("TEA")
    place = make_location("LON", line1="1 Dock Road", city="Barking", postal_code="IG11 0HZ")
    make_stock(tea, place, 10)
    row = packed(sourced(an_order([(tea, 1)]))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    return row


def work(minutes: float = 0) -> None:
    """Let the worker run some minutes later."""
    work_labels(make_actor(now=NOW + timedelta(minutes=minutes)), 20)


def test_the_sandbox_makes_way_for_an_account_in_use(shipment) -> None:
    ups = open_account("ups")
    work()
    label = label_of(shipment)
    assert (label.state, label.carrier, label.tracking_number) == ("purchased", "ups", next(iter(ups.book)))
    assert bytes(label.document).startswith(b"%PDF-")
    assert Package.objects.get().carrier == "ups"
    assert "secret" not in CarrierAccount.objects.extra(select={"raw": "credentials"}).values_list("raw", flat=True)[0]


def test_a_service_is_named_by_hand_among_those_of_the_accounts(shipment) -> None:
    choices = [code for code, _ in BuyLabels().fields["service"].choices]
    assert choices == ["", "standard", "express", "same_day"]
    open_account("ups")
    assert ("11", "UPS Standard") in BuyLabels().fields["service"].choices
    assert "same_day" not in [code for code, _ in BuyLabels().fields["service"].choices]


def test_an_account_of_another_location_is_not_asked(shipment) -> None:
    other = open_account("ups", location=make_location("LDS"))
    work()
    assert other.heard == []
    assert (label_of(shipment).state, label_of(shipment).failure) == (
        "failed",
        "No carrier account serves LON; an administrator adds one.",
    )


def test_no_label_is_bought_at_a_test_server_where_a_live_account_serves(shipment) -> None:
    trial, live = open_account("fedex"), open_account("ups")
    CarrierAccount.objects.filter(code="fedex").update(is_test=True)
    live.lost = 1
    work()
    assert (trial.heard, label_of(shipment).state) == ([], "requested")
    work(5)
    assert (trial.heard, label_of(shipment).carrier) == ([], "ups")

    CarrierAccount.objects.filter(code="ups").update(is_active=False)
    assert [one.code for one in registry.carriers_at([shipment.location_id])[shipment.location_id]] == ["fedex"]


def test_F48_a_dead_carrier_stops_nobody_else(shipment) -> None:
    dead, ups = open_account("fedex"), open_account("ups")
    dead.lost = 99
    work()
    row = Shipment.objects.get()
    assert (label_of(shipment).carrier, len(ups.book)) == ("ups", 1)
    assert row.rate_reason.endswith("Without fedex, who did not answer.")


def test_money_of_two_currencies_is_not_compared() -> None:
    def asking(code: str, amount: int, currency: str):
        rate = Rate(code, "saver", "Saver", "standard", amount, currency, 2)
        return SimpleNamespace(code=code, rates=lambda parcel, now: [rate])

    parcel = Parcel("label:1:1", NOWHERE, NOWHERE, 1000)
    both = [asking("a", 100, "USD"), asking("b", 900, "EUR")]
    taken = {wanted: _Found(both, [parcel], wanted, NOW).rates[0].carrier for wanted in ("EUR", "USD", "GBP")}
    assert taken == {"EUR": "b", "USD": "a", "GBP": "a"}


def test_while_nobody_answers_a_label_waits_and_nothing_is_lost(shipment) -> None:
    ups = open_account("ups")
    ups.lost = 1
    work()
    label = label_of(shipment)
    assert (label.state, label.attempts, label.next_try_at) == ("requested", 0, NOW + timedelta(seconds=30))
    work(1)
    assert (label_of(shipment).state, len(ups.book)) == ("purchased", 1)


def test_F47_a_label_sold_without_an_answer_is_recovered_not_bought_again(shipment, monkeypatch) -> None:
    ups = open_account("ups")
    lose_when(ups, "/ship", monkeypatch)
    work()
    assert label_of(shipment).state == "unknown"
    work(10)
    label = label_of(shipment)
    assert (label.state, label.tracking_number, len(ups.book)) == ("purchased", next(iter(ups.book)), 1)
    assert label.currency == "GBP"


def test_F47_where_nothing_can_be_recovered_a_person_is_told_and_nothing_is_bought_blindly(
    shipment, monkeypatch
) -> None:
    fedex = open_account("fedex")
    lose_when(fedex, "/shipments", monkeypatch)
    work()
    work(10)
    label = label_of(shipment)
    assert (label.state, len(fedex.book), label.next_try_at) == ("unknown", 1, None)
    assert label.failure.startswith(f"FedEx has sold label {next(iter(fedex.book))} for this parcel")
    assert list(unsettled_labels()) == [label]
    assert AuditLine.objects.filter(act="fulfillment.label_stuck", entity="fulfillment.shipment").exists()
    work(60)
    assert len(fedex.book) == 1

    give_labels_up(shipment_id=shipment.pk, reason="cancelled in Ship Manager", actor=make_actor())
    buy_labels(shipment_id=shipment.pk, actor=make_actor(now=NOW + timedelta(hours=2)))
    work(121)
    assert label_of(shipment).state == "purchased"
    assert Label.objects.count() == len(fedex.book) == 2


def test_F47_what_was_not_asked_for_in_time_is_bought_later_without_a_question(shipment) -> None:
    fedex = open_account("fedex")
    claimed = claim(Label.objects.all(), now=NOW, limit=20)
    label_buying._Round(claimed, make_actor(), until=0.0).work()
    label = label_of(shipment)
    assert (label.state, label.carrier, label.attempts, fedex.book) == ("requested", "fedex", 0, {})
    work(1)
    assert (label_of(shipment).state, len(fedex.book)) == ("purchased", 1)


def lose_when(company: Company, ending: str, monkeypatch) -> None:
    """Lose the first answer to a call whose path ends so; what it did is done."""
    plain = company.answer

    def answer(method, path, whole, body):
        if path.endswith(ending):
            company.lost = 1
            monkeypatch.setattr(company, "answer", plain)
        return plain(method, path, whole, body)

    monkeypatch.setattr(company, "answer", answer)


def test_a_label_is_given_back_at_the_carrier(shipment) -> None:
    ups = open_account("ups")
    work()
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    work(1)
    assert label_of(shipment).state == "voided"
    assert [row["voided"] for row in ups.book.values()] == [True]


def test_parcels_are_asked_for_until_they_have_arrived(shipment) -> None:
    ups = open_account("ups")
    work()
    assert follow(shipment_ids=[shipment.pk], actor=make_actor()) == 1
    assert ask_for_tracking(make_actor(now=NOW + timedelta(hours=1)), 50) == 0
    assert ask_for_tracking(make_actor(now=NOW + timedelta(hours=3)), 50) == 1
    assert (Package.objects.get().tracking_status, TrackingEvent.objects.count()) == ("in_transit", 1)
    ups.lost = 1
    assert ask_for_tracking(make_actor(now=NOW + timedelta(hours=7)), 50) == 1
    assert ask_for_tracking(make_actor(now=NOW + timedelta(hours=11)), 50) == 1
    package = Package.objects.get()
    assert (TrackingEvent.objects.count(), package.tracking_due_at) == (1, NOW + timedelta(hours=14))


@pytest.mark.parametrize("broken", [{"occurred_at": datetime.min.replace(tzinfo=UTC)}, {"description": "\ud800"}])
def test_what_a_carrier_tells_without_sense_is_left_out_and_the_rest_is_kept(shipment, monkeypatch, broken) -> None:
    open_account("ups")
    work()
    follow(shipment_ids=[shipment.pk], actor=make_actor())
    gateway = registry.carrier(Package.objects.get().carrier)
    told = gateway.track(Package.objects.get().tracking_number)
    senseless = replace(told[0], event_id="odd", **broken)
    monkeypatch.setattr(type(gateway), "track", lambda *_: [senseless, *told])

    ask_for_tracking(make_actor(now=NOW + timedelta(hours=3)), 50)

    assert TrackingEvent.objects.count() == len(told)


def test_nobody_is_asked_for_a_parcel_of_a_carrier_without_an_account(shipment) -> None:
    Package.objects.update(carrier="dhl", tracking_number="JJD1")
    assert follow(shipment_ids=[shipment.pk], actor=make_actor()) == 0
    Package.objects.update(tracking_due_at=NOW)  # its account was there when it left

    assert ask_for_tracking(make_actor(now=NOW), 50) == 0

    assert Package.objects.get().tracking_due_at is None


ADDRESS = "/fulfillment/carrieraccount/"


def test_an_account_is_opened_filled_and_taken_into_use(admin_client) -> None:
    opened = admin_client.post(f"{ADDRESS}add/", {"code": "dhl-bonn", "adapter": "dhl_parcel_de"})
    account = CarrierAccount.objects.get()
    page = f"{ADDRESS}{account.pk}/change/"
    assert (opened.url, account.is_active) == (page, False)
    early = admin_client.post(page, {"seen_version": account.version, "is_active": "on"})
    assert b"An account in use needs it." in early.content
    keys = {f"entered_{name}": ENTERED[name] for name in ("api_key", "api_secret", "username", "password", "phone")}
    keys |= {"stand_in_after": "0", "stand_in_turn": "", "others_stand_in": "on"}
    bad = {**keys, "entered_contract": "V01PAK free", "seen_version": account.version}
    assert b"does not name one of" in admin_client.post(page, bad).content
    never = admin_client.post(page, {**bad, "entered_contract": ENTERED["contract"]})
    assert b"greater than or equal to 1" in never.content
    good = {**bad, "entered_contract": ENTERED["contract"], "is_active": "on", "stand_in_after": "20"}
    assert admin_client.post(page, good).status_code == 302
    account.refresh_from_db()
    assert (account.is_active, account.others_stand_in, account.stand_in_turn) == (True, True, None)
    assert account.values["password"] == "secret"
    shown = admin_client.get(page).content.decode()
    assert "V01PAK 33333333330102" in shown
    assert 'value="secret"' not in shown
    kept = {**good, "entered_password": "", "entered_api_secret": "", "seen_version": account.version}
    assert admin_client.post(page, kept).status_code == 302
    account.refresh_from_db()
    assert account.values["password"] == "secret"
    line = AuditLine.objects.filter(act="fulfillment.change_carrieraccount").earliest("pk")
    assert "password" in str(line.data)
    assert "secret" not in str(line.data["fields"]).replace("api_secret", "")
