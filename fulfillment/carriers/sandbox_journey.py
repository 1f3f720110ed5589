"""The sandbox's parcels under way: its scanner tells what happened, sometimes twice and out of order."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from fulfillment.carriers.sandbox import CODE, event_body, misbehaves, take_step
from fulfillment.models import SandboxParcel
from oms.foundation.actor import Actor
from oms.foundation.inbox import receive
from oms.foundation.work import drainer

SOURCE = "carrier:sandbox"
KIND = "carrier_event"


def _next_step() -> datetime | None:
    """Return when the next parcel is scanned."""
    moment: datetime | None = SandboxParcel.objects.aggregate(at=Min("event_due_at"))["at"]
    return moment


@drainer("carriers", next_due=_next_step)
def move_parcels(actor: Actor, limit: int) -> int:
    """Scan every parcel whose time has come and send the message to our own inbox."""
    due = list(SandboxParcel.objects.filter(event_due_at__lte=actor.now).order_by("event_due_at", "pk")[:limit])
    for row in due:
        with transaction.atomic():
            step = take_step(row, now=actor.now)
            if step is not None:
                _send(row, step, actor)
    return len(due)


def _send(row: SandboxParcel, step: int, actor: Actor) -> None:
    """Send the message about a step; told to misbehave, it comes twice, or after the next one."""
    steps = [step]
    if misbehaves("out_of_order"):
        steps = [step + 1, step] if step + 1 < 4 else [step]
    if misbehaves("duplicate"):
        steps += steps
    for position, one in enumerate(steps):
        again = f":{position}" if steps.index(one) != position else ""
        receive(
            source=SOURCE,
            kind=KIND,
            account=CODE,
            message_id=f"{row.tracking_number}-{one + 1}{again}",
            body=event_body(row, one, actor.now),
            headers={},
            actor=actor,
        )
