"""How long the floor keeps what is done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oms.foundation import retention
from oms.foundation.models import (
    HandledEvent,
    IdempotencyKey,
    ImportFile,
    ImportRow,
    ImportSession,
    InboxMessage,
    OutboxEvent,
    Verification,
)
from tests.foundation.rows import make_import
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
    Verification.objects.create(at=NOW - timedelta(days=15), milliseconds=1, checked=1)
    Verification.objects.create(at=NOW - timedelta(days=13), milliseconds=1, checked=1)
    assert (
        retention.forget(NOW)
        == "1 facts, 1 messages, 1 keys, 1 checks, 0 files, 0 import rows, 0 sessions, 0 login attempts forgotten"
    )
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


def make_old_import(days, state="applied"):
    """Store an import of so many days ago, with one row and its file."""
    at = NOW - timedelta(days=days)
    file = ImportFile.objects.create(digest=f"{days}{state}", body=b"x", sent_at=at)
    session = make_import(file=file, created_at=at)
    ImportSession.objects.filter(pk=session.pk).update(state=state)
    ImportRow.objects.create(session=session, row=2, verb="create", outcome="done")
    return session


def test_a_file_is_forgotten_before_what_became_of_its_rows_and_the_import_itself_stays():
    fresh, old, ancient = make_old_import(29), make_old_import(31), make_old_import(181)
    working = make_old_import(400, "applying")
    assert retention.forget(NOW).endswith("2 files, 1 import rows, 0 sessions, 0 login attempts forgotten")
    kept = ImportSession.objects.exclude(file=None).values_list("pk", flat=True)
    assert set(kept) == {fresh.pk, working.pk}
    assert set(ImportRow.objects.values_list("session", flat=True)) == {fresh.pk, old.pk, working.pk}
    assert ImportSession.objects.filter(pk=ancient.pk).exists()
