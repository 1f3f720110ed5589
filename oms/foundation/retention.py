"""How long the floor keeps what is done: long enough to refuse a replay, not for ever."""

from datetime import datetime, timedelta

from oms.foundation.models import IdempotencyKey, InboxMessage, OutboxEvent
from oms.foundation.models.queue import DeliveryState

FACTS_KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=90)
KEYS_KEPT = timedelta(days=7)


def forget(now: datetime) -> str:
    """Delete what is older than its time and tell how much it was."""
    finished = (DeliveryState.DONE, DeliveryState.IGNORED)
    facts = OutboxEvent.objects.filter(state__in=finished, done_at__lt=now - FACTS_KEPT).delete()[0]
    messages = InboxMessage.objects.filter(state__in=finished, done_at__lt=now - MESSAGES_KEPT).delete()[0]
    keys = IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT).delete()[0]
    return f"{facts} facts, {messages} messages, {keys} keys forgotten"
