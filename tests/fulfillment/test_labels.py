"""A label is bought exactly once, whatever happens between the carrier and us."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


def test_F47_a_lost_answer_is_found_again_by_reference(shipment, settings) -> None:
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


def test_F47_kill_after_label_bought(shipment, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(label_buying, "settle_purchases", crash)
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


def test_F49_a_document_that_is_no_pdf_is_refused_and_given_back(shipment, settings) -> None:
    settings.SANDBOX_CARRIER_FAULTS = {"wrong_document": 1}
    work_labels(make_actor(), 20)
    label = label_of(shipment)
    assert (label.state, label.failure) == ("failed", "The label's document is not a PDF.")
    assert SandboxParcel.objects.get().voided_at is not None
    assert state_of(shipment) == "packed"


def test_F49_wrong_label_refused(shipment, monkeypatch) -> None:
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


def test_F46_an_order_cancelled_while_the_label_is_bought_gets_it_voided(shipment, monkeypatch) -> None:
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


def test_F48_silence_of_a_carrier_never_reaches_the_caller(shipment, monkeypatch) -> None:
    def silent(self, parcel, *, now):
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


def test_labels_of_many_shipments_cost_as_many_statements_as_those_of_two(django_assert_max_num_queries) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 100)

    def ask(count: int) -> None:
        """Ask for the labels of some shipments."""
        for _ in range(count):
            buy_labels(shipment_id=packed(sourced(an_order([(tea, 1)]))[0]).pk, actor=make_actor())

    ask(2)
    with CaptureQueriesContext(connection) as few:
        assert work_labels(make_actor(), 20) == 2
    ask(8)
    sales = 8 - 2  # the sandbox writes each sale into its own book, with a savepoint around it
    with django_assert_max_num_queries(len(few) + 3 * sales):
        assert work_labels(make_actor(), 20) == 8
    assert set(Shipment.objects.values_list("state", flat=True)) == {"labelled"}
    assert SandboxParcel.objects.count() == Package.objects.exclude(tracking_number="").count() == 10


def test_a_label_that_cannot_be_bought_holds_up_no_other_of_its_claim(monkeypatch) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 100)
    rows = [packed(sourced(an_order([(tea, 1)]))[0]) for _ in range(4)]
    for row in rows:
        buy_labels(shipment_id=row.pk, actor=make_actor())
    plain, poison = SandboxCarrier.buy_label, label_of(rows[1]).key

    def choke(self, parcel, service, *, now):
        if parcel.reference == poison:
            raise ValueError("not to be understood")
        return plain(self, parcel, service, now=now)

    monkeypatch.setattr(SandboxCarrier, "buy_label", choke)
    with pytest.raises(ValueError, match="understood"):
        work_labels(make_actor(), 20)
    assert [state_of(row) for row in rows] == ["labelled", "packed", "labelled", "labelled"]
    monkeypatch.undo()
    work_labels(make_actor(now=LATER), 20)
    assert (state_of(rows[1]), SandboxParcel.objects.count()) == ("labelled", 4)


def test_a_label_that_cannot_be_attached_holds_up_no_other_of_its_claim(monkeypatch) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 100)
    rows = [packed(sourced(an_order([(tea, 1)]))[0]) for _ in range(3)]
    for row in rows:
        buy_labels(shipment_id=row.pk, actor=make_actor())
    plain, poison = label_buying.settle_purchases, label_of(rows[1]).pk

    def choke(purchases, actor):
        if any(label.pk == poison for label, _ in purchases):
            raise ValueError("not to be written")
        plain(purchases, actor)

    monkeypatch.setattr(label_buying, "settle_purchases", choke)
    with pytest.raises(ValueError, match="written"):
        work_labels(make_actor(), 20)
    assert [state_of(row) for row in rows] == ["labelled", "packed", "labelled"]
    monkeypatch.undo()
    work_labels(make_actor(now=LATER), 20)
    assert (state_of(rows[1]), SandboxParcel.objects.count()) == ("labelled", 3)


def test_no_carrier_is_asked_when_the_lease_may_be_over(monkeypatch, settings) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 100)
    rows = [packed(sourced(an_order([(tea, 1)]))[0]) for _ in range(3)]
    for row in rows:
        buy_labels(shipment_id=row.pk, actor=make_actor())
    plain, clock = SandboxCarrier.buy_label, [1000.0]
    monkeypatch.setattr(label_buying.time, "monotonic", lambda: clock[0])

    def slow(self, parcel, service, *, now):
        clock[0] += settings.LEASE_SECONDS
        return plain(self, parcel, service, now=now)

    monkeypatch.setattr(SandboxCarrier, "buy_label", slow)
    work_labels(make_actor(), 20)
    assert (SandboxParcel.objects.count(), [state_of(row) for row in rows]) == (1, ["labelled", "packed", "packed"])
    assert set(Label.objects.filter(state="requested").values_list("lease_until", flat=True)) == {None}
    for _ in rows[1:]:
        work_labels(make_actor(), 20)
    assert [state_of(row) for row in rows] == ["labelled"] * 3
    assert SandboxParcel.objects.count() == 3
