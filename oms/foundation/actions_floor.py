"""The floor's own actions: dead facts and messages get a new life, and people who lost their second factor get in."""

from django.contrib.auth.models import User
from django.db import transaction

from oms.foundation import inbox, relay
from oms.foundation.actions import Action, Condition, refuse_unless, register
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.locks import lock_row
from oms.foundation.logins.factor import factor_of, forget_factor
from oms.foundation.models import InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState

IS_DEAD = Condition(
    "is_dead", lambda row: None if row.state == DeliveryState.DEAD else "It is not dead: it needs no replay."
)
HAS_FACTOR = Condition("has_factor", lambda user: None if factor_of(user) else "No second factor is set up.")
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
    Action(
        model=User,
        name="forget_factor",
        label="Forget the second factor",
        permission="auth.change_user",
        service=forget_factor,
        subject="user_id",
        conditions=(HAS_FACTOR,),
        irreversible="the app's key is gone; the person sets up a new one",
        help="For somebody who lost the telephone and the recovery codes: make sure that it is them who ask.",
        danger=True,
        bulk=False,
        icon="phonelink_erase",
    ),
)
