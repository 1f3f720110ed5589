"""Putting scarcity fees into force, switching them off, and capping what a location's may be."""

from collections.abc import Sequence

from django.db import transaction

from fulfillment.conditions import FEES_IN_FORCE, FEES_MAY_HOLD, HAS_FEES
from fulfillment.locks import lock_scarcity_runs
from fulfillment.models import ScarcityRun
from fulfillment.states import ScarcityState
from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.money import minor_text, parse_minor
from oms.foundation.refusals import Invalid, NotFound, refuse_if

CAN_ACTIVATE = (FEES_MAY_HOLD,)
CAN_SWITCH_OFF = (FEES_IN_FORCE,)
CAN_CAP = (HAS_FEES,)


@transaction.atomic
def put_fees_into_force(*, run_id: int, note: str = "", actor: Actor) -> ScarcityRun:
    """Let a run's fees weigh in new decisions until its horizon, instead of those of the run before.

    :raises Refused: when it has none any more, is in force already, or its horizon is over.
    """
    rows = lock_scarcity_runs()
    row = _one(rows, run_id)
    refuse_unless(row, *CAN_ACTIVATE)
    over = row.until is None or row.until <= actor.now
    refuse_if(over, "The horizon of these fees is over; learn new ones.", code="horizon_over")
    told = "Newer fees took over from these, which are let go; put the newer ones into force, or learn new ones."
    refuse_if(_is_superseded(row, rows), told, code="fees_gone")
    return begin_to_hold(row, rows, note=note, actor=actor)


def _is_superseded(row: ScarcityRun, rows: Sequence[ScarcityRun]) -> bool:
    """Say whether a newer run took over from a renewal: then its fees go, if they have not gone yet."""
    newer = (one for one in rows if one.pk > row.pk and one.takes_over and one.switched_at is not None)
    return row.renews and row.state == ScarcityState.OFF and any(newer)


def begin_to_hold(row: ScarcityRun, rows: Sequence[ScarcityRun], *, note: str, actor: Actor) -> ScarcityRun:
    """Put a locked run into force, and switch off the one that was, among the locked rows."""
    acts = []
    for present in rows:
        if present.state == ScarcityState.ACTIVE and present.pk != row.pk:
            present.switch_off(at=actor.now, by=actor.label[:150], why=f"Run {row.pk} took over.")
            present.save(update_fields=["state", "switched_at", "switched_by", "reason"])
            acts.append(Act("fulfillment.switch_fees_off", present, note=present.reason))
    row.activate(at=actor.now, by=actor.label[:150])
    row.save(update_fields=["state", "switched_at", "switched_by", "reason"])
    record_many(actor, [*acts, Act("fulfillment.put_fees_into_force", row, note=f"{row.told} {note}".strip())])
    return row


def let_weigh_no_more(row: ScarcityRun, *, since: ScarcityRun, actor: Actor) -> None:
    """End the fees of a locked run that is in force, since another has found nothing scarce.

    Nobody has switched it off, so that what is learned next takes over from it.
    """
    if row.until is not None and row.until > actor.now:
        row.end(at=actor.now, why=f"Run {since.pk} found nothing scarce.")
        row.save(update_fields=["until", "reason"])
        record(actor, "fulfillment.end_fees", row, note=row.reason)


@transaction.atomic
def switch_fees_off(*, run_id: int, reason: str, actor: Actor) -> ScarcityRun:
    """Let a run's fees weigh in no decision any more, from this moment; what is learned at night waits then.

    :raises Refused: when they are not in force.
    """
    row = _one(lock_scarcity_runs(), run_id)
    refuse_unless(row, *CAN_SWITCH_OFF)
    row.switch_off(at=actor.now, by=actor.label[:150], why=reason[:300])
    row.save(update_fields=["state", "switched_at", "switched_by", "reason"])
    record(actor, "fulfillment.switch_fees_off", row, note=reason)
    return row


@transaction.atomic
def cap_fees(*, run_id: int, location: str, most: str = "", reason: str = "", actor: Actor) -> ScarcityRun:
    """Cut the fees of a location to an amount, 0 for none of them; without an amount the cap is lifted.

    Runs that are learned later begin with the caps of the run in force, without one with those of the newest.

    :raises Refused: when the run has no fees. :raises NotFound: for an unknown location.
    :raises Invalid: for what is no amount.
    """
    row = _one(lock_scarcity_runs(), run_id)
    refuse_unless(row, *CAN_CAP)
    place = Location.objects.filter(code=location.strip()).first()
    if place is None:
        raise NotFound(f"There is no location “{location[:40]}”; give its code.")
    caps = {key: value for key, value in row.caps.items() if key != str(place.pk)}
    told = f"{place.code}: no cap."
    if most.strip():
        amount = parse_minor(most, row.currency)
        if amount < 0:
            raise Invalid("A cap is 0 or more.", code="bad_amount")
        caps[str(place.pk)] = amount
        told = f"{place.code}: {minor_text(amount, row.currency)} {row.currency} at most."
    row.caps = caps
    row.save(update_fields=["caps"])
    record(actor, "fulfillment.cap_fees", row, note=f"{told} {reason}".strip())
    return row


def _one(rows: Sequence[ScarcityRun], pk: int) -> ScarcityRun:
    """Return the locked run with an id, or that run as it is when it has no fees to lock."""
    row = next((one for one in rows if one.pk == pk), None) or ScarcityRun.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such run of scarcity fees.")
    return row
