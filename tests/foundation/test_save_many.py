"""Many rows with a state saved at once."""

import pytest
from django.db import transaction
from django_fsm import ConcurrentTransition

from oms.foundation.aggregate import save_many
from oms.foundation.models import BulkOperation
from orders.models import Channel
from tests.factories import NOW
from tests.foundation.rows import behind_the_back, make_channels, make_operation, make_user, state_of

pytestmark = pytest.mark.django_db


def fresh_rows(number=3):
    """Return fresh rows."""
    user = make_user()
    keys = [make_operation(user).pk for _ in range(number)]
    return list(BulkOperation.objects.filter(pk__in=keys).order_by("pk"))


def test_equal_values_take_one_statement(django_assert_num_queries):
    rows = fresh_rows()
    for row in rows:
        row.start(at=NOW)
    with django_assert_num_queries(1):
        save_many(rows, ["state", "next_try_at"])
    assert [state_of(row) for row in rows] == [("running", 1)] * 3
    assert [row.version for row in rows] == [1, 1, 1]
    assert BulkOperation.objects.filter(next_try_at=NOW).count() == 3


def test_rows_of_different_versions_still_take_one_statement(django_assert_num_queries):
    behind_the_back(fresh_rows()[0], version=5)
    rows = list(BulkOperation.objects.order_by("pk"))
    for row in rows:
        row.start(at=NOW)
    with django_assert_num_queries(1):
        save_many(rows, ["state"])
    assert [state_of(row) for row in rows] == [("running", 6), ("running", 1), ("running", 1)]


def test_different_values_each_reach_their_row():
    rows = fresh_rows()
    rows[0].start(at=NOW)
    rows[1].cancel()
    rows[2].start(at=NOW)
    save_many(rows, ["state"])
    assert [state_of(row)[0] for row in rows] == ["running", "cancelled", "running"]


def test_a_changed_state_is_refused_and_nothing_is_written():
    rows = fresh_rows()
    for row in rows:
        row.start(at=NOW)
    behind_the_back(rows[1], state="cancelled")
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        save_many(rows, ["state"])
    assert [state_of(row)[0] for row in rows] == ["preflight", "cancelled", "preflight"]


def test_a_changed_version_is_refused_and_nothing_is_written():
    rows = fresh_rows()
    for row in rows:
        row.start(at=NOW)
    behind_the_back(rows[2], label="Other", version=1)
    with pytest.raises(ConcurrentTransition), transaction.atomic():
        save_many(rows, ["state"])
    assert [state_of(row)[0] for row in rows] == ["preflight"] * 3


def test_rows_without_a_state_are_saved_too():
    channels = make_channels(2)
    for channel in channels:
        channel.name = "Renamed"
    save_many(channels, ["name"])
    assert list(Channel.objects.values_list("name", "version")) == [("Renamed", 1)] * 2


def test_foreign_keys_are_saved_by_their_id():
    rows, other = fresh_rows(2), make_user()
    for row in rows:
        row.user = other
    save_many(rows, ["user"])
    assert BulkOperation.objects.filter(user=other).count() == 2


def test_the_moves_are_left_for_the_audit_lines():
    rows = fresh_rows(1)
    rows[0].start(at=NOW)
    save_many(rows, ["state"])
    assert rows[0].last_move == ("preflight", "running")


def test_saved_rows_can_be_saved_again():
    rows = fresh_rows(2)
    for row in rows:
        row.start(at=NOW)
    save_many(rows, ["state"])
    rows[0].finish(at=NOW)
    rows[0].save()
    assert state_of(rows[0]) == ("done", 2)


def test_nothing_takes_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        save_many([], ["state"])
