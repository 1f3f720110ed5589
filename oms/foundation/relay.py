"""The relay: takes facts from the outbox in the order of their streams and brings them to their handlers."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.claims import FEW, MAX_ATTEMPTS, backoff, claim, due, error_text, is_suspect, worn_out
from oms.foundation.facts import FLOW, SUBSCRIPTIONS, Subscription, fact_of
from oms.foundation.inserts import insert_new
from oms.foundation.models import HandledEvent, OutboxEvent
from oms.foundation.models.queue import WAITING, DeliveryState
from oms.foundation.work import drainer, periodic, ring, run_due_jobs

logger = logging.getLogger(__name__)
IS_WAITING = Q(state__in=WAITING)
Failures = dict[str, tuple[OutboxEvent, Exception]]


class WorkerDied(Exception):
    """A fact was taken again and again by workers that died with it."""


def next_fact_due() -> datetime | None:
    """Return when the next fact can be taken: what waits behind another fact of its stream does not count."""
    now = timezone.now()
    first = takeable(now).order_by("id").values_list("next_try_at", flat=True).first()
    if first is not None:
        return first
    leased = OutboxEvent.objects.filter(lease_until__gt=now).aggregate(at=Min("lease_until"))["at"]
    later = OutboxEvent.objects.filter(IS_WAITING, next_try_at__gt=now).aggregate(at=Min("next_try_at"))["at"]
    return min((moment for moment in (leased, later) if moment is not None), default=None)


def takeable(now: datetime) -> "models.QuerySet[OutboxEvent]":
    """Return the facts that are due in streams of which no fact is held by a worker or waits for a later try."""
    held = OutboxEvent.objects.filter(lease_until__gt=now).values("stream")
    later = OutboxEvent.objects.filter(IS_WAITING, next_try_at__gt=now).values("stream")
    return OutboxEvent.objects.filter(IS_WAITING, due(now)).exclude(stream__in=held).exclude(stream__in=later)


@drainer(FLOW, next_due=next_fact_due, due=takeable)
def relay(actor: Actor, limit: int) -> int:
    """Deliver a batch of facts, in order within each stream; return how many were taken."""
    events = claim(takeable(actor.now), now=actor.now, limit=limit, choose=_heads_after_crash, in_turn=True)
    streams: dict[str, list[OutboxEvent]] = defaultdict(list)
    for event in events:
        if worn_out(event):
            _postpone(event, WorkerDied("its workers died with it"), actor.now)
        else:
            streams[event.stream].append(event)
    while streams:
        streams = _deliver_wave(streams, actor)
    return len(events)


def _heads_after_crash(events: list[OutboxEvent]) -> list[OutboxEvent]:
    """Return the first facts of a few streams whose worker died, of one when that was the second time; or all facts."""
    crashed = {event.stream for event in events if event.lease_until is not None}
    heads: dict[str, OutboxEvent] = {}
    for event in events:
        if event.stream in crashed:
            heads.setdefault(event.stream, event)
    return [event for event in heads.values() if is_suspect(event)][:1] or list(heads.values())[:FEW] or events


def _deliver_wave(streams: dict[str, list[OutboxEvent]], actor: Actor) -> dict[str, list[OutboxEvent]]:
    """Deliver the facts of one kind that each stream begins with, and return what is left of the streams."""
    by_kind: dict[str, list[OutboxEvent]] = defaultdict(list)
    for events in streams.values():
        by_kind[events[0].kind] += takewhile(lambda event, kind=events[0].kind: event.kind == kind, events)  # type: ignore[misc]
    delivered: set[int] = set()
    stopped: set[str] = set()
    for kind, events in by_kind.items():
        failed = _deliver_kind(SUBSCRIPTIONS.get(kind, ()), events, actor)
        done = [event for event in events if event.stream not in failed or event.pk < failed[event.stream][0].pk]
        _finish(done, actor.now)
        for event, error in failed.values():
            _postpone(event, error, actor.now)
        delivered.update(event.pk for event in done)
        stopped.update(failed)
    left = {stream: [one for one in events if one.pk not in delivered] for stream, events in streams.items()}
    _give_back([event for stream in stopped for event in left[stream][1:]])
    return {stream: events for stream, events in left.items() if events and stream not in stopped}


def _deliver_kind(subscriptions: Sequence[Subscription], events: list[OutboxEvent], actor: Actor) -> Failures:
    """Bring facts of one kind to each handler; return the first failure of each stream."""
    failed: Failures = {}
    for subscription in subscriptions:
        for stream, failure in _deliver_halves(subscription, events, actor).items():
            if stream not in failed or failure[0].pk < failed[stream][0].pk:
                failed[stream] = failure
    return failed


def _deliver_halves(subscription: Subscription, events: list[OutboxEvent], actor: Actor) -> Failures:
    """Bring facts to one handler; when that fails, each half by itself, so that only the poison one stays behind."""
    if not events:
        return {}
    try:
        _deliver(subscription, events, actor)
    except Exception as error:  # the relay's edge: a poison fact must not stop the others
        if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
            raise
        if len(events) == 1:
            logger.exception("handler %s failed for fact %s", subscription.name, events[0].pk)
            return {events[0].stream: (events[0], error)}
    else:
        return {}
    middle = len(events) // 2
    failed = _deliver_halves(subscription, events[:middle], actor)
    rest = [event for event in events[middle:] if event.stream not in failed]
    return failed | _deliver_halves(subscription, rest, actor)


@transaction.atomic
def _deliver(subscription: Subscription, events: list[OutboxEvent], actor: Actor) -> None:
    """Run one handler for the facts it has not handled, with its marks in the same transaction."""
    marks = [HandledEvent(event=event, handler=subscription.name, handled_at=actor.now) for event in events]
    new = {mark.event_id for mark in insert_new(marks, mark="event_id")}
    fresh = [event for event in events if event.pk in new]
    if fresh:
        subscription.handle([fact_of(event) for event in fresh], actor)


def _finish(events: list[OutboxEvent], now: datetime) -> None:
    """Mark facts as delivered to every handler, if the lease is still ours."""
    if events:
        OutboxEvent.objects.filter(pk__in=[e.pk for e in events], lease_token=events[0].lease_token).update(
            state=DeliveryState.DONE, done_at=now, lease_until=None, last_error=""
        )


def _give_back(events: list[OutboxEvent]) -> None:
    """Let go of facts that were taken but not tried, because an earlier one of their stream failed."""
    if events:
        OutboxEvent.objects.filter(pk__in=[e.pk for e in events], lease_token=events[0].lease_token).update(
            lease_until=None, attempts=F("attempts") - 1
        )


def _postpone(event: OutboxEvent, error: BaseException, now: datetime) -> None:
    """Put a fact back for a later try, or declare it dead after the last one."""
    dead = event.attempts >= MAX_ATTEMPTS or worn_out(event)
    OutboxEvent.objects.filter(pk=event.pk, lease_token=event.lease_token).update(
        state=DeliveryState.DEAD if dead else DeliveryState.RETRY_WAIT,
        next_try_at=now + backoff(event.attempts),
        lease_until=None,
        last_error=error_text(error),
    )


def replay(event_ids: Sequence[int], *, actor: Actor) -> int:
    """Give dead facts a new life, wake a worker, and return how many there were."""
    ring(FLOW)
    return OutboxEvent.objects.filter(pk__in=list(event_ids), state=DeliveryState.DEAD).update(
        state=DeliveryState.RETRY_WAIT, next_try_at=actor.now, lease_until=None, attempts=0, crashes=0
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
