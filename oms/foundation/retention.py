"""How long the floor keeps what is done: long enough to refuse a replay or take an import back, not for ever."""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.db import transaction
from django.db.models import Q, QuerySet

from oms.foundation.models import (
    HandledEvent,
    IdempotencyKey,
    ImportFile,
    ImportRow,
    InboxMessage,
    OutboxEvent,
    PersonSession,
    Verification,
)
from oms.foundation.models.imports import WORKING
from oms.foundation.models.queue import DeliveryState

FACTS_KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=90)
KEYS_KEPT = timedelta(days=7)
VERIFICATIONS_KEPT = timedelta(days=14)
ATTEMPTS_KEPT = timedelta(days=1)
FILES_KEPT = timedelta(days=30)
IMPORTS_KEPT = timedelta(days=180)
STEP = 1_000
FINISHED = Q(state__in=(DeliveryState.DONE, DeliveryState.IGNORED))


def forget(now: datetime) -> str:
    """Delete what is older than its time, in steps that hold no writer up, and tell how much it was."""
    facts = _delete(OutboxEvent.objects.filter(FINISHED, done_at__lt=now - FACTS_KEPT))
    messages = _delete(InboxMessage.objects.filter(FINISHED, done_at__lt=now - MESSAGES_KEPT))
    keys = _delete(IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT))
    checks = _delete(Verification.objects.filter(at__lt=now - VERIFICATIONS_KEPT))
    files = _delete(ImportFile.objects.filter(sent_at__lt=now - FILES_KEPT).exclude(sessions__state__in=WORKING))
    old = ImportRow.objects.filter(session__created_at__lt=now - IMPORTS_KEPT)
    rows = _delete(old.exclude(session__state__in=WORKING))
    sessions = _delete(PersonSession.objects.filter(expire_date__lt=now))
    attempts = _delete(AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT))
    told = {"facts": facts, "messages": messages, "keys": keys, "checks": checks, "files": files, "import rows": rows}
    told |= {"sessions": sessions, "login attempts": attempts}
    return f"{', '.join(f'{count} {word}' for word, count in told.items())} forgotten"


def _delete(rows: "QuerySet[Any]") -> int:
    """Delete the rows a thousand at a time, each step in a transaction of its own, and return how many there were."""
    gone = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:STEP]):
        with transaction.atomic():
            if rows.model is OutboxEvent:
                HandledEvent.objects.filter(event__in=ids).delete()
            rows.model._base_manager.filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
