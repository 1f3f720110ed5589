"""Asking gateways: due intents are claimed, asked outside any transaction, and settled together."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import IntegrityError
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from oms.foundation.actor import Actor
from oms.foundation.claims import claim, error_text, worn_out
from oms.foundation.inbox import Ignored, NotYet
from oms.foundation.models import InboxMessage
from orders.models import Payment, PaymentEvent
from orders.payments.gateway import UNKNOWN, Answer, AnswerLost, Ask, PaymentGateway, UnreadableEvent
from orders.payments.registry import gateway_of
from orders.services.settlement import WAITING_CODE, WORN_OUT_CODE, settle
from orders.states import OPEN_OUTCOMES, EventKind, Outcome

UNSETTLED = (IntegrityError, TransitionNotAllowed, ConcurrentTransition)
RETRY = timedelta(minutes=10)
logger = logging.getLogger(__name__)
ASKERS: dict[str, Callable[[PaymentGateway, Ask], Answer]] = {
    EventKind.AUTHORIZE: lambda gateway, ask: gateway.authorize(ask),
    EventKind.CAPTURE: lambda gateway, ask: gateway.capture(ask),
    EventKind.VOID: lambda gateway, ask: gateway.void(ask),
    EventKind.REFUND: lambda gateway, ask: gateway.refund(ask),
}


def ask_gateways(actor: Actor, limit: int) -> int:
    """Claim due intents, ask their gateways, settle the answers; return how many were claimed.

    What cannot be asked within half a lease is put back, so that a slow gateway is never asked twice at once. What no
    worker has outlasted is left to a person, and its gateway alone.
    """
    events = claim(PaymentEvent.objects.filter(outcome__in=OPEN_OUTCOMES), now=actor.now, limit=limit)
    payments = Payment.objects.in_bulk({event.payment_id for event in events})
    ends = monotonic() + settings.LEASE_SECONDS / 2
    answers: dict[int, Answer] = {}
    for event in events:
        if monotonic() > ends:
            break
        if worn_out(event):
            answers[event.pk] = Answer(outcome=UNKNOWN, code=WORN_OUT_CODE)
        else:
            answers[event.pk] = _ask(event, payments[event.payment_id], actor)
    _settle(answers, actor)
    _put_back([event for event in events if event.pk not in answers], actor)
    return len(events)


def _settle(answers: Mapping[int, Answer], actor: Actor) -> None:
    """Settle the answers together; when one of them cannot be settled, one by one, so that it stops no other."""
    try:
        settle(answers=answers, actor=actor)
    except UNSETTLED:
        for event_id, answer in answers.items():
            _settle_alone(event_id, answer, actor)


def _settle_alone(event_id: int, answer: Answer, actor: Actor) -> None:
    """Settle one answer, or leave it for a later try with the error on the intent."""
    try:
        settle(answers={event_id: answer}, actor=actor)
    except UNSETTLED as error:
        logger.exception("the answer to intent %s cannot be settled", event_id)
        row = PaymentEvent.objects.filter(pk=event_id, outcome__in=OPEN_OUTCOMES)
        row.update(lease_until=None, next_try_at=actor.now + RETRY, last_error=error_text(error))


def _ask(event: PaymentEvent, payment: Payment, actor: Actor) -> Answer:
    """Return the gateway's answer; one asked before is looked up by its key and sent again only if never seen.

    Whatever goes wrong on the way leaves the outcome unknown.
    """
    ask = Ask(
        key=event.key,
        kind=event.kind,
        amount=event.amount,
        currency=event.currency,
        token=payment.token,
        parent=payment.reference,
        now=actor.now,
    )
    try:
        gateway = gateway_of(event.gateway)
        known = gateway.find_by_key(ask) if _was_sent(event) else None
        return known or ASKERS[event.kind](gateway, ask)
    except (AnswerLost, LookupError, ValueError, OSError) as lost:
        return Answer(outcome=UNKNOWN, message=error_text(lost))


def _was_sent(event: PaymentEvent) -> bool:
    """Return whether an earlier worker may have sent the intent."""
    return event.attempts > 1 or event.outcome == Outcome.UNKNOWN or event.code == WAITING_CODE


def _put_back(events: Sequence[PaymentEvent], actor: Actor) -> None:
    """Free intents that were claimed and not asked."""
    if events:
        rows = PaymentEvent.objects.filter(
            pk__in=[event.pk for event in events], lease_token=events[0].lease_token, outcome__in=OPEN_OUTCOMES
        )
        rows.update(lease_until=None, next_try_at=actor.now + timedelta(seconds=1))


def hear_event(gateway_code: str, message: InboxMessage, actor: Actor) -> None:
    """Settle what a gateway's message tells of one of our intents.

    :raises Ignored: for a message that cannot be read or an intent long settled.
    :raises NotYet: for a key that is not ours yet; after the last try it stays dead, for a person to look at.
    """
    try:
        told = gateway_of(gateway_code).parse_event(bytes(message.body))
    except UnreadableEvent as error:
        raise Ignored(str(error)) from None
    intent = PaymentEvent.objects.filter(gateway=gateway_code, key=told.key).values_list("pk", flat=True).first()
    if intent is None:
        raise NotYet(f"no intent with the key {told.key}")
    settle(answers={intent: told.answer}, actor=actor)
