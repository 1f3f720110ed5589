"""A carrier is told of a list once: when an answer is lost its own list is looked at, and nothing is told blindly."""

from datetime import timedelta

import pytest

from fulfillment.carriers.gateway import CarrierCannotTell, CarrierNotAsked, CarrierRefused
from fulfillment.carriers.gateway import Manifest as Told
from fulfillment.carriers.sandbox import SandboxCarrier
from fulfillment.models import Manifest, ManifestParcel, SandboxParcel, Shipment
from fulfillment.services import handover
from fulfillment.services.handover import telling
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor
from tests.fulfillment.trucks import a_list, do, dock, numbers_of, scan, state_of, tell_carriers
from tests.fulfillment.walks import broken

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def loaded() -> Manifest:
    """A list of two parcels that was closed, of which the carrier does not know yet."""
    one, other = dock()
    manifest = a_list(one)
    for shipment in (one, other):
        scan(manifest, *numbers_of(shipment))
    return do(handover.close_list, manifest)


def fresh(manifest: Manifest) -> Manifest:
    """Read it again."""
    return Manifest.objects.get(pk=manifest.pk)


def lists_in_the_book() -> set[str]:
    """Return the numbers of the lists that the sandbox carrier keeps."""
    return set(SandboxParcel.objects.exclude(manifest_number="").values_list("manifest_number", flat=True))


def test_the_worker_tells_the_carrier_and_notes_its_number(loaded) -> None:
    assert (loaded.state, tell_carriers()) == ("closing", 1)
    row = fresh(loaded)
    assert (row.state, {row.carrier_number}) == ("closed", lists_in_the_book())
    assert not ManifestParcel.objects.filter(told_at=None).exists()
    assert tell_carriers(LATER) == 0


def test_a_lost_answer_is_settled_by_looking_at_the_carriers_list(loaded, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"answer_lost": 1}
    tell_carriers()
    assert (state_of(loaded), len(lists_in_the_book())) == ("unknown", 1)
    settings.SANDBOX_CARRIER_FAULTS = {}
    (told,) = lists_in_the_book()

    tell_carriers(LATER)

    assert (state_of(loaded), lists_in_the_book(), fresh(loaded).carrier_number) == ("closed", {told}, told)


def test_a_call_that_never_arrived_is_made_after_looking(loaded, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"error": 1}
    tell_carriers()
    assert (state_of(loaded), lists_in_the_book()) == ("unknown", set())
    settings.SANDBOX_CARRIER_FAULTS = {}
    tell_carriers(LATER)
    assert (state_of(loaded), len(lists_in_the_book())) == ("closed", 1)


@pytest.mark.parametrize("where", ["before the call", "before the answer is written"])
def test_a_worker_that_is_killed_tells_nobody_twice(loaded, monkeypatch, where: str) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    if where == "before the call":
        monkeypatch.setattr(SandboxCarrier, "manifest", crash)
    else:
        monkeypatch.setattr(telling, "_settle_listed", crash)
    with pytest.raises(KeyboardInterrupt):
        tell_carriers()
    monkeypatch.undo()
    assert state_of(loaded) == "closing"
    known = lists_in_the_book()

    tell_carriers(LATER)

    assert (state_of(loaded), len(lists_in_the_book()), known <= lists_in_the_book()) == ("closed", 1, True)
    assert broken() == []


def test_three_dead_workers_leave_it_to_a_person(loaded, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(SandboxCarrier, "manifest", crash)
    monkeypatch.setattr(SandboxCarrier, "manifested", crash)
    for hours in range(3):
        with pytest.raises(KeyboardInterrupt):
            tell_carriers(NOW + timedelta(hours=hours))
    monkeypatch.undo()
    tell_carriers(NOW + timedelta(hours=4))
    row = fresh(loaded)
    assert (row.state, row.failure, row.next_try_at) == ("unknown", telling.WORN_OUT, None)
    handover.ask_again(manifest_id=row.pk, actor=make_actor(now=LATER))
    tell_carriers(LATER)
    assert state_of(loaded) == "closed"


def test_a_refusal_gives_the_list_back_and_it_can_be_closed_again(loaded, monkeypatch) -> None:
    def refuse(*args, **kwargs):
        raise CarrierRefused("The account is blocked.")

    monkeypatch.setattr(SandboxCarrier, "manifest", refuse)
    tell_carriers()
    monkeypatch.undo()
    row = fresh(loaded)
    assert (row.state, row.failure) == ("failed", "The account is blocked.")
    assert set(Shipment.objects.values_list("state", flat=True)) == {"labelled"}
    assert broken() == []

    do(handover.close_list, row)
    tell_carriers()

    assert state_of(row) == "closed"


def test_parcels_that_the_carrier_leaves_out_stay_here_and_are_named(loaded, monkeypatch) -> None:
    one, other = Shipment.objects.order_by("pk")
    plain = SandboxCarrier.manifest

    def some(self, numbers, *, now):
        return plain(self, [number for number in numbers if number in numbers_of(one)], now=now)

    monkeypatch.setattr(SandboxCarrier, "manifest", some)
    tell_carriers()
    assert [state_of(loaded), state_of(one), state_of(other)] == ["closed", "manifested", "labelled"]
    (line,) = AuditLine.objects.filter(act="fulfillment.list_confirmed")
    assert f"Left behind, as the carrier did not take them: {other.number}." in line.note
    assert broken() == []


def test_a_carrier_that_takes_nothing_fails_the_list(loaded, monkeypatch) -> None:
    monkeypatch.setattr(SandboxCarrier, "manifest", lambda self, numbers, *, now: Told("", ()))
    tell_carriers()
    assert fresh(loaded).failure == "The carrier has taken none of the parcels onto its list."


def test_a_carrier_that_was_not_asked_is_asked_later_and_the_try_counts_for_none(loaded, monkeypatch) -> None:
    def busy(*args, **kwargs):
        raise CarrierNotAsked("Too busy.", retry_after=60)

    monkeypatch.setattr(SandboxCarrier, "manifest", busy)
    tell_carriers()
    row = fresh(loaded)
    assert (row.state, row.attempts, row.next_try_at) == ("closing", 0, NOW + timedelta(seconds=60))


def test_a_carrier_that_cannot_tell_leaves_it_to_a_person_who_has_looked(loaded, settings, monkeypatch) -> None:
    def cannot(*args, **kwargs):
        raise CarrierCannotTell("Look at the carrier's pages.")

    monkeypatch.setattr(SandboxCarrier, "manifested", cannot)
    settings.SANDBOX_CARRIER_FAULTS = {"answer_lost": 1}
    tell_carriers()
    tell_carriers(LATER)
    row = fresh(loaded)
    assert (row.state, row.failure) == ("unknown", "Look at the carrier's pages.")
    with pytest.raises(Refused, match="being confirmed"):
        do(handover.hand_over_list, row)
    handover.say_not_closed(manifest_id=row.pk, reason="It is not there.", actor=make_actor())
    assert (state_of(row), fresh(row).failure) == ("failed", "It is not there.")
    do(handover.close_list, row)
    tell_carriers(LATER)
    handover.say_closed(manifest_id=row.pk, number="DAY-7", actor=make_actor())
    assert (state_of(row), fresh(row).carrier_number) == ("closed", "DAY-7")
    assert broken() == []
