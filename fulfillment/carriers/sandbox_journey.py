"""The sandbox's parcels under way: its scanner tells what happened, sometimes twice and out of order."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, QuerySet

from fulfillment.carriers.sandbox import CODE, JOURNEY, event_body, misbehaves, take_step
from fulfillment.models import SandboxParcel
from oms.foundation.actor import Actor
from oms.foundation.inbox import receive_all
from oms.foundation.locks import lock_free
from oms.foundation.models import InboxMessage
from oms.foundation.updates import update_each
from oms.foundation.work import drainer

SOURCE = "carrier:sandbox"
KIND = "sandbox_carrier"


def _next_step() -> datetime | None:
    """Return when the next parcel is scanned."""
    moment: datetime | None = SandboxParcel.objects.aggregate(at=Min("event_due_at"))["at"]
    return moment


def _due_steps(now: datetime) -> "QuerySet[SandboxParcel]":
    """Return the parcels whose time has come."""
    return SandboxParcel.objects.filter(event_due_at__lte=now)


@drainer("carriers", next_due=_next_step, due=_due_steps)
def move_parcels(actor: Actor, limit: int) -> int:
    """Scan every parcel whose time has come and send the message to our own inbox."""
    with transaction.atomic():
        waiting = _due_steps(actor.now).order_by("event_due_at", "pk")
        due = lock_free(waiting, limit)
        messages = [message for row in due for message in _messages(row, actor)]
        for row in due:
            take_step(row, now=actor.now)
        update_each(due, ["next_event", "event_due_at"])
        receive_all(messages)
    return len(due)


def _messages(row: SandboxParcel, actor: Actor) -> list[InboxMessage]:
    """Return the messages about the next step; told to misbehave, it comes twice, or after the one behind it."""
    steps = [row.next_event]
    if misbehaves("out_of_order") and row.next_event + 1 < len(JOURNEY):
        steps = [row.next_event + 1, row.next_event]
    if misbehaves("duplicate"):
        steps += steps
    marks = [f"{row.tracking_number}-{step + 1}" for step in steps]
    return [
        InboxMessage(
            source=SOURCE,
            kind=KIND,
            account=CODE,
            message_id=f"{mark}:{place}" if mark in marks[:place] else mark,
            body=event_body(row, step, actor.now),
            headers={},
            received_at=actor.now,
            next_try_at=actor.now,
        )
        for place, (step, mark) in enumerate(zip(steps, marks, strict=True))
    ]
