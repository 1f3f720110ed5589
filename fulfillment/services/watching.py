"""Watching parcels on their way: what is known of each, whether it is at risk, and keeping that beside it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from fulfillment.carriers.registry import CARRIERS
from fulfillment.cutoff import Calendar
from fulfillment.locks import lock_packages
from fulfillment.models import CarrierAccount, CarrierClaim, Package, ParcelRisk, TrackingEvent
from fulfillment.risk import Limits, ParcelFacts, Risk, decide_risk
from fulfillment.states import ShipmentState, TrackingStatus
from fulfillment.states_parcels import LIVE_CLAIMS, ClaimState, RiskLevel
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.inserts import insert_rows

OVERDUE = "overdue:"
"""How the number of an event begins that no carrier has told: the day has passed."""
CUSTOMS_WORDS = ("customs", "clearance", "zoll", "douane", "aduana")
WATCHED_FOR = timedelta(days=60)
STEP, TOGETHER = 1000, 100
TOLD = ("level", "reason", "sentence", "limit", "since")
OVER = "It is at risk no more."


@dataclass(frozen=True, slots=True)
class _Known:
    """A parcel's facts, with the calendar of the location that it left."""

    facts: ParcelFacts
    calendar: Calendar


def risks_of(package_ids: Collection[int], *, now: datetime) -> dict[int, Risk]:
    """Return the risk of each parcel that has left, in a fixed number of statements."""
    limits = Limits(settings.FIRST_SCAN_HOURS, settings.STILL_PARCEL_DAYS, settings.CUSTOMS_DAYS)
    zone: Any = timezone.get_current_timezone()
    return {
        pk: decide_risk(known.facts, now, known.calendar, zone=zone, limits=limits)
        for pk, known in _known_of(package_ids).items()
    }


def _known_of(package_ids: Collection[int]) -> dict[int, _Known]:
    """Return what is known of parcels that have left."""
    rows = list(_with_last_scan(Package.objects.filter(pk__in=list(package_ids))))
    scans = TrackingEvent.objects.in_bulk([row.last_scan for row in rows if row.last_scan])
    claimed = CarrierClaim.objects.filter(
        package__in=[row.pk for row in rows], state__in=[*LIVE_CLAIMS, ClaimState.PAID]
    )
    watched = set(claimed.values_list("package", flat=True))
    followed = {*CARRIERS, *CarrierAccount.objects.values_list("code", flat=True)}
    return {row.pk: _Known(_facts(row, scans.get(row.last_scan), followed, watched), _calendar(row)) for row in rows}


def _with_last_scan(packages: "QuerySet[Package]") -> "QuerySet[Any]":
    """Return shipped parcels with their last scan: what a carrier told beyond that it knows of the label."""
    scans = TrackingEvent.objects.filter(package=OuterRef("pk")).exclude(status=TrackingStatus.PRE_TRANSIT)
    last = scans.exclude(source_id__startswith=OVERDUE).order_by("-occurred_at", "-pk").values("pk")[:1]
    left = packages.filter(shipment__state=ShipmentState.SHIPPED, shipment__shipped_at__isnull=False)
    return left.select_related("shipment__location").annotate(last_scan=Subquery(last))


def _calendar(row: Package) -> Calendar:
    """Return the calendar of the location that a parcel left."""
    place = row.shipment.location
    return Calendar.of(place.working_days, place.closed_on, place.handling_days)


def _facts(
    row: Package, scan: TrackingEvent | None, followed: Collection[str], claimed: Collection[int]
) -> ParcelFacts:
    """Return what is known of a parcel; that its day has passed is no word of the carrier's."""
    left: Any = row.shipment.shipped_at
    status = row.tracking_status
    if status == TrackingStatus.DELAYED and (scan is None or scan.status != TrackingStatus.DELAYED):
        status = TrackingStatus.IN_TRANSIT
    words = f"{scan.description} {scan.place}".lower() if scan else ""
    return ParcelFacts(
        status=status,
        handed_over_at=left,
        moved_at=scan.occurred_at if scan else None,
        in_customs=any(word in words for word in CUSTOMS_WORDS),
        promised_on=row.promised_on,
        expected_on=row.expected_on,
        told=scan.description if scan else "",
        is_followed=row.carrier in followed,
        is_claimed=row.pk in claimed,
    )


def weigh(packages: Collection[Package], actor: Actor) -> int:
    """Keep beside locked parcels, their shipments at hand, what speaks against them now; return how many changed.

    The timeline tells it. What was put off comes back as soon as the reason is another one.
    """
    found = risks_of([one.pk for one in packages], now=actor.now)
    known = {row.package_id: row for row in ParcelRisk.objects.filter(package__in=list(found)).order_by("pk")}
    new = [
        _put(ParcelRisk(package=one, changed_at=actor.now, created_at=actor.now), found[one.pk])
        for one in packages
        if one.pk in found and one.pk not in known and found[one.pk].level != RiskLevel.NONE
    ]
    changed = [row for pk, row in known.items() if _told_of(row) != _told_of(found[pk])]
    moved = [row for row in changed if (row.level, row.reason) != _told_of(found[row.package_id])[:2]]
    for row in changed:
        _put(row, found[row.package_id])
    for row in moved:
        row.changed_at, row.snoozed_until = actor.now, None
    insert_rows(new)
    save_many(changed, [*TOLD, "changed_at", "snoozed_until"])
    parcels = {one.pk: one for one in packages}
    for row in moved:
        row.package = parcels[row.package_id]
    record_many(actor, [_act(row) for row in [*new, *moved]])
    return len(new) + len(changed)


def _act(row: ParcelRisk) -> Act:
    """Return the line of the timeline about a parcel that came into trouble, or out of it."""
    return Act("fulfillment.risk", row, f"{row}: {row.sentence or OVER}", {"level": row.level, "reason": row.reason})


def _told_of(row: ParcelRisk | Risk) -> tuple[Any, ...]:
    """Return what is told of a risk, kept or just decided."""
    return tuple(getattr(row, name) for name in TOLD)


def _put(row: ParcelRisk, risk: Risk) -> ParcelRisk:
    """Put what was decided on a row, in memory."""
    for name, value in zip(TOLD, _told_of(risk), strict=True):
        setattr(row, name, value)
    return row


def watch_parcels(*, actor: Actor) -> int:
    """Look at every parcel on its way and keep what has changed by the clock alone; return how many did.

    Orders are locked only where something is to be written.
    """
    changed = 0
    for ids in _on_their_way(actor.now):
        found, kept = risks_of(ids, now=actor.now), _kept_of(ids)
        stale = [pk for pk, risk in found.items() if _told_of(risk) != kept.get(pk, _told_of(Risk()))]
        for start in range(0, len(stale), TOGETHER):
            changed += _weigh_again(stale[start : start + TOGETHER], actor)
    return changed


def _kept_of(package_ids: Collection[int]) -> Mapping[int, tuple[Any, ...]]:
    """Return what is kept beside parcels, without a lock."""
    rows = ParcelRisk.objects.filter(package__in=list(package_ids)).values_list("package", *TOLD)
    return {pk: tuple(told) for pk, *told in rows}


def _on_their_way(now: datetime) -> Iterator[list[int]]:
    """Yield the parcels that left lately and have not arrived, a step at a time."""
    last, rows = 0, Package.objects.filter(delivered_at=None, shipment__state=ShipmentState.SHIPPED)
    rows = rows.filter(shipment__shipped_at__gte=now - WATCHED_FOR).order_by("pk")
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:STEP]):
        yield ids
        last = ids[-1]


@transaction.atomic
def _weigh_again(package_ids: Collection[int], actor: Actor) -> int:
    """Lock parcels and look at them again."""
    return weigh(lock_packages(package_ids), actor)
