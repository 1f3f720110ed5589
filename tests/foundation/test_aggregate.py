"""A row with a state."""

import threading

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django_fsm import ConcurrentTransition, ConcurrentTransitionMixin, TransitionNotAllowed

from oms.foundation.audit import record
from oms.foundation.models import AuditLine, BulkOperation
from oms.foundation.refusals import StaleVersion
from orders.models import Channel
from tests.factories import NOW, make_actor
from tests.foundation.rows import behind_the_back, make_channels, make_operation, make_user, state_of

pytestmark = pytest.mark.django_db


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


def test_the_table_refuses_an_unknown_word():
    operation = make_operation()
    with pytest.raises(Exception, match="bulk_state_word"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_bulkoperation SET state = 'hacked' WHERE id = %s", [operation.pk])
    assert state_of(operation) == ("preflight", 0)
