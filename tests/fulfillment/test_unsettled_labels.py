"""Labels that no worker has outlasted asking for: never bought blindly, left to a person, given up by a word."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.carriers.sandbox import SandboxCarrier
from fulfillment.models import Label, Package, SandboxParcel, Shipment
from fulfillment.queries import shipments_for_a_person
from fulfillment.services import label_buying
from fulfillment.services.label_buying import work_labels
from fulfillment.services.label_clearing import ask_carrier_again, give_labels_up
from fulfillment.services.labels import buy_labels, void_labels
from oms.foundation.claims import claim
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, label_of, labelled, packed, sourced

pytestmark = pytest.mark.django_db
WORDS = "The worker stopped three times while it asked the carrier."


def at(minutes: float):
    """Return the worker so many minutes after the label was asked for."""
    return make_actor("worker", now=NOW + timedelta(minutes=minutes))


def die(times: int = 3, *, start: int = 0) -> int:
    """Let workers take the due label and die with it; return the minute at which the next one comes."""
    for number in range(times):
        moment = NOW + timedelta(minutes=start + number)
        assert claim(Label.objects.filter(label_buying.IS_WAITING), now=moment, limit=1)
    return start + times


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment whose label was asked for."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    row = packed(sourced(an_order([(tea, 1)]))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    return row


def waiting() -> list[Shipment]:
    """Return the shipments that wait for a person."""
    return list(shipments_for_a_person(Shipment.objects.all()))


def state_of(shipment: Shipment) -> str:
    """Return the shipment's state as it is stored."""
    return str(Shipment.objects.get(pk=shipment.pk).state)


def test_two_workers_may_die(shipment) -> None:
    work_labels(at(die(2)), 20)
    assert (state_of(shipment), SandboxParcel.objects.count(), waiting()) == ("labelled", 1, [])


def test_after_the_third_the_carrier_is_left_alone_and_a_person_called(shipment) -> None:
    work_labels(at(die()), 20)

    label = label_of(shipment)
    assert (label.state, label.next_try_at, label.lease_until) == ("unknown", None, None)
    assert label.failure.startswith(WORDS)
    assert waiting() == [shipment]
    line = AuditLine.objects.get(subject=shipment.stream, act="fulfillment.label_stuck")
    assert line.note.startswith(WORDS)
    assert work_labels(at(10_000), 20) == 0
    assert SandboxParcel.objects.count() == 0


def test_it_is_asked_for_by_our_reference_when_a_person_says_so(shipment, monkeypatch) -> None:
    work_labels(at(die()), 20)
    ask_carrier_again(shipment_id=shipment.pk, actor=at(10))
    assert waiting() == []

    work_labels(at(10), 20)

    assert (state_of(shipment), label_of(shipment).failure) == ("labelled", "")
    assert SandboxParcel.objects.count() == 1


def test_what_was_bought_before_the_workers_died_is_found_and_not_bought_again(shipment, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(label_buying, "settle_purchases", crash)
    for minute in range(3):
        with pytest.raises(KeyboardInterrupt):
            work_labels(at(minute), 20)
    monkeypatch.undo()
    work_labels(at(3), 20)
    assert (label_of(shipment).state, SandboxParcel.objects.count()) == ("unknown", 1)
    monkeypatch.setattr(SandboxCarrier, "buy_label", crash)

    ask_carrier_again(shipment_id=shipment.pk, actor=at(10))
    work_labels(at(10), 20)

    assert (state_of(shipment), SandboxParcel.objects.count()) == ("labelled", 1)


def test_a_label_that_is_given_up_makes_room_for_another(shipment) -> None:
    work_labels(at(die()), 20)

    give_labels_up(shipment_id=shipment.pk, reason="not in their portal", actor=at(10))

    assert (label_of(shipment).state, label_of(shipment).failure) == (
        "failed",
        "Given up by worker: not in their portal",
    )
    assert AuditLine.objects.get(act="fulfillment.give_labels_up").note == "1 label given up: not in their portal"
    buy_labels(shipment_id=shipment.pk, actor=at(11))
    work_labels(at(11), 20)
    assert (state_of(shipment), waiting()) == ("labelled", [])


def test_a_void_that_no_worker_outlasts_is_given_up_as_voided(shipment) -> None:
    work_labels(at(0), 20)
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(at(die()), 20)
    assert (label_of(shipment).state, waiting()) == ("void_requested", [shipment])

    give_labels_up(shipment_id=shipment.pk, reason="they took it back", actor=at(10))

    assert (label_of(shipment).state, Package.objects.get().tracking_number) == ("voided", "")


def test_a_void_is_asked_for_again(shipment) -> None:
    work_labels(at(0), 20)
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(at(die()), 20)
    ask_carrier_again(shipment_id=shipment.pk, actor=at(10))
    work_labels(at(10), 20)
    assert (label_of(shipment).state, waiting()) == ("voided", [])


@pytest.mark.parametrize("act", [ask_carrier_again, give_labels_up])
def test_a_label_that_comes_by_itself_is_left_alone(shipment, act) -> None:
    more = {"reason": "impatient"} if act is give_labels_up else {}
    with pytest.raises(Refused, match="No label of this shipment waits for a person"):
        act(shipment_id=shipment.pk, actor=make_actor(), **more)
    assert (label_of(shipment).state, label_of(shipment).next_try_at) == ("requested", NOW)


def test_a_label_that_is_being_asked_for_is_not_given_up(shipment, settings) -> None:
    late = len(settings.UNKNOWN_ASK_SECONDS) + 1
    settings.SANDBOX_CARRIER_FAULTS = {"error": 1}
    work_labels(at(0), 20)
    Label.objects.update(attempts=late, lease_until=NOW + timedelta(minutes=11))
    assert waiting() == [shipment]
    with pytest.raises(Refused, match="being asked at this moment"):
        give_labels_up(shipment_id=shipment.pk, reason="?", actor=at(10))
    assert label_of(shipment).state == "unknown"


def test_a_packed_shipment_whose_carrier_refused_waits_until_another_label_is_asked_for(shipment, settings) -> None:
    label = label_of(shipment)
    label.fail(why="no such place")
    label.next_try_at = None
    label.save()
    assert waiting() == [shipment]
    buy_labels(shipment_id=shipment.pk, actor=make_actor())
    assert waiting() == []


def test_a_shipment_with_its_label_waits_for_nobody() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    labelled(sourced(an_order([(tea, 1)]))[0])
    assert waiting() == []


def test_console_and_api_have_the_buttons(shipment) -> None:
    work_labels(at(die()), 20)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert list(client.get("/fulfillment/shipment/?person=yes").context["cl"].result_list) == [shipment]
    page = client.get(f"/fulfillment/shipment/{shipment.pk}/change/").content.decode()
    assert "Ask the carrier again" in page
    assert WORDS in page

    answer = Api(a_channel()).post(f"shipments/{shipment.number}/give_labels_up/", reason="not there")

    assert (answer.status_code, answer.json()["packages"][0]["label_state"]) == (200, "failed")
