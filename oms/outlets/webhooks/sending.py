"""Sending webhooks: signed, at least once, with a circuit per endpoint, so that a dead target delays nobody else.

An endpoint that does not answer is left alone for a while that doubles up to an hour, and everything on its way there
waits with it. A delivery is given up a day after it was noted, or when three workers have stopped over it.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from oms.foundation.actor import Actor
from oms.foundation.claims import backoff, claim, still_ours, worn_out
from oms.foundation.http import Unreachable, call
from oms.foundation.questions import next_due_of
from oms.foundation.refusals import Invalid
from oms.foundation.signing import signed_headers
from oms.foundation.work import drainer
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from oms.outlets.models.webhooks import DeliveryState

IS_WAITING = Q(state=DeliveryState.WAITING, endpoint__is_active=True)
BATCH, LEASE_SECONDS = 20, 600
FIRST_WAIT, LONGEST_WAIT = 5, 3600
GONE, BUSY = 410, 429
NO_ANSWER = 0
WORN_OUT = "the worker stopped three times before an answer came; look into the log, then send it again"


@drainer("notifications", next_due=next_due_of(WebhookDelivery, IS_WAITING))
def send_webhooks(actor: Actor, limit: int) -> int:
    """Send a batch of waiting webhooks, endpoint by endpoint, and return how many were taken."""
    waiting = WebhookDelivery.objects.filter(IS_WAITING)
    rows = claim(waiting, now=actor.now, limit=min(limit, BATCH), lease=LEASE_SECONDS)
    by_endpoint: dict[int, list[WebhookDelivery]] = defaultdict(list)
    for row in rows:
        if worn_out(row):
            _give_up(row)
        else:
            by_endpoint[row.endpoint_id].append(row)
    endpoints = WebhookEndpoint.objects.in_bulk(list(by_endpoint))
    for pk, group in by_endpoint.items():
        _send_group(endpoints[pk], group, actor)
    return len(rows)


def _send_group(endpoint: WebhookEndpoint, rows: Sequence[WebhookDelivery], actor: Actor) -> None:
    """Send an endpoint's webhooks in their order, until one shows that it is not there."""
    for number, row in enumerate(rows):
        status, error = _post(endpoint, row, actor)
        if 200 <= status < 300:
            _delivered(endpoint, row, status, actor)
        elif status == GONE:
            _switch_off(endpoint, rows[number:], status)
            return
        elif _is_down(status):
            _pause(endpoint, row, rows[number + 1 :], status, error, actor)
            return
        else:
            _refused(row, status, error, actor)


def _is_down(status: int) -> bool:
    """Return whether an answer tells that the endpoint itself is in trouble, not this message."""
    return status in (NO_ANSWER, BUSY) or status >= 500


def _post(endpoint: WebhookEndpoint, row: WebhookDelivery, actor: Actor) -> tuple[int, str]:
    """Call the endpoint and return its status with a word about what went wrong, 0 without an answer."""
    body = json.dumps(row.payload, separators=(",", ":")).encode()
    signed = signed_headers(endpoint.secret, row.message_id, int(actor.now.timestamp()), body)
    headers = {"Content-Type": "application/json", "User-Agent": "oms", **signed}
    try:
        status, _ = call("POST", endpoint.url, body=body, headers=headers)
    except Invalid as refused:
        return NO_ANSWER, refused.sentence
    except Unreachable as error:
        return NO_ANSWER, f"no answer: {error}"
    return status, "" if 200 <= status < 300 else f"answered {status}"


@transaction.atomic
def _give_up(row: WebhookDelivery) -> None:
    """End a webhook that no worker has outlasted."""
    if still_ours(row):
        row.state, row.last_error, row.lease_until = DeliveryState.DEAD, WORN_OUT, None
        row.save(update_fields=["state", "last_error", "lease_until"])


@transaction.atomic
def _delivered(endpoint: WebhookEndpoint, row: WebhookDelivery, status: int, actor: Actor) -> None:
    """Note the success and close the endpoint's circuit."""
    if endpoint.failures:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=0, paused_until=None)
        endpoint.failures = 0
    if still_ours(row):
        row.state, row.status_code, row.delivered_at = DeliveryState.DELIVERED, status, actor.now
        row.lease_until, row.last_error = None, ""
        row.save(update_fields=["state", "status_code", "delivered_at", "lease_until", "last_error"])


@transaction.atomic
def _refused(row: WebhookDelivery, status: int, error: str, actor: Actor) -> None:
    """Put back one message that the endpoint does not take; the others go on."""
    _put_back([row], backoff(row.attempts, base=FIRST_WAIT, cap=LONGEST_WAIT), status, error, actor)


@transaction.atomic
def _pause(
    endpoint: WebhookEndpoint,
    row: WebhookDelivery,
    untried: Sequence[WebhookDelivery],
    status: int,
    error: str,
    actor: Actor,
) -> None:
    """Leave the endpoint alone for a while, with everything on its way there."""
    endpoint.failures = min(endpoint.failures + 1, 10_000)
    wait = backoff(endpoint.failures, base=FIRST_WAIT, cap=LONGEST_WAIT)
    until = actor.now + wait
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failures=endpoint.failures, paused_until=until)
    for one in untried:
        one.attempts = max(0, one.attempts - 1)
    _put_back([row, *untried], wait, status, error, actor)
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING, next_try_at__lt=until)
    waiting.filter(lease_until=None).update(next_try_at=until)


def _put_back(rows: Sequence[WebhookDelivery], wait: timedelta, status: int, error: str, actor: Actor) -> None:
    """Let rows wait, and give up those whose day is over."""
    for row in rows:
        if not still_ours(row):
            continue
        row.state = DeliveryState.DEAD if actor.now >= row.give_up_at else DeliveryState.WAITING
        row.next_try_at = min(actor.now + wait, max(row.give_up_at, actor.now))
        row.status_code, row.last_error, row.lease_until = status or None, error[:500], None
        row.save(update_fields=["state", "next_try_at", "status_code", "last_error", "lease_until", "attempts"])


@transaction.atomic
def _switch_off(endpoint: WebhookEndpoint, rows: Sequence[WebhookDelivery], status: int) -> None:
    """End an endpoint that says it is gone for good, with everything on its way there."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False, version=F("version") + 1)
    for row in rows:
        if still_ours(row):
            row.state, row.status_code, row.lease_until = DeliveryState.DEAD, status, None
            row.last_error = "the endpoint answered that it is gone for good; it was switched off"
            row.save(update_fields=["state", "status_code", "lease_until", "last_error"])
