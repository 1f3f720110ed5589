"""The acts on parcels at risk."""

from collections.abc import Callable
from functools import partial

from django import forms as django_forms

from fulfillment import forms
from fulfillment.models import ParcelRisk
from fulfillment.services import at_risk
from fulfillment.states_parcels import RiskLevel
from oms.foundation.actions import Action, register


class Until(forms.Note):
    """Until when, and why."""

    until = django_forms.DateField(
        label="Put off until", widget=django_forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ["until", "note"]


act = partial(Action, model=ParcelRisk, subject="risk_id", permission="fulfillment.handle_parcelrisk", form=forms.Note)


def open_without(name: str) -> Callable[[ParcelRisk], bool]:
    """Return a function that tells whether a parcel is at risk and something was not done about it yet."""
    return lambda row: row.level != RiskLevel.NONE and getattr(row, name) is None


register(
    act(
        name="note_told",
        label="Told the customer",
        service=at_risk.note_told,
        conditions=at_risk.CAN_TELL,
        inverse="note_untold",
        shown=open_without("told_at"),
        primary=True,
        icon="contact_phone",
        help="You have phoned or written. A new day is mailed by itself.",
    ),
    act(
        name="note_asked",
        label="Asked the carrier",
        service=at_risk.note_asked,
        conditions=at_risk.CAN_ASK,
        inverse="note_unasked",
        shown=open_without("asked_at"),
        primary=True,
        icon="support_agent",
        help="The carrier was asked where it is.",
    ),
    act(
        name="snooze_risk",
        label="Put off",
        service=at_risk.snooze,
        conditions=at_risk.CAN_SNOOZE,
        form=Until,
        inverse="wake_risk",
        shown=open_without("snoozed_until"),
        icon="snooze",
        help="It leaves the queue until that day, or until something else is wrong with it.",
    ),
    act(
        name="wake_risk",
        label="Look at it again",
        service=at_risk.wake,
        conditions=at_risk.CAN_WAKE,
        inverse="snooze_risk",
        shown=lambda row: row.snoozed_until is not None,
        icon="alarm",
    ),
    act(
        name="note_untold",
        label="Not told after all",
        service=at_risk.note_untold,
        conditions=at_risk.CAN_UNTELL,
        inverse="note_told",
        shown=lambda row: row.told_at is not None,
        icon="undo",
    ),
    act(
        name="note_unasked",
        label="Not asked after all",
        service=at_risk.note_unasked,
        conditions=at_risk.CAN_UNASK,
        inverse="note_asked",
        shown=lambda row: row.asked_at is not None,
        icon="undo",
    ),
)
