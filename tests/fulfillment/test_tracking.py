"""Parcels move forward only, whatever carriers tell in whatever order."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulfillment.carriers import sandbox
from fulfillment.carriers.sandbox_journey import move_parcels
from fulfillment.events import ShipmentShipped
from fulfillment.handlers import hand_over
from fulfillment.models import Package, Shipment, TrackingEvent
from fulfillment.services.tracking import (
    Told,
    deliver_by_hand,
    mark_overdue,
    record_by_hand,
    record_event,
    record_events,
)
from fulfillment.states import TRACKING_RANK, TrackingStatus
from oms.foundation.inbox import work_inbox
from oms.foundation.models import InboxMessage, OutboxEvent
from oms.foundation.refusals import Refused
from orders.models import Order, OrderLine
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, labelled, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
T = TrackingStatus


@pytest.fixture
def shipment() -> Shipment:
    """A shipment of one parcel with two pieces, on its way."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    return shipped(sourced(an_order([(tea, 2)]))[0])


def told(status: str, minute: int = 0) -> Told:
    """Return an event of a status, some minutes after now."""
    return Told(f"{status}-{minute}", status, NOW + timedelta(minutes=minute))


@pytest.mark.once
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(
        [
            ("picked_up", 1),
            ("in_transit", 2),
            ("delayed", 3),
            ("in_transit", 4),
            ("out_for_delivery", 5),
            ("delivered", 6),
            ("in_transit", 2),
        ]
    ),
    length=st.integers(1, 7),
)
def test_F50_tracking_in_any_order(order, length) -> None:
    package = parcel_of_new_shipment()
    seen = order[:length]
    for status, minute in seen:
        before = TRACKING_RANK[T(Package.objects.get(pk=package.pk).tracking_status)]
        record_event(package_id=package.pk, told=told(status, minute), actor=make_actor())
        assert TRACKING_RANK[T(Package.objects.get(pk=package.pk).tracking_status)] >= before

    expected = max(seen, key=lambda one: (TRACKING_RANK[T(one[0])], one[1], one[0]))
    row = Package.objects.get(pk=package.pk)
    assert (row.tracking_status, row.last_event_at) == (expected[0], NOW + timedelta(minutes=expected[1]))
    assert TrackingEvent.objects.filter(package=package).count() == len(set(seen))
    assert (row.delivered_at is not None) == ("delivered" in [status for status, _ in seen])


def parcel_of_new_shipment() -> Package:
    """Return the parcel of a shipment that has just left, without the walk through the floor."""
    tea = make_product()
    make_stock(tea, make_location(), 1)
    (work,) = sourced(an_order([(tea, 1)]))
    row = Shipment(
        number=work.number.replace("F", "S"), order=work.order, fulfillment_order=work, location=work.location
    )
    row.pack(at=NOW)
    row.label()
    row.ship(at=NOW)
    row.save()
    return Package.objects.create(shipment=row, weight_g=1, carrier="sandbox", tracking_number=work.number)


def test_delivery_completes_the_order_once(shipment) -> None:
    package = parcel_of(shipment)
    record_event(package_id=package.pk, told=told("delivered", 5), actor=make_actor())
    record_event(package_id=package.pk, told=told("delivered", 6), actor=make_actor())
    record_event(package_id=package.pk, told=told("in_transit", 7), actor=make_actor())
    assert OrderLine.objects.get().quantity_delivered == 2
    assert Order.objects.get().state == "completed"
    assert OutboxEvent.objects.filter(kind="PackageDelivered").count() == 1
    assert Package.objects.get().delivered_at == NOW + timedelta(minutes=5)


def test_events_of_many_parcels_are_kept_in_as_many_statements_as_those_of_two(django_assert_max_num_queries) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 100)
    parcels = [parcel_of(shipped(sourced(an_order([(tea, 2)]))[0])) for _ in range(8)]

    def journeys(some: list[Package]) -> list[tuple[int, Told]]:
        """Return the whole journey of each parcel, one step of all parcels after the other."""
        steps = [("picked_up", 1), ("in_transit", 2), ("in_transit", 2), ("delivered", 3)]
        return [(parcel.pk, told(status, minute)) for status, minute in steps for parcel in some]

    with CaptureQueriesContext(connection) as few:
        assert record_events(told=journeys(parcels[:2]), actor=make_actor()) == 6
    with django_assert_max_num_queries(len(few)):
        assert record_events(told=journeys(parcels[2:]), actor=make_actor()) == 18
    assert record_events(told=journeys(parcels), actor=make_actor()) == 0
    assert set(Order.objects.values_list("state", "fulfillment_status")) == {("completed", "delivered")}
    assert OutboxEvent.objects.filter(kind="PackageDelivered").count() == 8
    assert TrackingEvent.objects.count() == 24


def test_a_known_event_is_kept_once(shipment) -> None:
    package = parcel_of(shipment)
    assert record_event(package_id=package.pk, told=told("in_transit"), actor=make_actor())
    assert not record_event(package_id=package.pk, told=told("in_transit"), actor=make_actor())
    assert TrackingEvent.objects.count() == 1


def test_a_parcel_is_marked_as_delivered_by_hand_with_the_reason(shipment) -> None:
    package = parcel_of(shipment)
    deliver_by_hand(package_id=package.pk, reason="customer phoned", actor=make_actor())
    assert TrackingEvent.objects.get().description == "customer phoned"
    with pytest.raises(Refused, match="delivered already"):
        deliver_by_hand(package_id=package.pk, reason="again", actor=make_actor())


def test_tracking_by_hand_waits_for_the_truck() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    row = labelled(sourced(an_order([(tea, 1)]))[0])
    with pytest.raises(Refused, match="not handed to the carrier yet"):
        record_by_hand(package_id=parcel_of(row).pk, status="in_transit", actor=make_actor())


def test_a_parcel_is_not_late_while_its_day_lasts_where_the_shop_is(shipment) -> None:
    Package.objects.update(expected_on=NOW.date())
    night = make_actor(now=NOW.replace(hour=2) + timedelta(days=1))

    with timezone.override("America/New_York"):
        assert mark_overdue(actor=night) == 0
    assert mark_overdue(actor=night) == 1


def test_a_parcel_whose_day_has_passed_is_late_once(shipment) -> None:
    late = make_actor(now=NOW + timedelta(days=30))
    assert mark_overdue(actor=late) == 1
    assert mark_overdue(actor=late) == 0
    assert Package.objects.get().tracking_status == "delayed"
    assert OutboxEvent.objects.filter(kind="PackageDelayed").count() == 1


def test_a_day_that_is_told_at_once_tells_no_delay_of_a_parcel_that_has_arrived(shipment) -> None:
    parcel = parcel_of(shipment).pk
    record_events(told=[(parcel, told("delayed", 1)), (parcel, told("delivered", 2))], actor=make_actor())

    assert Package.objects.get().tracking_status == "delivered"
    kinds = OutboxEvent.objects.filter(kind__in=["PackageDelayed", "PackageDelivered"])
    assert list(kinds.values_list("kind", flat=True)) == ["PackageDelivered"]


def test_a_late_parcel_on_the_van_stays_there_but_is_told_to_be_late(shipment) -> None:
    record_event(package_id=parcel_of(shipment).pk, told=told("out_for_delivery", 5), actor=make_actor())
    mark_overdue(actor=make_actor(now=NOW + timedelta(days=30)))
    assert Package.objects.get().tracking_status == "out_for_delivery"
    assert OutboxEvent.objects.filter(kind="PackageDelayed").count() == 1


def walk(shipment: Shipment) -> None:
    """Hand the shipment over and let the sandbox's scanner and our inbox run dry."""
    hand_over([ShipmentShipped(at=NOW, order_id=shipment.order_id, shipment_id=shipment.pk)], make_actor())
    for minute in range(1, 12):
        actor = make_actor(now=NOW + timedelta(minutes=10 * minute))
        move_parcels(actor, 50)
        work_inbox(actor, 50)


@pytest.mark.parametrize("faults", [{}, {"duplicate": 1}, {"out_of_order": 1}, {"duplicate": 0.5, "out_of_order": 0.5}])
def test_the_sandbox_brings_the_parcel_to_the_door(shipment, settings, faults) -> None:
    settings.SANDBOX_CARRIER_FAULTS = faults
    walk(shipment)
    assert Package.objects.get().tracking_status == "delivered"
    assert Order.objects.get().state == "completed"
    assert TrackingEvent.objects.count() == 4
    assert not InboxMessage.objects.exclude(state="done").exists()


def test_nothing_is_scanned_before_the_truck(settings) -> None:
    settings.SANDBOX_TRACKING_SECONDS = 0
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    labelled(sourced(an_order([(tea, 1)]))[0])
    assert move_parcels(make_actor(now=NOW + timedelta(days=1)), 50) == 0


def test_what_the_sandbox_tracks_is_what_it_sent(shipment) -> None:
    walk(shipment)
    events = sandbox.SandboxCarrier().track(parcel_of(shipment).tracking_number)
    assert [event.status for event in events] == ["picked_up", "in_transit", "out_for_delivery", "delivered"]
