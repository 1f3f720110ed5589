"""Booking a carrier's driver: asked for once; a lost answer is looked at by a person, since no carrier can be asked."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum

from fulfillment.carriers.gateway import CarrierNotAsked, CarrierRefused, CarrierUnreachable
from fulfillment.carriers.registry import carrier as gateway
from fulfillment.conditions import in_state
from fulfillment.locks import lock_visit
from fulfillment.models import DriverVisit, Package
from fulfillment.parcels import sender
from fulfillment.services.handover.reading import carriers_here
from fulfillment.states import LIVE_VISITS, ShipmentState, VisitState
from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.claims import claim
from oms.foundation.locks import lock_row
from oms.foundation.numbers import random_code
from oms.foundation.questions import next_due_of
from oms.foundation.refusals import Invalid, refuse_if
from oms.foundation.work import Apart, drainer, ring

V = VisitState
CAN_CANCEL = (in_state([V.REQUESTED, V.BOOKED], "cancelled"),)
CAN_SAY = (in_state([V.UNKNOWN], "settled by hand"),)
IS_WAITING = Q(state=V.REQUESTED)
TOGETHER, MOST_DAYS = 5, 60
LOST = "Whether a driver was booked is not known ({why}). Look on the carrier's own pages, then say here what is there."
STOPPED = "the worker stopped while it asked"


@transaction.atomic
def book_driver(
    *,
    location_id: int,
    carrier: str,
    day: date | None = None,
    parcels: int | None = None,
    weight_g: int | None = None,
    actor: Actor,
) -> DriverVisit:
    """Have a worker ask a carrier for a driver; without a day for today, without numbers for what waits.

    :raises Refused: when one is booked for that day, or nothing waits. :raises Invalid: for a day that is over.
    """
    location = lock_row(Location, location_id)
    today = actor.now.astimezone(location.zone).date()
    day = day or today
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        raise Invalid(f"Name a day from today on, within {MOST_DAYS} days.", code="bad_day", field="day")
    known = carriers_here(location_id)
    refuse_if(carrier not in known, f"“{carrier}” does not serve {location.code}.", code="unknown_carrier")
    live = DriverVisit.objects.filter(location=location, carrier=carrier, day=day, state__in=LIVE_VISITS).first()
    if live is not None:
        sentence = f"{live.number} is {live.get_state_display()} on that day already; cancel it to book another."
        refuse_if(True, sentence, code="booked_already")
    counted, weighed = waiting_for(location_id, carrier)
    refuse_if(not (parcels or counted), "No parcel waits for that carrier here; say how many.", code="nothing_waits")
    row = DriverVisit(
        number=random_code(8, prefix="V"),
        location=location,
        carrier=carrier,
        day=day,
        parcels=parcels or counted,
        weight_g=weight_g or weighed or 1000,
        next_try_at=actor.now,
        created_at=actor.now,
    )
    row.save()
    record_many(actor, [Act("fulfillment.book_driver", row, row.told, created=True)])
    ring("carriers")
    return row


def waiting_for(location_id: int, carrier: str) -> tuple[int, int]:
    """Return how many parcels wait for a carrier at a location, and what they weigh together."""
    states = [ShipmentState.LABELLED, ShipmentState.MANIFESTED]
    rows = Package.objects.filter(shipment__location=location_id, shipment__state__in=states, carrier=carrier)
    sums = rows.aggregate(parcels=Count("pk"), weight=Sum("weight_g"))
    return sums["parcels"], sums["weight"] or 0


@drainer("carriers", next_due=next_due_of(DriverVisit, IS_WAITING))
def work_visits(actor: Actor, limit: int) -> int:
    """Ask the carriers for the drivers that are wanted."""
    claimed = claim(DriverVisit.objects.filter(IS_WAITING), now=actor.now, limit=min(limit, TOGETHER))
    with Apart() as apart:
        for visit in claimed:
            apart.run(f"visit {visit.pk}", _ask, visit, actor)
    return len(claimed)


def _ask(visit: DriverVisit, actor: Actor) -> None:
    """Ask for one driver, outside of any transaction; who may have been asked before is not asked again."""
    if visit.attempts > 1:
        _settle(visit, "unknown", LOST.format(why=STOPPED), actor)
        return
    try:
        told = gateway(visit.carrier).pickup(
            sender(visit.location, ""), visit.day, parcels=visit.parcels, weight_g=visit.weight_g
        )
    except CarrierNotAsked as pause:
        _put_off(visit, str(pause), pause.retry_after, actor)
    except CarrierUnreachable as silence:
        _settle(visit, "unknown", LOST.format(why=str(silence).rstrip(".")), actor)
    except CarrierRefused as refusal:
        _settle(visit, "failed", str(refusal), actor)
    else:
        _settle_booked(visit, told.number, told.window, told.day, actor)


def _lock(visit: DriverVisit) -> DriverVisit | None:
    """Lock a visit that was asked for; None when another worker has taken it over, or somebody has settled it."""
    fresh = lock_visit(visit.pk)
    return fresh if fresh.lease_token == visit.lease_token and fresh.state == V.REQUESTED else None


@transaction.atomic
def _settle_booked(visit: DriverVisit, number: str, window: str, day: date, actor: Actor) -> None:
    """The carrier sends a driver."""
    fresh = _lock(visit)
    if fresh is None:
        return
    taken = DriverVisit.objects.filter(location=fresh.location, carrier=fresh.carrier, day=day, state__in=LIVE_VISITS)
    same_day = day if not taken.exclude(pk=fresh.pk).exists() else fresh.day
    fresh.book(confirmation=number[:64], window=window[:60], day=same_day)
    _save(fresh)
    moved = f" The carrier comes on {day} instead." if day != visit.day else ""
    record(actor, "fulfillment.driver_booked", fresh, note=f"{fresh.told} {number}, {window}.{moved}")


@transaction.atomic
def _settle(visit: DriverVisit, what: str, why: str, actor: Actor) -> None:
    """Nobody knows whether a driver comes, or none does."""
    fresh = _lock(visit)
    if fresh is None:
        return
    if what == "unknown":
        fresh.lose_answer(why=why[:300])
        act = "fulfillment.driver_unknown"
    else:
        fresh.fail(why=why[:300])
        act = "fulfillment.driver_refused"
    _save(fresh)
    record(actor, act, fresh, note=why)


@transaction.atomic
def _put_off(visit: DriverVisit, why: str, seconds: float, actor: Actor) -> None:
    """Put a visit off whose carrier was not asked: this try counts for none."""
    fresh = _lock(visit)
    if fresh is None:
        return
    fresh.next_try_at, fresh.lease_until = actor.now + timedelta(seconds=max(seconds, 1.0)), None
    fresh.attempts, fresh.crashes, fresh.last_error = max(fresh.attempts - 1, 0), 0, why[:500]
    fresh.save(update_fields=["next_try_at", "lease_until", "attempts", "crashes", "last_error"])


def _save(visit: DriverVisit) -> None:
    """Save what came of a locked visit; it waits for nothing any more."""
    visit.next_try_at, visit.lease_until = None, None
    visit.save(update_fields=["state", "confirmation", "window", "day", "failure", "next_try_at", "lease_until"])


@transaction.atomic
def cancel_visit(*, visit_id: int, reason: str, actor: Actor) -> DriverVisit:
    """Note that nobody needs to come; a booked driver is sent away on the carrier's own pages.

    :raises Refused: while the carrier is being asked.
    """
    visit = lock_visit(visit_id)
    refuse_unless(visit, *CAN_CANCEL)
    asked = visit.state == V.REQUESTED and visit.attempts > 0
    refuse_if(asked, "The carrier is being asked at this moment: try again in a minute.", code="being_asked")
    visit.cancel(why=reason[:300])
    _save(visit)
    record(actor, "fulfillment.cancel_driver", visit, note=f"{visit.told} {reason}")
    return visit


@transaction.atomic
def say_booked(*, visit_id: int, number: str, window: str = "", actor: Actor) -> DriverVisit:
    """Note by the word of a person who has looked that a driver comes."""
    visit = lock_visit(visit_id)
    refuse_unless(visit, *CAN_SAY)
    visit.book(confirmation=number.strip()[:64], window=window.strip()[:60], day=visit.day)
    _save(visit)
    record(actor, "fulfillment.driver_booked", visit, note=f"{visit.told} {number}, by the word of {actor.label}.")
    return visit


@transaction.atomic
def say_not_booked(*, visit_id: int, reason: str, actor: Actor) -> DriverVisit:
    """Note by the word of a person who has looked that no driver comes; another can be booked then."""
    visit = lock_visit(visit_id)
    refuse_unless(visit, *CAN_SAY)
    visit.fail(why=reason[:300])
    _save(visit)
    record(actor, "fulfillment.driver_refused", visit, note=reason)
    return visit
