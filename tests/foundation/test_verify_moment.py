"""The moment of the invariants is one for all of them, over any number of connections; it writes nothing."""

from threading import Barrier, current_thread

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from oms.foundation import invariants
from oms.foundation.invariants import check
from oms.foundation.models import InboxMessage, OutboxEvent
from tests.concurrency.together import together
from tests.foundation.test_claims import make_message
from tests.foundation.test_verify import make_fact

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = "with recursive n(id) as (select 1 union all select id + 1 from n) select id from n where id < 0"


def test_the_transaction_ends():
    with invariants.one_moment() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)
    assert not connection.in_atomic_block
    make_message(9)
    assert InboxMessage.objects.count() == 1


def test_a_statement_that_writes_cannot_run():
    with invariants.one_moment() as cursor, pytest.raises(DatabaseError):
        cursor.execute("delete from foundation_outboxevent")
    make_message(9)
    assert InboxMessage.objects.count() == 1


def test_a_statement_that_never_ends_is_ended(declare, monkeypatch):
    monkeypatch.setattr(invariants, "SECONDS", 1)
    declare(ENDLESS)
    declare("select 7", name="IY")
    endless, next_one = check(timezone.now(), only=["IX", "IY"])
    assert not endless.holds
    assert ("interrupted" if connection.vendor == "sqlite" else "timeout") in endless.error
    assert next_one.ids == (7,)


@pytest.mark.pg
def test_they_all_see_the_same_moment():
    statement = invariants.INVARIANTS["I24d"].sql
    with invariants.one_moment() as cursor:
        cursor.execute(statement)
        assert cursor.fetchall() == []
        together(lambda: make_fact(state="dead"))
        cursor.execute(statement)
        assert cursor.fetchall() == []
    assert OutboxEvent.objects.count() == 1


@pytest.mark.pg
def test_two_connections_share_the_work_at_one_moment(declare, monkeypatch):
    declare("select pg_backend_pid() || ' ' || pg_current_snapshot()", name="IX")
    declare("select pg_backend_pid() || ' ' || pg_current_snapshot()", name="IY")
    both, run = Barrier(2, timeout=30), invariants._run

    def meet(cursor, one, moments, shown):
        """Wait for the other, write a row that neither may see, and run the statement."""
        if not both.wait():
            together(lambda: make_fact(state="dead"))
        both.wait()
        return run(cursor, one, moments, shown)

    monkeypatch.setattr(invariants, "_run", meet)
    findings = check(timezone.now(), only=["IX", "IY"], connections=2)

    backends, moments = zip(*(one.ids[0].split() for one in findings), strict=True)
    assert [one.invariant.id for one in findings] == ["IX", "IY"]
    assert (len(set(backends)), len(set(moments))) == (2, 1)
    assert not connection.in_atomic_block


@pytest.mark.pg
def test_who_gets_no_connection_leaves_the_work_to_the_others(monkeypatch):
    me, connect = current_thread(), BaseDatabaseWrapper.ensure_connection

    def refuse(self):
        """Give a connection to nobody but the test."""
        if current_thread() is not me:
            raise OperationalError("too many clients")
        connect(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
    findings = check(timezone.now(), only=["I24d", "I25"], connections=3)

    assert [one.holds for one in findings] == [True, True]


@pytest.mark.pg
def test_a_helper_that_loses_its_connection_is_told_and_not_taken_for_success(monkeypatch):
    def fail(snapshot, work_off):
        """Fail as a lost database does."""
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(invariants, "_help", fail)

    with pytest.raises(OperationalError):
        check(timezone.now(), only=["I24d", "I25"], connections=2)
