"""The sandbox gateway's messenger: sends what became of charges to our inbound door, sometimes more than once."""

from datetime import datetime

from django.db.models import Min, QuerySet

from oms.foundation.actor import Actor
from oms.foundation.inbox import receive
from orders.models import SandboxCharge
from orders.payments.gateway import OK, PENDING
from orders.payments.sandbox import event_body

SOURCE, KIND = "sandbox", "sandbox_gateway"


def next_event_due() -> datetime | None:
    """Return when the sandbox wants to send its next event."""
    due: datetime | None = SandboxCharge.objects.exclude(event_due_at=None).aggregate(at=Min("event_due_at"))["at"]
    return due


def due_events(now: datetime) -> "QuerySet[SandboxCharge]":
    """Return the charges of which an event is to be sent."""
    return SandboxCharge.objects.filter(event_due_at__lte=now)


def send_events(actor: Actor, limit: int) -> int:
    """Send the events that are due, each as often as the charge's token demands; return how many charges there were."""
    due = due_events(actor.now).order_by("event_due_at", "pk")
    charges = list(due[:limit])
    for charge in charges:
        if charge.status == PENDING:
            charge.status = OK
        for number in range(max(1, charge.events_left)):
            _send(charge, number, actor)
        SandboxCharge.objects.filter(pk=charge.pk).update(status=charge.status, event_due_at=None, events_left=0)
    return len(charges)


def _send(charge: SandboxCharge, number: int, actor: Actor) -> None:
    """Deliver one event; the first repeat carries the same id, a later one an id of its own."""
    receive(
        source=SOURCE,
        kind=KIND,
        account=SOURCE,
        message_id=f"{charge.transaction_id}:{max(1, number)}",
        body=event_body(charge),
        headers={"content-type": "application/json"},
        actor=actor,
    )
