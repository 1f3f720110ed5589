"""Following parcels: what carriers tell, each thing once, in any order, never backwards."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from fulfillment.conditions import NOT_DELIVERED, WAS_SHIPPED
from fulfillment.events import PackageDelayed, PackageDelivered
from fulfillment.locks import lock_package
from fulfillment.models import Package, PackageItem, TrackingEvent
from fulfillment.states import TRACKING_RANK, ShipmentState, TrackingStatus
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from orders.services.progress import mark_delivered

T = TrackingStatus
ENDED = (T.DELIVERED, T.RETURNED, T.RETURNING, T.LOST)
CAN_RECORD = (WAS_SHIPPED,)
CAN_DELIVER = (WAS_SHIPPED, NOT_DELIVERED)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told about a parcel; ``source_id`` is the teller's own number for it."""

    source_id: str
    status: str
    occurred_at: datetime
    raw_code: str = ""
    description: str = ""
    place: str = ""
    expected_on: date | None = None


@transaction.atomic
def record_event(*, package_id: int, told: Told, actor: Actor) -> bool:
    """Keep the event and move the parcel on when it is news; return False for one that is known already."""
    package = lock_package(package_id)
    row = TrackingEvent(
        package=package,
        source_id=told.source_id[:160],
        status=told.status,
        raw_code=told.raw_code[:40],
        description=told.description[:300],
        place=told.place[:120],
        occurred_at=told.occurred_at,
        received_at=actor.now,
    )
    if TrackingEvent.objects.filter(package=package, source_id=row.source_id).exists():
        return False
    row.save()
    if told.expected_on and package.tracking_status not in ENDED:
        package.expected_on = told.expected_on
    before = package.tracking_status
    if is_news(package, told):
        package.tracking_status, package.last_event_at = told.status, told.occurred_at
    package.save(update_fields=["tracking_status", "last_event_at", "expected_on"])
    if package.tracking_status != before:
        _tell(package, told, actor)
    return True


def is_news(package: Package, told: Told) -> bool:
    """Return whether an event moves the parcel: higher rank, or the same rank and later; the outcome knows no order."""
    if package.last_event_at is None:
        return TRACKING_RANK[T(told.status)] >= TRACKING_RANK[T(package.tracking_status)]
    known = (TRACKING_RANK[T(package.tracking_status)], package.last_event_at, package.tracking_status)
    return (TRACKING_RANK[T(told.status)], told.occurred_at, told.status) > known


def _tell(package: Package, told: Told, actor: Actor) -> None:
    """Write the timeline, and tell what others wait for: delivered, delayed."""
    data = {"status": told.status, "place": told.place, "tracking_number": package.tracking_number}
    record(actor, "fulfillment.track", package.shipment, note=told.description, data=data)
    if told.status == T.DELIVERED:
        _deliver(package, told, actor)
    if told.status == T.DELAYED:
        publish(PackageDelayed(at=actor.now, order_id=package.shipment.order_id, package_id=package.pk))


def _deliver(package: Package, told: Told, actor: Actor) -> None:
    """Count the parcel's pieces as delivered, once: nothing moves a parcel away from delivered."""
    package.delivered_at = told.occurred_at
    package.save(update_fields=["delivered_at"])
    lines: Counter[int] = Counter()
    for line_id, quantity in PackageItem.objects.filter(package=package).values_list(
        "allocation__order_line_id", "quantity"
    ):
        lines[line_id] += quantity
    mark_delivered(order_id=package.shipment.order_id, lines=lines, actor=actor)
    publish(PackageDelivered(at=actor.now, order_id=package.shipment.order_id, package_id=package.pk))


@transaction.atomic
def record_by_hand(
    *, package_id: int, status: str, note: str = "", place: str = "", occurred_at: datetime | None = None, actor: Actor
) -> Package:
    """Note what somebody was told about a parcel, as if the carrier had sent it."""
    package = lock_package(package_id)
    refuse_unless(package, *CAN_RECORD)
    return _by_hand(package, status, note, place, occurred_at, actor)


@transaction.atomic
def deliver_by_hand(*, package_id: int, reason: str, occurred_at: datetime | None = None, actor: Actor) -> Package:
    """Note that a parcel has arrived although the carrier did not say so; the reason stands on the timeline."""
    package = lock_package(package_id)
    refuse_unless(package, *CAN_DELIVER)
    return _by_hand(package, T.DELIVERED, reason, "", occurred_at, actor)


def _by_hand(
    package: Package, status: str, note: str, place: str, occurred_at: datetime | None, actor: Actor
) -> Package:
    """Record an event of a person; the same words about the same moment count once."""
    at = occurred_at or actor.now
    mark = hashlib.sha256(f"{status}|{at.isoformat()}|{note}|{place}".encode()).hexdigest()[:24]
    told = Told(f"hand:{mark}", status, at, description=note, place=place)
    record_event(package_id=package.pk, told=told, actor=actor)
    return lock_package(package.pk)


def overdue(actor: Actor, limit: int = 500) -> Mapping[int, date]:
    """Return the day promised for each parcel under way whose day has passed and that was not told to be late."""
    late = Package.objects.filter(
        shipment__state=ShipmentState.SHIPPED, expected_on__lt=actor.now.date(), delivered_at=None
    ).exclude(tracking_status__in=[*ENDED, T.DELAYED, T.AVAILABLE_FOR_PICKUP, T.EXCEPTION])
    told = TrackingEvent.objects.filter(source_id__startswith="overdue:")
    waiting = late.exclude(pk__in=told.values("package")).order_by("pk")[:limit]
    return {pk: day for pk, day in waiting.values_list("pk", "expected_on") if day is not None}


def mark_overdue(*, actor: Actor) -> int:
    """Note the delay of every parcel whose promised day has passed, each in a transaction of its own."""
    late = overdue(actor)
    for pk, day in late.items():
        sentence = f"It was expected on {day:%d %B %Y} and has not arrived."
        told = Told(f"overdue:{day.isoformat()}", T.DELAYED, actor.now, description=sentence)
        with transaction.atomic():
            before = lock_package(pk).tracking_status
            record_event(package_id=pk, told=told, actor=actor)
            package = lock_package(pk)
            if package.tracking_status == before and before != T.DELAYED:
                publish(PackageDelayed(at=actor.now, order_id=package.shipment.order_id, package_id=pk))
    return len(late)
