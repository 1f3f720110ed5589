"""The relay: takes facts from the outbox in the order of their streams and brings them to their handlers."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from oms.foundation.actor import Actor
from oms.foundation.claims import MAX_ATTEMPTS, backoff, claim, error_text
from oms.foundation.facts import FLOW, SUBSCRIPTIONS, Subscription, fact_of
from oms.foundation.models import HandledEvent, OutboxEvent
from oms.foundation.models.queue import WAITING, DeliveryState
from oms.foundation.work import drainer, next_due_of, periodic, run_due_jobs

logger = logging.getLogger(__name__)
IS_WAITING = Q(state__in=WAITING)


@drainer(FLOW, next_due=next_due_of(OutboxEvent, IS_WAITING))
def relay(actor: Actor, limit: int) -> int:
    """Deliver a batch of facts, at most the first waiting one of each stream; return how many were taken."""
    events = claim(_stream_heads(), now=actor.now, limit=limit)
    by_kind: dict[str, list[OutboxEvent]] = defaultdict(list)
    for event in events:
        by_kind[event.kind].append(event)
    for kind, group in by_kind.items():
        failed = _deliver_kind(SUBSCRIPTIONS[kind], group, actor)
        _finish([event for event in group if event.pk not in failed], actor.now)
        for event in group:
            if event.pk in failed:
                _postpone(event, failed[event.pk], actor.now)
    return len(events)


def _stream_heads() -> "models.QuerySet[OutboxEvent]":
    """Return waiting facts with no earlier waiting fact in their stream."""
    earlier = OutboxEvent.objects.filter(IS_WAITING, stream=OuterRef("stream"), pk__lt=OuterRef("pk"))
    return OutboxEvent.objects.filter(IS_WAITING).filter(~Exists(earlier))


def _deliver_kind(
    subscriptions: Sequence[Subscription], events: list[OutboxEvent], actor: Actor
) -> dict[int, BaseException]:
    """Bring facts of one kind to each handler; return the errors by event id."""
    failed: dict[int, BaseException] = {}
    for subscription in subscriptions:
        waiting = [event for event in events if event.pk not in failed]
        try:
            _deliver(subscription, waiting, actor)
        except Exception as error:  # the relay's edge: a poison fact must not stop the others
            if len(waiting) == 1:
                failed[waiting[0].pk] = error
                logger.exception("handler %s failed for fact %s", subscription.name, waiting[0].pk)
                continue
            failed.update(_deliver_singly(subscription, waiting, actor))
    return failed


def _deliver_singly(
    subscription: Subscription, events: list[OutboxEvent], actor: Actor
) -> dict[int, BaseException]:
    """Bring facts one by one after a batch failed, so that only the poison one stays behind."""
    failed: dict[int, BaseException] = {}
    for event in events:
        try:
            _deliver(subscription, [event], actor)
        except Exception as error:  # the relay's edge
            logger.exception("handler %s failed for fact %s", subscription.name, event.pk)
            failed[event.pk] = error
    return failed


@transaction.atomic
def _deliver(subscription: Subscription, events: list[OutboxEvent], actor: Actor) -> None:
    """Run one handler for the facts it has not handled, with its marks in the same transaction."""
    done = set(
        HandledEvent.objects.filter(event__in=[e.pk for e in events], handler=subscription.name).values_list(
            "event_id", flat=True
        )
    )
    fresh = [event for event in events if event.pk not in done]
    if not fresh:
        return
    HandledEvent.objects.bulk_create(
        [HandledEvent(event=event, handler=subscription.name, handled_at=actor.now) for event in fresh]
    )
    subscription.handle([fact_of(event) for event in fresh], actor)


def _finish(events: list[OutboxEvent], now: datetime) -> None:
    """Mark facts as delivered to every handler, if the lease is still ours."""
    if events:
        OutboxEvent.objects.filter(pk__in=[e.pk for e in events], lease_token=events[0].lease_token).update(
            state=DeliveryState.DONE, done_at=now, lease_until=None, last_error=""
        )


def _postpone(event: OutboxEvent, error: BaseException, now: datetime) -> None:
    """Put a fact back for a later try, or declare it dead after the last one."""
    dead = event.attempts >= MAX_ATTEMPTS
    OutboxEvent.objects.filter(pk=event.pk, lease_token=event.lease_token).update(
        state=DeliveryState.DEAD if dead else DeliveryState.RETRY_WAIT,
        next_try_at=now + backoff(event.attempts),
        lease_until=None,
        last_error=error_text(error),
    )


def replay(event_ids: Sequence[int], *, actor: Actor) -> int:
    """Give dead facts a new life, and return how many there were."""
    return OutboxEvent.objects.filter(pk__in=list(event_ids), state=DeliveryState.DEAD).update(
        state=DeliveryState.RETRY_WAIT, next_try_at=actor.now, lease_until=None, attempts=F("attempts") * 0
    )


def _jobs_due() -> datetime | None:
    """Return when the next job of the clock is due; the scheduler alone waits for it."""
    return None


@drainer("bulk", next_due=_jobs_due)
def run_jobs(actor: Actor, limit: int) -> int:
    """Run the jobs of the clock that are due; they never keep a worker from being idle."""
    run_due_jobs(actor)
    return 0


@periodic("forget_old_facts", seconds=86_400)
def forget_old_facts(actor: Actor) -> str:
    """Delete delivered facts and answered messages after thirty days, idempotency keys after seven."""
    from oms.foundation.retention import forget

    return forget(actor.now)
