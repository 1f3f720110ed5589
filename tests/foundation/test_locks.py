"""Locked rows."""

import pytest

from oms.foundation.locks import expecting, lock_row, lock_rows
from oms.foundation.refusals import NotFound, StaleVersion
from orders.models import Channel
from tests.foundation.rows import make_channels

pytestmark = pytest.mark.django_db


def test_they_come_by_primary_key_once_each_without_the_missing():
    rows = make_channels(3)
    keys = [row.pk for row in rows]
    assert [row.pk for row in lock_rows(Channel, [*reversed(keys), keys[0], keys[-1] + 99])] == keys


def test_no_ids_take_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert lock_rows(Channel, []) == []


def test_a_missing_row_is_not_found():
    with pytest.raises(NotFound, match="There is no channel with this number"):
        lock_row(Channel, 1)


def test_the_version_that_was_seen_passes():
    (row,) = make_channels(1)
    with expecting(row, 0):
        assert lock_row(Channel, row.pk) == row


def test_another_version_is_refused_before_anything_is_done():
    (row,) = make_channels(1)
    row.version = 2
    with pytest.raises(StaleVersion, match="you saw version 1, it is now 2"), expecting(row, 1):
        pytest.fail("the act has begun")


def test_a_version_that_changes_before_the_lock_is_refused_under_it():
    (row,) = make_channels(1)
    with expecting(row, 0):
        Channel.objects.filter(pk=row.pk).update(version=1)
        with pytest.raises(StaleVersion, match="you saw version 0, it is now 1"):
            lock_row(Channel, row.pk)


def test_the_act_itself_may_change_the_row_and_lock_it_once_more():
    (row,) = make_channels(1)
    with expecting(row, 0):
        lock_row(Channel, row.pk)
        Channel.objects.filter(pk=row.pk).update(version=1)
        assert lock_row(Channel, row.pk).version == 1


def test_other_rows_and_no_version_are_not_compared():
    row, other = make_channels(2)
    Channel.objects.filter(pk=other.pk).update(version=7)
    with expecting(row, 0):
        assert lock_row(Channel, other.pk).version == 7
    with expecting(other, None):
        assert lock_row(Channel, other.pk).version == 7


def test_the_expectation_ends_with_its_act():
    (row,) = make_channels(1)
    with pytest.raises(RuntimeError), expecting(row, 0):
        raise RuntimeError
    Channel.objects.filter(pk=row.pk).update(version=1)
    assert lock_row(Channel, row.pk).version == 1
