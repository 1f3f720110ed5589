"""The inbox: a message from outside is stored raw, answered, and worked from its row; repeats have no second effect."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, error_text, still_ours, worn_out
from oms.foundation.inserts import insert_new
from oms.foundation.models import InboxMessage
from oms.foundation.models.queue import WAITING, DeliveryState
from oms.foundation.questions import next_due_of
from oms.foundation.work import drainer, ring

logger = logging.getLogger(__name__)
Consumer = Callable[[InboxMessage, Actor], None]
Outcomes = Mapping[int, Exception]
BatchConsumer = Callable[[Sequence[InboxMessage], Actor], Outcomes]
CONSUMERS: dict[str, Consumer] = {}
BATCH_CONSUMERS: dict[str, BatchConsumer] = {}
IS_WAITING = Q(state__in=WAITING)


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who may post to the door for messages: how they sign, with which secrets, and whose they are."""

    code: str
    adapter: str
    secrets: Sequence[str]
    source: str
    id: str


SENDERS: list[Callable[[str], Sender | None]] = []


def knows_senders(function: Callable[[str], Sender | None]) -> Callable[[str], Sender | None]:
    """Register a function that finds a sender by the code in the address."""
    if function not in SENDERS:
        SENDERS.append(function)
    return function


def sender_named(code: str) -> Sender | None:
    """Return who posts under a code, None for nobody."""
    return next((found for find in SENDERS if (found := find(code)) is not None), None)


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


def consumes_many(kind: str) -> Callable[[BatchConsumer], BatchConsumer]:
    """Register the function of (messages, actor) that works messages of one kind and account in one transaction.

    It returns :class:`Ignored` or :class:`NotYet` by id for messages on which it did nothing. When it raises, nothing
    of the batch has happened and its halves are tried, so that a poison message holds up no other.
    """

    def register(function: BatchConsumer) -> BatchConsumer:
        """Remember the consumer of the kind."""
        BATCH_CONSUMERS[kind] = function
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
    return bool(receive_all([message]))


def receive_all(messages: Sequence[InboxMessage]) -> list[InboxMessage]:
    """Store messages of one source, each once by its id, wake a worker, and return those that were new."""
    with transaction.atomic():
        new = insert_new(messages, mark="message_id") if messages else []
        if new:
            ring("channels")
    return new


@drainer("channels", next_due=next_due_of(InboxMessage, IS_WAITING))
def work_inbox(actor: Actor, limit: int) -> int:
    """Work off a batch of stored messages: each in a transaction of its own, or many where their kind allows it."""
    messages = claim(InboxMessage.objects.filter(IS_WAITING), now=actor.now, limit=limit)
    for message in messages:
        if worn_out(message):
            _postpone(message, WorkerDied("its workers died with it"), actor)
    for batch in _batches(message for message in messages if not worn_out(message)):
        _work(batch, actor)
    return len(messages)


def _batches(messages: Iterable[InboxMessage]) -> Iterable[list[InboxMessage]]:
    """Yield what is worked in one transaction, oldest first; a later message never overtakes one of another kind."""
    for (kind, _), group in groupby(messages, key=lambda one: (one.kind, one.account)):
        if kind in BATCH_CONSUMERS:
            yield list(group)
        else:
            yield from ([message] for message in group)


def _work(messages: list[InboxMessage], actor: Actor) -> None:
    """Let the kind's consumer have its effect and mark the messages in the same transaction; halve what fails."""
    try:
        with transaction.atomic():
            if not still_ours(*messages):
                raise LeaseLost
            outcomes = _consume(messages, actor)
            for message in messages:
                if message.pk in outcomes:
                    _settle(message, outcomes[message.pk], actor)
            _mark([one for one in messages if one.pk not in outcomes], DeliveryState.DONE, actor)
    except (Ignored, NotYet, LeaseLost) as why:
        _work_apart(messages, why, actor)
    except Exception as error:  # the worker's edge: a poison message must not stop the others
        logger.exception("%s messages of %s failed, the first is %s", len(messages), messages[0].source, messages[0].pk)
        _work_apart(messages, error, actor)


def _work_apart(messages: list[InboxMessage], why: Exception, actor: Actor) -> None:
    """Work the halves of a batch of which nothing has happened; write down why a single message is not done."""
    if len(messages) == 1:
        _settle(messages[0], why, actor)
        return
    middle = len(messages) // 2
    _work(messages[:middle], actor)
    _work(messages[middle:], actor)


def _consume(messages: list[InboxMessage], actor: Actor) -> Outcomes:
    """Let the consumer work, and return why some of the messages are not done."""
    kind = messages[0].kind
    if kind in BATCH_CONSUMERS:
        return BATCH_CONSUMERS[kind](messages, actor)
    if kind not in CONSUMERS:
        raise Ignored(f"nobody consumes {kind}")
    CONSUMERS[kind](messages[0], actor)
    return {}


def _settle(message: InboxMessage, why: Exception, actor: Actor) -> None:
    """Write down why a message is not done, or try it again later."""
    if isinstance(why, Ignored):
        _mark([message], DeliveryState.IGNORED, actor, str(why))
    elif isinstance(why, LeaseLost):
        logger.warning("message %s was taken over by another worker", message.pk)
    else:
        _postpone(message, why, actor)


def _mark(messages: list[InboxMessage], state: DeliveryState, actor: Actor, note: str = "") -> None:
    """End messages of one claim whose lease is still ours."""
    if not messages:
        return
    ids, token = [message.pk for message in messages], messages[0].lease_token
    InboxMessage.objects.filter(pk__in=ids, lease_token=token).update(
        state=state, done_at=actor.now, lease_until=None, last_error=note[:500]
    )


def _postpone(message: InboxMessage, error: BaseException, actor: Actor) -> None:
    """Put a message back for a later try, or declare it dead after the last one."""
    dead = message.attempts >= MAX_ATTEMPTS or worn_out(message)
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
        state=DeliveryState.RETRY_WAIT, next_try_at=actor.now, lease_until=None, attempts=0, crashes=0
    )
