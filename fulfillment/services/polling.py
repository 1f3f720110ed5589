"""Asking carriers that send no messages where their parcels are: each parcel every few hours until it has arrived."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet

from fulfillment.carriers.gateway import CarrierEvent, CarrierRefused, CarrierUnreachable
from fulfillment.carriers.registry import CARRIERS, carrier
from fulfillment.models import CarrierAccount, Package
from fulfillment.services.tracking import ENDED, Told, record_events
from fulfillment.states import TrackingStatus
from oms.foundation.actor import Actor
from oms.foundation.locks import lock_free
from oms.foundation.updates import update_each
from oms.foundation.work import drainer

FIRST_AFTER, AGAIN_AFTER = timedelta(hours=2), timedelta(hours=3)
GIVEN_UP_AFTER = timedelta(days=45)
TOGETHER = 20
YEARS = range(2000, 2100)


def told_of(event: CarrierEvent) -> Told:
    """Return a carrier's event as the parcel's own."""
    return Told(
        event.event_id,
        event.status,
        event.occurred_at,
        event.raw_code,
        event.description,
        event.place,
        event.expected_on,
        event.proof,
    )


def refuse_senseless(event: CarrierEvent) -> None:
    """Raise ValueError or OverflowError for an event that no database keeps: broken characters, a senseless day."""
    texts = [event.event_id, event.tracking_number, event.raw_code, event.description, event.place]
    if event.proof is not None:
        texts += [event.proof.signed_by, event.proof.place]
    if b"\0" in "".join(texts).encode():
        raise ValueError("a character that no database keeps")
    for day in (event.occurred_at.astimezone(UTC), event.expected_on):
        if day is not None and day.year not in YEARS:
            raise ValueError(f"a day in the year {day.year}")


def _has_sense(event: CarrierEvent) -> bool:
    """Return whether an event can be kept."""
    try:
        refuse_senseless(event)
    except (ValueError, OverflowError):
        return False
    return True


def follow(*, shipment_ids: Sequence[int], actor: Actor) -> int:
    """Have the parcels of shipments asked for that an account at a carrier has taken.

    The sandbox tells by itself; of a carrier that a supplier typed there is nobody to ask.
    """
    accounts = CarrierAccount.objects.values("code")
    taken = Package.objects.filter(shipment__in=list(shipment_ids), carrier__in=accounts)
    return taken.update(tracking_due_at=actor.now + FIRST_AFTER)


def _next_due() -> datetime | None:
    """Return when the next parcel is asked for."""
    moment: datetime | None = Package.objects.aggregate(at=Min("tracking_due_at"))["at"]
    return moment


def _due(now: datetime) -> "QuerySet[Package]":
    """Return the parcels that are asked for now."""
    return Package.objects.filter(tracking_due_at__lte=now)


@drainer("carriers", next_due=_next_due, due=_due)
def ask_for_tracking(actor: Actor, limit: int) -> int:
    """Ask for some parcels and keep what is new of them; a carrier that does not answer stops none of the others'."""
    due = _take(actor, min(limit, TOGETHER))
    silent: set[str] = set()
    told: list[tuple[int, Told]] = []
    days: dict[int, date] = {}
    for package in due:
        if package.carrier in silent:
            continue
        try:
            told_now = carrier(package.carrier).track(package.tracking_number)
        except CarrierUnreachable:
            silent.add(package.carrier)
        except (CarrierRefused, LookupError, OverflowError):
            continue
        else:
            events = [event for event in told_now if _has_sense(event)]
            told += [(package.pk, told_of(event)) for event in events]
            if events and events[-1].expected_on:
                days[package.pk] = events[-1].expected_on
    if told:
        record_events(told=told, days=days, actor=Actor.system("tracking", now=actor.now))
    return len(due)


@transaction.atomic
def _take(actor: Actor, limit: int) -> list[Package]:
    """Return the parcels that are due, their next time noted already; those that have arrived are asked for no more.

    Nor are those of a carrier whose account is gone.
    """
    due = lock_free(_due(actor.now).select_related("shipment").order_by("tracking_due_at", "pk"), limit)
    known = {*CARRIERS, *CarrierAccount.objects.values_list("code", flat=True)} if due else set()
    for package in due:
        left = package.shipment.shipped_at
        over = package.tracking_status in ENDED and package.tracking_status != TrackingStatus.RETURNING
        old = left is not None and actor.now - left > GIVEN_UP_AFTER
        package.tracking_due_at = None if over or old or package.carrier not in known else actor.now + AGAIN_AFTER
    update_each(due, ["tracking_due_at"])
    return [package for package in due if package.tracking_due_at is not None]
