"""Rows that wait for a worker."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.foundation.claims import backoff, claim, error_text, still_ours, worn_out
from oms.foundation.models import InboxMessage

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(seconds=settings.LEASE_SECONDS)


def make_message(number=1, **fields):
    """Store a message that is due now."""
    return InboxMessage.objects.create(
        **{
            "source": "carrier",
            "message_id": f"m{number}",
            "kind": "carrier",
            "body": b"{}",
            "received_at": NOW,
            "next_try_at": NOW,
        }
        | fields
    )


def take(now=NOW, limit=10, **options):
    """Claim messages and return their numbers."""
    return [row.message_id for row in claim(InboxMessage.objects.all(), now=now, limit=limit, **options)]


def test_due_rows_are_taken_in_their_order_up_to_the_limit():
    for number in range(1, 4):
        make_message(number)
    assert take(limit=2) == ["m1", "m2"]
    assert take(limit=2) == ["m3"]
    assert take() == []


def test_a_row_of_later_is_left():
    make_message(next_try_at=NOW + timedelta(seconds=1))
    make_message(2, next_try_at=None)
    assert take() == []


def test_a_taken_row_carries_lease_token_and_attempt():
    make_message()
    (row,) = claim(InboxMessage.objects.all(), now=NOW, limit=1)
    stored = InboxMessage.objects.get()
    assert (row.lease_until, row.lease_token, row.attempts) == (LATER, stored.lease_token, 1)
    assert (stored.lease_until, len(stored.lease_token), stored.attempts) == (LATER, 16, 1)


def test_a_lease_can_be_longer():
    make_message()
    take(lease=90)
    assert InboxMessage.objects.get().lease_until == NOW + timedelta(seconds=90)


def test_a_held_row_is_left_until_its_lease_is_over():
    make_message()
    take()
    assert take(LATER - timedelta(seconds=1)) == []
    assert take(LATER) == ["m1"]


def test_the_fence_tells_the_one_who_came_too_late():
    make_message()
    (slow,) = claim(InboxMessage.objects.all(), now=NOW, limit=1)
    (fast,) = claim(InboxMessage.objects.all(), now=LATER, limit=1)
    with transaction.atomic():
        assert (still_ours(slow), still_ours(fast)) == (False, True)


def test_the_fence_tells_that_the_row_is_gone():
    make_message()
    (row,) = claim(InboxMessage.objects.all(), now=NOW, limit=1)
    InboxMessage.objects.all().delete()
    with transaction.atomic():
        assert not still_ours(row)


def test_a_row_whose_worker_died_is_taken_alone_and_the_others_with_the_next_claim():
    make_message(1)
    make_message(2)
    take(limit=1)
    make_message(3)
    assert take(LATER) == ["m1"]
    assert take(LATER) == ["m2", "m3"]


def test_after_a_crash_few_rows_are_taken_and_after_a_second_one_each_alone():
    for number in range(30):
        make_message(number)
    assert len(take(limit=30)) == 30
    few = take(LATER, limit=30)
    assert few == [f"m{number}" for number in range(10)], "the worker died with all thirty"
    assert take(LATER + timedelta(hours=1), limit=30) == ["m0"], "it died with the ten again"
    assert take(LATER + timedelta(hours=1), limit=30) == ["m1"]


def test_a_lease_that_ran_out_is_counted_as_a_crash():
    make_message()
    take()
    (row,) = claim(InboxMessage.objects.all(), now=LATER, limit=1)
    stored = InboxMessage.objects.get()
    assert (row.attempts, row.crashes, stored.attempts, stored.crashes) == (2, 1, 2, 1)


def test_a_row_that_was_given_back_counts_no_crash():
    make_message()
    take()
    InboxMessage.objects.update(lease_until=None)
    (row,) = claim(InboxMessage.objects.all(), now=LATER, limit=1)
    assert (row.attempts, row.crashes) == (2, 0)


def test_a_row_is_worn_out_after_its_third_crash():
    make_message()
    worn = []
    for number in range(5):
        (row,) = claim(InboxMessage.objects.all(), now=NOW + number * (LATER - NOW), limit=1)
        worn.append(worn_out(row))
    assert worn == [False, False, False, True, True]


@pytest.mark.django_db(transaction=True)
def test_a_claim_inside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        take()


def test_the_wait_doubles_and_ends_at_an_hour():
    for attempts, seconds in [(0, 1), (1, 1), (2, 2), (5, 16), (12, 2048), (40, 3600)]:
        assert 0.8 * seconds <= backoff(attempts).total_seconds() <= 1.2 * seconds


def test_an_error_is_one_short_line():
    assert error_text(ValueError("first\nsecond")) == "ValueError: first"
    assert error_text(ValueError()) == "ValueError: "
    assert len(error_text(ValueError("x" * 900))) == 500
