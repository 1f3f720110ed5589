"""A row with a state."""

import threading

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django_fsm import ConcurrentTransition, ConcurrentTransitionMixin, TransitionNotAllowed

from oms.foundation.aggregate import save_many
from oms.foundation.audit import record
from oms.foundation.models import AuditLine, BulkOperation
from oms.foundation.refusals import StaleVersion
from orders.models import Channel
from tests.factories import NOW, make_actor
from tests.foundation.rows import make_channels, make_operation, make_user

pytestmark = pytest.mark.django_db


def behind_the_back(operation, **columns):
    """Change a row the way no service does: without its version."""
    BulkOperation.objects.filter(pk=operation.pk).update(**columns)


def state_of(operation):
    """Return state and version as the database has them."""
    return BulkOperation.objects.values_list("state", "version").get(pk=operation.pk)


def test_a_state_cannot_be_set():
    operation = make_operation()
    with pytest.raises(AttributeError, match="state"):
        operation.state = "done"


def test_a_state_stays_protected_after_a_refresh_that_fails():
    operation = make_operation()
    BulkOperation.objects.filter(pk=operation.pk).delete()
    with pytest.raises(ObjectDoesNotExist):
        operation.refresh_from_db()
    with pytest.raises(AttributeError):
        operation.state = "done"


def test_a_state_stays_protected_while_eight_threads_refresh(monkeypatch):
    operation = make_operation()
    copies = [BulkOperation.objects.get(pk=operation.pk) for _ in range(8)]
    row = BulkOperation.objects.get(pk=operation.pk)
    monkeypatch.setattr(BulkOperation._base_manager, "using", lambda alias: Served(row))
    slips: list[int] = []
    over = threading.Event()

    def refresh(copy):
        """Read the row again and again."""
        while not over.is_set():
            copy.refresh_from_db()

    threads = [threading.Thread(target=refresh, args=[copy]) for copy in copies]
    for thread in threads:
        thread.start()
    for turn in range(20_000):
        try:
            operation.state = "done"
            slips.append(turn)
        except AttributeError:
            pass
    over.set()
    for thread in threads:
        thread.join()
    assert slips == []


class Served:
    """A query set that answers one row without a database, so that threads need no connection."""

    def __init__(self, row):
        self.row = row

    def get(self, **lookup):
        """Return the row."""
        return self.row


def test_a_refresh_reads_everything_again():
    operation = make_operation()
    operation.start(at=NOW)
    behind_the_back(operation, state="cancelled", label="Other", version=7)
    operation.refresh_from_db()
    assert (operation.state, operation.label, operation.version) == ("cancelled", "Other", 7)


def test_a_refresh_of_one_field_leaves_the_others():
    operation = make_operation()
    behind_the_back(operation, state="running", label="Other")
    operation.refresh_from_db(fields=["label"])
    assert (operation.state, operation.label) == ("preflight", "Other")


def test_a_save_counts_the_version_and_writes_it_with_the_named_fields():
    operation = make_operation()
    operation.start(at=NOW)
    operation.save(update_fields=["state"])
    assert (operation.version, state_of(operation)) == (1, ("running", 1))


def test_the_second_of_two_copies_is_refused_as_stale():
    operation = make_operation()
    first, second = (BulkOperation.objects.get(pk=operation.pk) for _ in range(2))
    first.start(at=NOW)
    first.save()
    second.cancel()
    with pytest.raises(StaleVersion), transaction.atomic():
        second.save()
    assert state_of(operation) == ("running", 1)
    assert second.version == 0


def test_a_row_without_a_state_is_refused_as_stale_too():
    (channel,) = make_channels(1)
    first, second = (Channel.objects.get(pk=channel.pk) for _ in range(2))
    first.name = "First"
    first.save()
    second.name = "Second"
    with pytest.raises(StaleVersion), transaction.atomic():
        second.save()
    assert Channel.objects.get(pk=channel.pk).name == "First"


def test_a_state_that_came_back_is_still_refused():
    operation = make_operation()
    stale = BulkOperation.objects.get(pk=operation.pk)
    behind_the_back(operation, state="running", version=1)
    behind_the_back(operation, state="preflight", version=2)
    stale.cancel()
    with pytest.raises(StaleVersion), transaction.atomic():
        stale.save()
    assert state_of(operation) == ("preflight", 2)


def test_a_state_changed_past_its_version_is_refused():
    operation = make_operation()
    stale = BulkOperation.objects.get(pk=operation.pk)
    behind_the_back(operation, state="running")
    stale.cancel()
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        stale.save()
    assert state_of(operation) == ("running", 0)


def test_the_state_guard_stands_before_the_save_of_django():
    order = [base.__name__ for base in BulkOperation.__mro__]
    assert order.index(ConcurrentTransitionMixin.__name__) < order.index("Model")


def test_a_copy_that_was_saved_can_be_saved_again():
    operation = make_operation()
    operation.start(at=NOW)
    operation.save()
    operation.finish(at=NOW)
    operation.save()
    assert state_of(operation) == ("done", 2)


def test_a_row_of_a_known_key_is_not_overwritten():
    operation = make_operation()
    with pytest.raises(StaleVersion), transaction.atomic():
        BulkOperation(pk=operation.pk, model="x", action="x", label="Twin", user=operation.user).save()
    assert BulkOperation.objects.get().label == "Close"


def test_a_refused_transition_changes_nothing():
    operation = make_operation()
    with pytest.raises(TransitionNotAllowed):
        operation.finish(at=NOW)
    assert (operation.state, state_of(operation)) == ("preflight", ("preflight", 0))


def test_reading_many_rows_takes_one_query(django_assert_num_queries):
    user = make_user()
    for _ in range(3):
        make_operation(user)
    with django_assert_num_queries(1):
        assert [row.state for row in BulkOperation.objects.all()] == ["preflight"] * 3


def moves():
    """Return the state changes of the audit trail."""
    return list(AuditLine.objects.order_by("id").values_list("from_state", "to_state"))


def test_an_audit_line_takes_the_state_change_from_the_row():
    operation = make_operation()
    record(make_actor(), "made", operation)
    operation.start(at=NOW)
    operation.save()
    record(make_actor(), "started", operation)
    record(make_actor(), "looked at", operation)
    assert moves() == [("", "preflight"), ("preflight", "running"), ("", "")]


def test_two_saves_and_one_line_leave_no_gap_in_the_chain():
    operation = make_operation()
    record(make_actor(), "made", operation)
    operation.start(at=NOW)
    operation.save()
    operation.finish(at=NOW)
    operation.save()
    record(make_actor(), "finished", operation)
    assert moves() == [("", "preflight"), ("preflight", "done")]


def test_a_failed_save_leaves_no_move_for_the_audit_trail():
    operation = make_operation()
    stale = BulkOperation.objects.get(pk=operation.pk)
    behind_the_back(operation, version=4)
    stale.cancel()
    with pytest.raises(StaleVersion), transaction.atomic():
        stale.save()
    assert stale.last_move is None


class TestSaveMany:
    """Many rows saved at once."""

    def rows(self, number=3):
        """Return fresh rows."""
        user = make_user()
        keys = [make_operation(user).pk for _ in range(number)]
        return list(BulkOperation.objects.filter(pk__in=keys).order_by("pk"))

    def test_equal_values_take_one_statement(self, django_assert_num_queries):
        rows = self.rows()
        for row in rows:
            row.start(at=NOW)
        with django_assert_num_queries(1):
            save_many(rows, ["state", "next_try_at"])
        assert [state_of(row) for row in rows] == [("running", 1)] * 3
        assert [row.version for row in rows] == [1, 1, 1]
        assert BulkOperation.objects.filter(next_try_at=NOW).count() == 3

    def test_rows_of_different_versions_still_take_one_statement(self, django_assert_num_queries):
        behind_the_back(self.rows()[0], version=5)
        rows = list(BulkOperation.objects.order_by("pk"))
        for row in rows:
            row.start(at=NOW)
        with django_assert_num_queries(1):
            save_many(rows, ["state"])
        assert [state_of(row) for row in rows] == [("running", 6), ("running", 1), ("running", 1)]

    def test_different_values_each_reach_their_row(self):
        rows = self.rows()
        rows[0].start(at=NOW)
        rows[1].cancel()
        rows[2].start(at=NOW)
        save_many(rows, ["state"])
        assert [state_of(row)[0] for row in rows] == ["running", "cancelled", "running"]

    def test_a_changed_state_is_refused_and_nothing_is_written(self):
        rows = self.rows()
        for row in rows:
            row.start(at=NOW)
        behind_the_back(rows[1], state="cancelled")
        with pytest.raises(ConcurrentTransition), transaction.atomic():
            save_many(rows, ["state"])
        assert [state_of(row)[0] for row in rows] == ["preflight", "cancelled", "preflight"]

    def test_a_changed_version_is_refused_and_nothing_is_written(self):
        rows = self.rows()
        for row in rows:
            row.start(at=NOW)
        behind_the_back(rows[2], label="Other", version=1)
        with pytest.raises(ConcurrentTransition), transaction.atomic():
            save_many(rows, ["state"])
        assert [state_of(row)[0] for row in rows] == ["preflight"] * 3

    def test_rows_without_a_state_are_saved_too(self):
        channels = make_channels(2)
        for channel in channels:
            channel.name = "Renamed"
        save_many(channels, ["name"])
        assert list(Channel.objects.values_list("name", "version")) == [("Renamed", 1)] * 2

    def test_foreign_keys_are_saved_by_their_id(self):
        rows, other = self.rows(2), make_user()
        for row in rows:
            row.user = other
        save_many(rows, ["user"])
        assert BulkOperation.objects.filter(user=other).count() == 2

    def test_the_moves_are_left_for_the_audit_lines(self):
        rows = self.rows(1)
        rows[0].start(at=NOW)
        save_many(rows, ["state"])
        assert rows[0].last_move == ("preflight", "running")

    def test_saved_rows_can_be_saved_again(self):
        rows = self.rows(2)
        for row in rows:
            row.start(at=NOW)
        save_many(rows, ["state"])
        rows[0].finish(at=NOW)
        rows[0].save()
        assert state_of(rows[0]) == ("done", 2)

    def test_nothing_takes_no_statement(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            save_many([], ["state"])


def test_the_table_refuses_an_unknown_word():
    operation = make_operation()
    with pytest.raises(Exception, match="bulk_state_word"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_bulkoperation SET state = 'hacked' WHERE id = %s", [operation.pk])
    assert state_of(operation) == ("preflight", 0)
