"""A label is bought exactly once, whatever happens between the carrier and us."""

from datetime import timedelta

import pytest

from fulfillment.carriers.gateway import CarrierUnreachable
from fulfillment.carriers.registry import CARRIERS
from fulfillment.carriers.sandbox import SandboxCarrier, check_digit
from fulfillment.models import Label, Package, SandboxParcel, Shipment
from fulfillment.services import label_buying
from fulfillment.services.following import end_work
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels, void_labels
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, label_of, labelled, packed, sourced

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment whose label was asked for."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    row = packed(sourced(an_order([(tea, 1)]))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    return row


def state_of(shipment: Shipment) -> str:
    """Return the shipment's state as it is stored."""
    return str(Shipment.objects.get(pk=shipment.pk).state)


def test_a_lost_answer_is_found_again_by_reference(shipment, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"answer_lost": 1}
    work_labels(make_actor(), 20)
    assert label_of(shipment).state == "unknown"
    settings.SANDBOX_CARRIER_FAULTS = {}

    work_labels(make_actor(now=LATER), 20)

    assert label_of(shipment).state == "purchased"
    assert SandboxParcel.objects.get().tracking_number == Package.objects.get().tracking_number


def test_an_error_without_effect_is_tried_again(shipment, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"error": 1}
    work_labels(make_actor(), 20)
    assert SandboxParcel.objects.count() == 0
    settings.SANDBOX_CARRIER_FAULTS = {}

    work_labels(make_actor(now=LATER), 20)

    assert (state_of(shipment), SandboxParcel.objects.count()) == ("labelled", 1)


def test_a_crash_after_the_call_buys_no_second_label(shipment, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(label_buying, "settle_purchase", crash)
    with pytest.raises(KeyboardInterrupt):
        work_labels(make_actor(), 20)
    monkeypatch.undo()
    assert (label_of(shipment).state, SandboxParcel.objects.count()) == ("requested", 1)

    work_labels(make_actor(now=LATER), 20)

    assert (state_of(shipment), SandboxParcel.objects.count()) == ("labelled", 1)


def test_a_crash_before_the_call_still_buys_one(shipment, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(SandboxCarrier, "buy_label", crash)
    with pytest.raises(KeyboardInterrupt):
        work_labels(make_actor(), 20)
    monkeypatch.undo()
    work_labels(make_actor(now=LATER), 20)
    assert (state_of(shipment), SandboxParcel.objects.count()) == ("labelled", 1)


def test_a_document_that_is_no_pdf_is_refused_and_given_back(shipment, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"wrong_document": 1}
    work_labels(make_actor(), 20)
    label = label_of(shipment)
    assert (label.state, label.failure) == ("failed", "The label's document is not a PDF.")
    assert SandboxParcel.objects.get().voided_at is not None
    assert state_of(shipment) == "packed"


def test_a_label_for_another_address_is_refused(shipment, monkeypatch) -> None:
    plain = SandboxCarrier.buy_label

    def wrong(self, parcel, service, *, now):
        from dataclasses import replace

        return replace(plain(self, parcel, service, now=now), postal_code="EC1A 1BB")

    monkeypatch.setattr(SandboxCarrier, "buy_label", wrong)
    work_labels(make_actor(), 20)
    assert label_of(shipment).failure == "The label is for GB EC1A 1BB, asked was GB LS1 4AP."


def test_a_failed_label_can_be_asked_for_again(shipment, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"wrong_document": 1}
    work_labels(make_actor(), 20)
    settings.SANDBOX_CARRIER_FAULTS = {}
    buy_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert state_of(shipment) == "labelled"


def test_a_parcel_too_heavy_for_the_carrier_fails_with_its_words() -> None:
    anvil = make_product("ANVIL", weight_g=40_000)
    make_stock(anvil, make_location("LON"), 1)
    row = packed(sourced(an_order([(anvil, 1)]))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert label_of(row).failure == "A parcel may weigh at most 31.5 kg; pack it into more parcels."


def test_an_order_cancelled_while_the_label_is_bought_gets_it_voided(shipment, monkeypatch) -> None:
    plain = SandboxCarrier.buy_label

    def cancelling(self, parcel, service, *, now):
        bought = plain(self, parcel, service, now=now)
        order = Order.objects.get()
        order.cancel(at=now)
        order.save()
        end_work(order_ids=[order.pk], actor=make_actor())
        return bought

    monkeypatch.setattr(SandboxCarrier, "buy_label", cancelling)
    work_labels(make_actor(), 1)
    assert label_of(shipment).state == "void_requested"
    work_labels(make_actor(), 20)
    assert label_of(shipment).state == "voided"
    assert SandboxParcel.objects.get().voided_at is not None
    assert Package.objects.get().tracking_number == ""


def test_an_order_cancelled_before_the_call_buys_nothing(shipment) -> None:
    order = Order.objects.get()
    order.cancel(at=NOW)
    order.save()
    end_work(order_ids=[order.pk], actor=make_actor())
    work_labels(make_actor(), 20)
    assert (label_of(shipment).state, SandboxParcel.objects.count()) == ("failed", 0)


def test_a_lost_answer_to_voiding_is_repeated_harmlessly(shipment, settings) -> None:
    work_labels(make_actor(), 20)
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    settings.SANDBOX_CARRIER_FAULTS = {"answer_lost": 1}
    work_labels(make_actor(), 20)
    assert label_of(shipment).state == "void_requested"
    settings.SANDBOX_CARRIER_FAULTS = {}
    work_labels(make_actor(now=LATER), 20)
    assert label_of(shipment).state == "voided"


def test_a_label_the_carrier_will_not_take_back_stays(shipment) -> None:
    work_labels(make_actor(), 20)
    SandboxParcel.objects.update(event_due_at=NOW)
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    label = label_of(shipment)
    assert (label.state, state_of(shipment)) == ("purchased", "labelled")
    assert "cannot be voided" in label.failure


def test_a_worker_that_lost_its_lease_changes_nothing(shipment, monkeypatch) -> None:
    plain = SandboxCarrier.buy_label

    def slow(self, parcel, service, *, now):
        bought = plain(self, parcel, service, now=now)
        Label.objects.update(lease_token="another")
        return bought

    monkeypatch.setattr(SandboxCarrier, "buy_label", slow)
    work_labels(make_actor(), 1)
    assert label_of(shipment).state == "requested"


def test_silence_never_reaches_the_caller(shipment, monkeypatch) -> None:
    def silent(self, parcel):
        raise CarrierUnreachable("down")

    monkeypatch.setattr(type(CARRIERS["sandbox"]), "rates", silent)
    assert work_labels(make_actor(), 20) == 1
    assert label_of(shipment).last_error == "down"


def test_tracking_numbers_check_themselves() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    number = label_of(labelled(sourced(an_order([(tea, 1)]))[0])).tracking_number
    assert number.startswith("SB")
    assert check_digit(number[2:-1]) == int(number[-1])


@pytest.mark.parametrize(("digits", "check"), [("7992739871", 3), ("0", 0), ("1", 8), ("411111111111111", 1)])
def test_the_check_digit_is_luhns(digits, check) -> None:
    assert check_digit(digits) == check
