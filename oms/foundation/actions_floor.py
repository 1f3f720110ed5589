"""The floor's own actions: dead facts and messages get a new life."""

from typing import Any

from oms.foundation import inbox, relay
from oms.foundation.actions import Action, Condition, register
from oms.foundation.actor import Actor
from oms.foundation.models import InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState

IS_DEAD = Condition(
    "is_dead", lambda row: None if row.state == DeliveryState.DEAD else "It is not dead: it needs no replay."
)
WHY = "a fact is delivered again at most; handlers that had their effect are skipped"


def replay_fact(*, event_id: int, actor: Actor) -> Any:
    """Deliver a dead fact again to the handlers that have not handled it."""
    return relay.replay([event_id], actor=actor)


def replay_message(*, message_id: int, actor: Actor) -> Any:
    """Work a dead message again."""
    return inbox.replay([message_id], actor=actor)


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
