"""The inbox: a message from outside is stored raw, answered, and worked from its row; repeats have no second effect."""

import logging
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.claims import CRASH, MAX_ATTEMPTS, backoff, claim, error_text, still_ours, worn_out
from oms.foundation.inserts import insert_new
from oms.foundation.models import InboxMessage
from oms.foundation.models.queue import WAITING, DeliveryState
from oms.foundation.work import drainer, next_due_of, ring

logger = logging.getLogger(__name__)
Consumer = Callable[[InboxMessage, Actor], None]
CONSUMERS: dict[str, Consumer] = {}
IS_WAITING = Q(state__in=WAITING)


class Ignored(Exception):
    """The message is understood and has no meaning for us; it is kept and marked as ignored."""


class LeaseLost(Exception):
    """Another worker has taken the message over meanwhile; what was done here is taken back."""


class WorkerDied(Exception):
    """The message was taken again and again by workers that died with it."""


class NotYet(Exception):
    """The message speaks of something that has not arrived; it is tried again later."""


def consumes(kind: str) -> Callable[[Consumer], Consumer]:
    """Register the function of (message, actor) that works a kind of message, in one transaction."""

    def register(function: Consumer) -> Consumer:
        """Remember the consumer of the kind."""
        CONSUMERS[kind] = function
        return function

    return register


def receive(
    *, source: str, kind: str, account: str, message_id: str, body: bytes, headers: Mapping[str, str], actor: Actor
) -> bool:
    """Store a message once, by source and id, and wake a worker; return whether it was new."""
    message = InboxMessage(
        source=source,
        kind=kind,
        account=account,
        message_id=message_id,
        body=body,
        headers=dict(headers),
        received_at=actor.now,
        next_try_at=actor.now,
    )
    with transaction.atomic():
        is_new = bool(insert_new([message], mark="message_id"))
        if is_new:
            ring("channels")
    return is_new


@drainer("channels", next_due=next_due_of(InboxMessage, IS_WAITING))
def work_inbox(actor: Actor, limit: int) -> int:
    """Work off a batch of stored messages, each in a transaction of its own."""
    messages = claim(InboxMessage.objects.filter(IS_WAITING), now=actor.now, limit=limit, crash=CRASH)
    for message in messages:
        if worn_out(message):
            _postpone(message, WorkerDied("its workers died with it"), actor)
        else:
            _work(message, actor)
    return len(messages)


def _work(message: InboxMessage, actor: Actor) -> None:
    """Let the kind's consumer have its effect and mark the message in the same transaction."""
    try:
        with transaction.atomic():
            if not still_ours(message):
                raise LeaseLost
            consumer = CONSUMERS.get(message.kind)
            if consumer is None:
                raise Ignored(f"nobody consumes {message.kind}")
            consumer(message, actor)
            _mark(message, DeliveryState.DONE, actor)
    except Ignored as why:
        _mark(message, DeliveryState.IGNORED, actor, str(why))
    except NotYet as why:
        _postpone(message, why, actor)
    except LeaseLost:
        logger.warning("message %s was taken over by another worker", message.pk)
    except Exception as error:  # the worker's edge: a poison message must not stop the others
        logger.exception("message %s of %s failed", message.pk, message.source)
        _postpone(message, error, actor)


def _mark(message: InboxMessage, state: DeliveryState, actor: Actor, note: str = "") -> None:
    """End a message, if the lease is still ours."""
    InboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token).update(
        state=state, done_at=actor.now, lease_until=None, last_error=note[:500]
    )


def _postpone(message: InboxMessage, error: BaseException, actor: Actor) -> None:
    """Put a message back for a later try, or declare it dead after the last one."""
    dead = message.attempts >= MAX_ATTEMPTS
    InboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token).update(
        state=DeliveryState.DEAD if dead else DeliveryState.RETRY_WAIT,
        next_try_at=actor.now + backoff(message.attempts),
        lease_until=None,
        last_error=error_text(error),
    )


def replay(message_ids: list[int], *, actor: Actor) -> int:
    """Give dead messages a new life, wake a worker, and return how many there were."""
    ring("channels")
    return InboxMessage.objects.filter(pk__in=message_ids, state=DeliveryState.DEAD).update(
        state=DeliveryState.RETRY_WAIT, next_try_at=actor.now, lease_until=None, attempts=0
    )
