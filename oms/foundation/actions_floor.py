"""The floor's own actions: dead facts and messages get a new life."""

from django.db import transaction

from oms.foundation import inbox, relay
from oms.foundation.actions import Action, Condition, refuse_unless, register
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.locks import lock_row
from oms.foundation.models import InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState

IS_DEAD = Condition(
    "is_dead", lambda row: None if row.state == DeliveryState.DEAD else "It is not dead: it needs no replay."
)
WHY = "a fact is delivered again at most; handlers that had their effect are skipped"


@transaction.atomic
def replay_fact(*, event_id: int, actor: Actor) -> OutboxEvent:
    """Deliver a dead fact again to the handlers that have not handled it; raises :class:`Refused` while it lives."""
    event = lock_row(OutboxEvent, event_id)
    refuse_unless(event, IS_DEAD)
    relay.replay([event_id], actor=actor)
    record(actor, "outbox.replayed", event)
    return event


@transaction.atomic
def replay_message(*, message_id: int, actor: Actor) -> InboxMessage:
    """Work a dead message again; raises :class:`Refused` while it lives."""
    message = lock_row(InboxMessage, message_id)
    refuse_unless(message, IS_DEAD)
    inbox.replay([message_id], actor=actor)
    record(actor, "inbox.replayed", message)
    return message


register(
    Action(
        model=OutboxEvent,
        name="replay",
        label="Replay",
        permission="foundation.change_outboxevent",
        service=replay_fact,
        subject="event_id",
        conditions=(IS_DEAD,),
        irreversible=WHY,
        icon="replay",
    ),
    Action(
        model=InboxMessage,
        name="replay",
        label="Replay",
        permission="foundation.change_inboxmessage",
        service=replay_message,
        subject="message_id",
        conditions=(IS_DEAD,),
        irreversible=WHY,
        icon="replay",
    ),
)
