"""How long the floor keeps what is done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oms.foundation import retention
from oms.foundation.models import HandledEvent, IdempotencyKey, InboxMessage, OutboxEvent
from tests.foundation.test_claims import make_message
from tests.foundation.test_verify import make_fact

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_done(days, state="done"):
    """Write a fact that was handled so many days ago."""
    event = make_fact(state=state, done_at=NOW - timedelta(days=days))
    HandledEvent.objects.create(event=event, handler="x", handled_at=NOW)
    return event


def test_what_is_done_is_forgotten_after_its_time():
    kept, _ = make_done(29), make_done(31)
    make_message(1, state="done", done_at=NOW - timedelta(days=91))
    make_message(2, state="ignored", done_at=NOW - timedelta(days=89))
    IdempotencyKey.objects.create(owner="x", key="old", created_at=NOW - timedelta(days=8))
    IdempotencyKey.objects.create(owner="x", key="new", created_at=NOW - timedelta(days=6))
    assert retention.forget(NOW) == "1 facts, 1 messages, 1 keys forgotten"
    assert list(OutboxEvent.objects.all()) == [kept]
    assert HandledEvent.objects.get().event == kept
    assert InboxMessage.objects.get().message_id == "m2"
    assert IdempotencyKey.objects.get().key == "new"


def test_what_is_dead_or_waits_is_never_forgotten():
    for state in ("dead", "received", "retry_wait"):
        make_done(400, state)
    retention.forget(NOW)
    assert OutboxEvent.objects.count() == 3


def test_many_are_forgotten_in_small_steps(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(retention, "STEP", 10)
    for _ in range(25):
        make_done(31)
    assert retention.forget(NOW).startswith("25 facts")
    assert OutboxEvent.objects.count() == HandledEvent.objects.count() == 0
