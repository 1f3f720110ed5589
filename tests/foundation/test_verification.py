"""The invariants run by the clock."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.utils import timezone

from oms.foundation import invariants, verification, work
from oms.foundation.invariants import Invariant
from oms.foundation.models import PeriodicJob, Verification
from oms.foundation.verification import last_look
from oms.foundation.work import run_due_jobs
from tests.factories import make_actor
from tests.foundation.test_verify import make_fact

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def only_this_job(monkeypatch):
    """Let the clock know no other job."""
    monkeypatch.setattr(work, "JOBS", {"verify": work.JOBS["verify"]})


def tick(now=NOW):
    """Let the clock run what is due and return the job's row."""
    run_due_jobs(make_actor(now=now))
    return PeriodicJob.objects.get(name="verify")


def test_a_shop_in_order_is_one_word_and_an_empty_list():
    total = len(invariants.INVARIANTS)
    row = tick()
    assert (row.last_ok, row.last_result) == (True, f"all {total} checks hold")
    kept = Verification.objects.get()
    assert (kept.at, kept.checked, kept.found) == (NOW, total, [])


def test_what_does_not_hold_is_kept_with_its_first_ids(monkeypatch):
    facts = [make_fact(state="dead", next_try_at=NOW) for _ in range(6)]
    broken = Invariant("IX", "A", "x", "It is wrong.", "Mend it.", "select id from not_there")
    monkeypatch.setitem(invariants.INVARIANTS, "IX", broken)
    total = len(invariants.INVARIANTS)

    assert tick().last_result == f"{total - 2} of {total} checks hold; not: I24d, IX"

    dead, unknown = Verification.objects.get().found
    assert dead == {"id": "I24d", "count": 6, "ids": [fact.pk for fact in facts[:5]], "error": ""}
    assert (unknown["id"], unknown["count"]) == ("IX", 0)
    assert "not_there" in unknown["error"]


def test_the_last_look_sorts_what_was_found():
    make_fact(state="dead", next_try_at=NOW)
    make_fact("tower:2", next_try_at=NOW - timedelta(hours=1))
    tick()
    look = last_look(NOW)
    assert ([one.invariant.id for one in look.broken], [one.invariant.id for one in look.late]) == (["I24d"], ["I24"])
    assert (look.held, look.all_hold, look.stale) == (look.checked - 2, False, False)


def test_a_look_is_stale_after_three_missed_turns():
    tick()
    assert [last_look(NOW + timedelta(minutes=minutes)).stale for minutes in (15, 16)] == [False, True]


def test_after_a_long_run_the_clock_rests_five_times_as_long(monkeypatch):
    clock = iter([0.0, 100.0, 1000.0, 1010.0])
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert tick().due_at == NOW + timedelta(seconds=600)
    later = NOW + timedelta(seconds=600)
    assert tick(NOW + timedelta(seconds=599)).last_run_at == NOW
    assert tick(later).due_at == later + timedelta(seconds=300)


def test_a_look_of_a_large_shop_is_stale_after_three_of_its_own_turns():
    Verification.objects.create(at=NOW, milliseconds=100_000, checked=69, found=[])
    assert last_look(NOW).minutes == 10
    assert [last_look(NOW + timedelta(minutes=minutes)).stale for minutes in (30, 31)] == [False, True]


def test_it_runs_every_five_minutes():
    tick()
    assert tick(NOW + timedelta(seconds=299)).last_run_at == NOW
    assert tick(NOW + timedelta(seconds=300)).last_run_at == NOW + timedelta(seconds=300)
    assert Verification.objects.count() == 2


def test_a_look_that_fails_keeps_nothing_and_says_so(monkeypatch):
    def fail(now, shown):
        """Fail as a lost database does."""
        raise DatabaseError("gone")

    monkeypatch.setattr(verification, "check", fail)
    row = tick()
    assert (row.last_ok, row.last_result) == (False, "failed: DatabaseError")
    assert last_look(NOW) is None


def test_an_invariant_that_is_no_more_is_passed_over():
    found = [{"id": "I0", "count": 1, "ids": [1], "error": ""}]
    Verification.objects.create(at=NOW, milliseconds=1, checked=3, found=found)
    assert last_look(NOW).broken == []
