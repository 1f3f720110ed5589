"""Whether the system is alive and ready."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from oms.foundation import health
from oms.foundation.models import OutboxEvent, PeriodicJob, Verification
from tests.foundation.test_verify import make_fact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def working():
    """Begin with a worker that gave its sign a moment ago."""
    PeriodicJob.objects.create(name="heartbeat", due_at=timezone.now(), last_run_at=timezone.now())


def ready(client):
    """Return status and parts of the answer."""
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_a_live_process_says_so_without_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_everything_is_there(client, monkeypatch):
    status, found = ready(client)
    assert (status, found["status"]) == (200, "ready")
    assert [found[part]["ok"] for part in ("database", "worker", "outbox", "books", "broker")] == [True] * 5
    assert found["books"] == {"ok": True, "checked_at": None}


def looked(minutes=1, **found):
    """Let the clock have looked at the books so many minutes ago."""
    rows = [{"id": id, "count": 0, "ids": [], "error": "", **one} for id, one in found.items()]
    at = timezone.now() - timedelta(minutes=minutes)
    return Verification.objects.create(at=at, milliseconds=9, checked=69, found=rows)


def test_books_that_agree_are_told(client):
    row = looked()
    assert ready(client)[1]["books"] == {
        "ok": True, "checked_at": row.at.isoformat(), "stale": False, "held": 69, "checked": 69,
        "broken": [], "late": [], "could_not_run": [],
    }  # fmt: skip


def test_a_breach_is_degraded_and_does_not_close_the_shop(client):
    looked(I1={"count": 2, "ids": [1, 2]}, I24={"count": 1, "ids": [3]}, I9={"error": "canceled"})
    status, found = ready(client)
    assert (status, found["status"], found["books"]["ok"]) == (200, "degraded", False)
    assert [found["books"][name] for name in ("broken", "late", "could_not_run")] == [["I1"], ["I24"], ["I9"]]


def test_a_look_that_is_too_old_is_degraded(client):
    looked(minutes=16)
    status, found = ready(client)
    assert (status, found["status"], found["books"]["stale"]) == (200, "degraded", True)


def test_what_keeps_work_from_being_done_weighs_more_than_a_breach(client):
    looked(I1={"count": 2, "ids": [1, 2]})
    PeriodicJob.objects.update(last_run_at=timezone.now() - timedelta(seconds=61))
    assert ready(client)[0] == 503


def test_a_silent_worker_makes_it_not_ready(client):
    PeriodicJob.objects.update(last_run_at=timezone.now() - timedelta(seconds=61))
    status, found = ready(client)
    assert (status, found["status"], found["worker"]["ok"]) == (503, "not ready", False)


def test_a_shop_that_never_had_a_worker_is_not_ready(client):
    PeriodicJob.objects.all().delete()
    status, found = ready(client)
    assert (status, found["worker"]) == (503, {"ok": False, "last_seen": None})


def test_facts_that_nobody_takes_make_it_not_ready(client):
    make_fact(next_try_at=timezone.now() - timedelta(minutes=6))
    status, found = ready(client)
    assert (status, found["outbox"]["ok"]) == (503, False)
    assert 360 <= found["outbox"]["oldest_seconds"] < 420


def test_one_poison_fact_does_not_close_the_shop(client):
    old = timezone.now() - timedelta(hours=1)
    make_fact("order:1", state="retry_wait", occurred_at=old, next_try_at=timezone.now() + timedelta(hours=1))
    make_fact("order:1", occurred_at=old, next_try_at=old)
    make_fact("order:2", state="dead", next_try_at=old)
    assert OutboxEvent.objects.count() == 3
    assert ready(client)[0] == 200


def test_a_database_that_is_gone_is_told_without_its_words(client, monkeypatch):
    def fail():
        """Fail as a lost database does."""
        raise OperationalError("host=secret")

    monkeypatch.setattr(health, "_database", fail)
    assert ready(client) == (503, {"status": "not ready", "database": {"ok": False, "detail": "OperationalError"}})


def test_a_broker_that_is_gone_is_told(client, monkeypatch):
    def refuse():
        """Fail as a lost broker does."""
        raise ConnectionRefusedError("secret")

    monkeypatch.setattr(health.app, "connection_for_write", refuse)
    status, found = ready(client)
    assert (status, found["broker"]) == (503, {"ok": False, "detail": "ConnectionRefusedError"})
