"""``manage.py verify`` and the floor's own invariants."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from oms.foundation import invariants
from oms.foundation.audit import record
from oms.foundation.invariants import Invariant, check, invariant
from oms.foundation.models import AuditLine, InboxMessage, OutboxEvent, PeriodicJob
from oms.foundation.work import run_due_jobs
from tests.factories import make_actor
from tests.foundation.rows import make_channels, make_operation
from tests.foundation.test_claims import make_message

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def verify(*words):
    """Run the command and return (exit code, output)."""
    out = StringIO()
    try:
        call_command("verify", *words, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def make_fact(stream="order:1", **fields):
    """Write a fact that has just happened."""
    now = timezone.now()
    return OutboxEvent.objects.create(
        **{"stream": stream, "kind": "X", "payload": {}, "occurred_at": now, "next_try_at": now} | fields
    )


def make_line(from_state, to_state):
    """Write an audit line of one bulk act's state change."""
    return AuditLine.objects.create(
        at=timezone.now(), entity="foundation.bulkoperation", entity_id=7, subject="bulk:7", act="x",
        from_state=from_state, to_state=to_state, actor_kind="system", actor_label="x",
    )  # fmt: skip


def broken():
    """Return the ids found by each invariant that does not hold."""
    return {one.invariant.id: one.ids for one in check(timezone.now()) if one.count}


def a_healthy_shop():
    """Do a little of everything the way the services do."""
    operation = make_operation()
    record(make_actor(), "made", operation)
    operation.start(at=timezone.now())
    operation.save()
    record(make_actor(), "started", operation)
    make_fact()
    make_fact(state="done", lease_until=None)
    make_fact("order:9", state="retry_wait", next_try_at=timezone.now() + HOUR)
    make_message(1, next_try_at=timezone.now())
    make_message(2, state="ignored", next_try_at=timezone.now() - HOUR)
    make_channels(1)


def test_a_healthy_shop_exits_with_0():
    a_healthy_shop()
    code, text = verify()
    assert code == 0
    total = len(invariants.INVARIANTS)
    assert text.strip() == f"{total} of {total} invariants hold."


class TestOneCorruptedRow:
    """Makes exactly its invariant fail, and names the row."""

    @pytest.fixture(autouse=True)
    def healthy(self):
        """Begin with a shop in order."""
        a_healthy_shop()

    def test_I24_a_fact_that_nobody_takes(self):
        late = make_fact(next_try_at=timezone.now() - timedelta(seconds=70))
        assert broken() == {"I24": (late.pk,)}
        code, text = verify()
        assert code == 2
        assert "I24 (foundation.outboxevent): 1 broken — A fact has been due for more than a minute" in text
        assert f"first ids: {late.pk}" in text

    def test_I24_a_fact_whose_lease_was_over_long_ago(self):
        past = timezone.now() - HOUR
        late = make_fact(next_try_at=past, lease_until=past)
        assert broken() == {"I24": (late.pk,)}

    @pytest.mark.parametrize(
        "before",
        [{"lease_until": timezone.now() + HOUR}, {"state": "retry_wait", "next_try_at": timezone.now() + HOUR}],
    )
    def test_I24_does_not_count_what_stands_behind_another_fact(self, before):
        past = timezone.now() - HOUR
        make_fact("order:2", **{"next_try_at": past} | before)
        make_fact("order:2", next_try_at=past)
        assert broken() == {}

    def test_I24d_a_dead_fact(self):
        dead = make_fact(state="dead")
        assert broken() == {"I24d": (dead.pk,)}
        assert verify()[0] == 1

    def test_I25_a_message_that_nobody_takes(self):
        late = make_message(3, next_try_at=timezone.now() - timedelta(seconds=70))
        assert broken() == {"I25": (late.pk,)}
        assert verify()[0] == 2

    def test_I25_does_not_count_what_a_worker_holds(self):
        make_message(3, next_try_at=timezone.now() - HOUR, lease_until=timezone.now() + HOUR)
        assert broken() == {}

    def test_I16_a_gap_in_the_chain(self):
        make_line("preflight", "running")
        gap = make_line("done", "undone")
        assert broken() == {"I16": (gap.pk,)}
        assert verify()[0] == 1

    def test_I16_a_chain_that_begins_in_the_middle(self):
        gap = make_line("running", "done")
        assert broken() == {"I16": (gap.pk,)}

    def test_I16_follows_each_row_by_itself(self):
        make_line("", "preflight")
        make_line("preflight", "running")
        assert broken() == {}


class TestTheCommand:
    """Its choices and exits."""

    def test_it_runs_only_what_is_named(self):
        make_fact(state="dead")
        assert verify("--only", "I16,I25") == (0, "2 of 2 invariants hold.\n")
        assert verify("--only", "I24d")[0] == 1

    def test_it_runs_only_the_class_that_is_named(self):
        make_fact(next_try_at=timezone.now() - HOUR)
        assert verify("--class", "A")[0] == 0
        assert verify("--class", "E")[0] == 2

    def test_an_unknown_name_is_no_success(self):
        code, text = verify("--only", "I16,I999")
        assert code == 3
        assert text.startswith("There is no invariant I999. Known: ")

    def test_a_check_that_cannot_run_is_no_success(self, monkeypatch):
        monkeypatch.setitem(invariants.INVARIANTS, "IX", Invariant("IX", "A", "x", "x", "select id from not_there"))
        code, text = verify("--only", "IX")
        assert code == 3
        assert "could not run" in text

    def test_machines_get_json(self):
        dead = make_fact(state="dead")
        _, text = verify("--json", "--only", "I24d,I25")
        found = {one["id"]: one for one in json.loads(text)}
        assert (found["I24d"]["count"], found["I24d"]["ids"], found["I24d"]["class"]) == (1, [dead.pk], "A")
        assert found["I25"]["count"] == 0

    def test_the_first_twenty_ids_are_shown_and_all_are_counted(self):
        for _ in range(25):
            make_fact(state="dead")
        (finding,) = check(timezone.now(), only=["I24d"])
        assert (finding.count, len(finding.ids)) == (25, 20)

    def test_the_clock_runs_them_and_keeps_the_result(self, monkeypatch):
        make_fact(state="dead")
        from oms.foundation import work

        monkeypatch.setattr(work, "JOBS", {"verify": work.JOBS["verify"]})
        run_due_jobs(make_actor(now=timezone.now()))
        row = PeriodicJob.objects.get(name="verify")
        assert (row.last_ok, row.last_result) == (True, "broken: I24d (1)")


def test_a_percent_sign_in_a_statement_is_one(monkeypatch):
    monkeypatch.setitem(
        invariants.INVARIANTS, "IX", Invariant("IX", "A", "x", "x", "select 1 where 'a%b' like 'a%%b' and :now > :late")
    )
    assert check(timezone.now(), only=["IX"])[0].ids == (1,)


def test_two_invariants_of_one_name_are_an_error(monkeypatch):
    monkeypatch.setattr(invariants, "INVARIANTS", {})
    invariant("IX", entity="x", meaning="x", sql="select 1")
    invariant("IX", entity="x", meaning="x", sql="select 1")
    with pytest.raises(ValueError, match="two invariants named IX"):
        invariant("IX", entity="x", meaning="x", sql="select 2")


@pytest.mark.django_db(transaction=True)
def test_they_run_in_a_transaction_that_writes_nothing_and_ends():
    with invariants._one_moment() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)
    assert not connection.in_atomic_block
    make_message(9)
    assert InboxMessage.objects.count() == 1


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_they_all_see_the_same_moment():
    from concurrent.futures import ThreadPoolExecutor

    def write():
        """Store a dead fact on a connection of its own."""
        try:
            make_fact(state="dead")
        finally:
            connection.close()

    statement = invariants.INVARIANTS["I24d"].sql
    with invariants._one_moment() as cursor:
        cursor.execute(statement)
        assert cursor.fetchall() == []
        with ThreadPoolExecutor(1) as other:
            other.submit(write).result()
        cursor.execute(statement)
        assert cursor.fetchall() == []
    assert OutboxEvent.objects.count() == 1
