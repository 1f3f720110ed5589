"""Looking after parcels at risk: who was told, who was asked, and what is put off; each of it can be taken back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from fulfillment.locks_parcels import lock_risk
from fulfillment.models import ParcelRisk
from fulfillment.states_parcels import RiskLevel
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid, Reason


def _at_risk(row: ParcelRisk) -> str | None:
    """Say that nothing is wrong any more."""
    return None if row.level != RiskLevel.NONE else f"Parcel {row} is at risk no more; there is nothing to do."


def _is(name: str, sentence: str) -> Condition:
    """Return the condition that something was done about a parcel."""
    return Condition(f"{name}_not", lambda row: None if getattr(row, name) else sentence)


def _is_not(name: str, sentence: str) -> Condition:
    """Return the condition that something was not done about a parcel yet."""
    return Condition(f"{name}_already", lambda row: sentence if getattr(row, name) else None)


AT_RISK = Condition("not_at_risk", _at_risk)
TOLD = _is("told_at", "Nobody has noted that the customer was told.")
NOT_TOLD = _is_not("told_at", "The customer was told already.")
ASKED = _is("asked_at", "Nobody has noted that the carrier was asked.")
NOT_ASKED = _is_not("asked_at", "The carrier was asked already.")
SNOOZED = _is("snoozed_until", "It is not put off.")
NOT_SNOOZED = _is_not("snoozed_until", "It is put off already; look at it again first.")
CAN_TELL, CAN_UNTELL = (AT_RISK, NOT_TOLD), (TOLD,)
CAN_ASK, CAN_UNASK = (AT_RISK, NOT_ASKED), (ASKED,)
CAN_SNOOZE, CAN_WAKE = (AT_RISK, NOT_SNOOZED), (SNOOZED,)


def note_told(*, risk_id: int, note: str = "", actor: Actor) -> ParcelRisk:
    """Note that somebody has told the customer."""
    return _note(risk_id, CAN_TELL, {"told_at": actor.now}, "customer_told", note, actor)


def note_untold(*, risk_id: int, note: str = "", actor: Actor) -> ParcelRisk:
    """Note that the customer was not told after all."""
    return _note(risk_id, CAN_UNTELL, {"told_at": None}, "customer_untold", note, actor)


def note_asked(*, risk_id: int, note: str = "", actor: Actor) -> ParcelRisk:
    """Note that somebody has asked the carrier."""
    return _note(risk_id, CAN_ASK, {"asked_at": actor.now}, "carrier_asked", note, actor)


def note_unasked(*, risk_id: int, note: str = "", actor: Actor) -> ParcelRisk:
    """Note that the carrier was not asked after all."""
    return _note(risk_id, CAN_UNASK, {"asked_at": None}, "carrier_unasked", note, actor)


def snooze(*, risk_id: int, until: date, note: str = "", actor: Actor) -> ParcelRisk:
    """Put a parcel off until a day; it comes back before that when its reason changes.

    :raises Invalid: for a day that is not ahead.
    """
    if until <= shop_day(actor.now):
        raise Invalid(reasons=[Reason("not_ahead", "Choose a day from tomorrow on.", "until")])
    told = f"Until {until.day} {until:%B}. {note}".strip()
    return _note(risk_id, CAN_SNOOZE, {"snoozed_until": until}, "snooze_risk", told, actor)


def wake(*, risk_id: int, note: str = "", actor: Actor) -> ParcelRisk:
    """Look at a parcel again that was put off."""
    return _note(risk_id, CAN_WAKE, {"snoozed_until": None}, "wake_risk", note, actor)


def shop_day(now: datetime) -> date:
    """Return the day that it is on the shop's clock."""
    return now.astimezone(timezone.get_current_timezone()).date()


@transaction.atomic
def _note(
    risk_id: int, conditions: tuple[Condition, ...], values: dict[str, Any], act: str, note: str, actor: Actor
) -> ParcelRisk:
    """Write down on a locked parcel's risk what a person has done about it."""
    row = lock_risk(risk_id)
    refuse_unless(row, *conditions)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    record(actor, f"fulfillment.{act}", row, note=f"{row}. {note}".strip())
    return row
