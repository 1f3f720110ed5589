"""Following parcels: what carriers tell, each thing once, in any order, never backwards."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from fulfillment.carriers.gateway import DeliveryProof
from fulfillment.conditions import NOT_DELIVERED, WAS_SHIPPED
from fulfillment.events import PackageDelayed, PackageDelivered
from fulfillment.locks import lock_package, lock_packages
from fulfillment.models import Package, PackageItem, TrackingEvent
from fulfillment.services.claiming import close_found
from fulfillment.services.expecting import count_days_late, keep_days
from fulfillment.services.proving import keep_proofs
from fulfillment.services.watching import OVERDUE, weigh
from fulfillment.states import TRACKING_RANK, ShipmentState, TrackingStatus
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import Fact, publish
from oms.foundation.inserts import insert_rows
from orders.services.progress import mark_delivered

T = TrackingStatus
ENDED = (T.DELIVERED, T.RETURNED, T.RETURNING, T.LOST)
LONGEST_MARK = 160
MOVED = ["tracking_status", "last_event_at", "expected_on", "delivered_at", "days_late"]
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
    proof: DeliveryProof | None = None


def record_event(*, package_id: int, told: Told, actor: Actor) -> bool:
    """Keep the event and move the parcel on when it is news; return False for one that is known already."""
    return bool(record_events(told=[(package_id, told)], actor=actor))


@transaction.atomic
def record_events(*, told: Sequence[tuple[int, Told]], actor: Actor, days: Mapping[int, date] | None = None) -> int:
    """Keep events of parcels by id, in the order given, and move those parcels on for which they are news.

    ``days`` are those on which a carrier that was asked expects its parcels now, told with known events too. Returns
    how many events were not known. The number of statements does not grow with the number of events.
    """
    packages = {package.pk: package for package in lock_packages({*(pk for pk, _ in told), *(days or {})})}
    steps = _unknown(packages, told)
    insert_rows([_row(step, actor) for step in steps])
    moved = [step for step in steps if step.move()]
    days_now = {**_told_with_newest(packages, told), **(days or {})}
    changes = [(step.package, step.day) for step in steps if step.day] + _asked(packages, days_now)
    delivered = [step.package for step in moved if step.told.status == T.DELIVERED]
    count_days_late(delivered)
    touched = {one.pk: one for one in [*(step.package for step in steps), *(one for one, _ in changes)]}
    save_many(touched.values(), MOVED)
    keep_days(changes, actor)
    record_many(actor, [_act(step) for step in moved])
    _deliver(delivered, actor)
    keep_proofs(((step.package, step.told.occurred_at, step.told.proof) for step in steps), actor)
    publish(*_told_facts(moved, changes, actor))
    close_found([step.package for step in moved if step.told.status == T.DELIVERED and step.was == T.LOST], actor)
    weigh(list(touched.values()), actor)
    return len(steps)


def _told_with_newest(packages: Mapping[int, Package], told: Sequence[tuple[int, Told]]) -> dict[int, date]:
    """Return the days told with the newest scans of parcels: a carrier tells a scan again when it expects it anew."""
    newest = [(pk, one.expected_on) for pk, one in told if one.occurred_at == packages[pk].last_event_at]
    return {pk: day for pk, day in newest if day is not None}


def _asked(packages: Mapping[int, Package], days: Mapping[int, date]) -> list[tuple[Package, date]]:
    """Put the days that carriers give now on their parcels, in memory, and return those that are new."""
    found = [(packages[pk], day) for pk, day in days.items() if pk in packages]
    new = [(one, day) for one, day in found if one.tracking_status not in ENDED and one.expected_on != day]
    for package, day in new:
        package.expected_on = day
    return new


@dataclass(slots=True)
class _Step:
    """One event that is not known yet, and the locked parcel it speaks of."""

    package: Package
    told: Told
    was: str = ""
    """The parcel's status before."""
    day: date | None = None
    """The day on which it now expects the parcel, where that is another one."""

    def move(self) -> bool:
        """Bring the parcel to what the event says, in memory; return whether its status has changed."""
        package, told = self.package, self.told
        self.was = before = package.tracking_status
        late = package.last_event_at is not None and told.occurred_at < package.last_event_at
        if told.expected_on not in (None, package.expected_on) and before not in ENDED and not late:
            package.expected_on = self.day = told.expected_on
        if is_news(package, told):
            package.tracking_status, package.last_event_at = told.status, told.occurred_at
        if package.tracking_status == before:
            return False
        if told.status == T.DELIVERED:
            package.delivered_at = told.occurred_at
        return True


def _unknown(packages: Mapping[int, Package], told: Sequence[tuple[int, Told]]) -> list[_Step]:
    """Return the events that are not kept yet, each once by its parcel and the teller's number."""
    marks = [one.source_id[:LONGEST_MARK] for _, one in told]
    kept = TrackingEvent.objects.filter(package__in=list(packages), source_id__in=marks)
    known = set(kept.values_list("package_id", "source_id"))
    steps = []
    for (pk, one), mark in zip(told, marks, strict=True):
        if (pk, mark) not in known:
            known.add((pk, mark))
            steps.append(_Step(packages[pk], one))
    return steps


def _row(step: _Step, actor: Actor) -> TrackingEvent:
    """Return the event as it is kept."""
    told = step.told
    return TrackingEvent(
        package=step.package,
        source_id=told.source_id[:LONGEST_MARK],
        status=told.status,
        raw_code=told.raw_code[:40],
        description=told.description[:300],
        place=told.place[:120],
        occurred_at=told.occurred_at,
        received_at=actor.now,
    )


def is_news(package: Package, told: Told) -> bool:
    """Return whether an event moves the parcel: higher rank, or the same rank and later; the outcome knows no order."""
    if package.last_event_at is None:
        return TRACKING_RANK[T(told.status)] >= TRACKING_RANK[T(package.tracking_status)]
    known = (TRACKING_RANK[T(package.tracking_status)], package.last_event_at, package.tracking_status)
    return (TRACKING_RANK[T(told.status)], told.occurred_at, told.status) > known


def _act(step: _Step) -> Act:
    """Return the line of the timeline about a parcel that was moved."""
    package, told = step.package, step.told
    data = {"status": told.status, "place": told.place, "tracking_number": package.tracking_number}
    place = f", {told.place}" if told.place else ""
    note = f"{package}: {T(told.status).label}{place}. {told.description}".strip()
    return Act("fulfillment.track", package.shipment, note, data)


def _told_facts(moved: Sequence[_Step], changes: Sequence[tuple[Package, date]], actor: Actor) -> Iterator[Fact]:
    """Yield what others wait for, of each parcel once: delivered, delayed, expected later than was promised."""
    delayed = {step.package.pk: step.package for step in moved if step.told.status == T.DELAYED}
    for package, day in changes:
        if package.promised_on and day > package.promised_on:
            delayed[package.pk] = package
    # a carrier that tells a whole day at once tells of delays that are over
    for package in (one for one in delayed.values() if one.tracking_status not in ENDED):
        yield PackageDelayed(at=actor.now, order_id=package.shipment.order_id, package_id=package.pk)
    for step in moved:
        if step.told.status == T.DELIVERED:
            package = step.package
            yield PackageDelivered(at=actor.now, order_id=package.shipment.order_id, package_id=package.pk)


def _deliver(packages: Sequence[Package], actor: Actor) -> None:
    """Count the parcels' pieces as delivered, once: nothing moves a parcel away from delivered."""
    if not packages:
        return
    order_of = {package.pk: package.shipment.order_id for package in packages}
    lines: dict[int, Counter[int]] = {order_id: Counter() for order_id in order_of.values()}
    items = PackageItem.objects.filter(package__in=list(order_of))
    for pk, line_id, quantity in items.values_list("package", "allocation__order_line_id", "quantity"):
        lines[order_of[pk]][line_id] += quantity
    mark_delivered(delivered=lines, actor=actor)


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
    today = actor.now.astimezone(timezone.get_current_timezone()).date()
    late = Package.objects.filter(
        shipment__state=ShipmentState.SHIPPED, expected_on__lt=today, delivered_at=None
    ).exclude(tracking_status__in=[*ENDED, T.DELAYED, T.AVAILABLE_FOR_PICKUP, T.EXCEPTION])
    told = TrackingEvent.objects.filter(source_id__startswith=OVERDUE)
    waiting = late.exclude(pk__in=told.values("package")).order_by("pk")[:limit]
    return {pk: day for pk, day in waiting.values_list("pk", "expected_on") if day is not None}


def mark_overdue(*, actor: Actor) -> int:
    """Note the delay of every parcel whose promised day has passed, each in a transaction of its own."""
    late = overdue(actor)
    for pk, day in late.items():
        sentence = f"It was expected on {day:%d %B %Y} and has not arrived."
        told = Told(f"{OVERDUE}{day.isoformat()}", T.DELAYED, actor.now, description=sentence)
        with transaction.atomic():
            before = lock_package(pk).tracking_status
            record_event(package_id=pk, told=told, actor=actor)
            package = lock_package(pk)
            if package.tracking_status == before and before != T.DELAYED:
                publish(PackageDelayed(at=actor.now, order_id=package.shipment.order_id, package_id=pk))
    return len(late)
