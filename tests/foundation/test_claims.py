"""Rows that wait for a worker."""

from collections import deque
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from oms.foundation import claims, work
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


def test_a_death_in_company_is_no_crash_of_anybody():
    for number in range(30):
        make_message(number)
    take(limit=30)
    few = claim(InboxMessage.objects.all(), now=LATER, limit=30)
    (alone,) = claim(InboxMessage.objects.all(), now=LATER + timedelta(hours=1), limit=30)
    assert [row.crashes for row in [*few, alone]] == [0] * 11


def test_who_kills_every_worker_is_worn_out_after_two_deaths_in_company_and_three_alone():
    for number in range(30):
        make_message(number)
    deaths, rows = 0, claim(InboxMessage.objects.all(), now=NOW, limit=30)
    while not worn_out(rows[0]):
        deaths += 1
        rows = claim(InboxMessage.objects.all(), now=NOW + timedelta(hours=deaths), limit=30)
    assert (deaths, [row.message_id for row in rows]) == (5, ["m0"])
    assert InboxMessage.objects.filter(crashes__gt=0).count() == 1


class TestADatabaseThatWentAway:
    """What a living worker had in hand when its connection was lost."""

    @pytest.fixture(autouse=True)
    def nothing_fallen(self, monkeypatch):
        """Begin with empty hands."""
        monkeypatch.setattr(claims, "_fallen", deque())

    def lose(self, monkeypatch, *, usable):
        """Take a message and fail as a statement does whose connection is lost."""
        with monkeypatch.context() as gone, pytest.raises(OperationalError), claims.letting_go():
            take()
            gone.setattr(connections["default"], "is_usable", lambda: usable)
            raise OperationalError("server closed the connection")

    def test_its_rows_are_due_at_once_and_count_no_crash(self, monkeypatch):
        make_message()
        self.lose(monkeypatch, usable=False)
        claims.give_back()
        (row,) = claim(InboxMessage.objects.all(), now=NOW, limit=1)
        assert (row.attempts, row.crashes) == (2, 0)

    def test_an_error_of_its_own_frees_nothing(self, monkeypatch):
        make_message()
        self.lose(monkeypatch, usable=True)
        claims.give_back()
        assert take() == []

    def test_what_another_worker_has_taken_meanwhile_stays_with_it(self, monkeypatch):
        make_message()
        self.lose(monkeypatch, usable=False)
        assert take(LATER) == ["m1"]
        claims.give_back()
        assert take(LATER) == []

    def test_it_is_tried_again_while_the_database_is_away(self, monkeypatch):
        make_message()
        self.lose(monkeypatch, usable=False)
        with monkeypatch.context() as away, pytest.raises(OperationalError):
            away.setattr(InboxMessage._meta, "base_manager", Away())
            claims.give_back()
        claims.give_back()
        assert take() == ["m1"]

    def test_the_next_drain_of_the_worker_gives_them_back(self, monkeypatch):
        make_message()
        self.lose(monkeypatch, usable=False)
        monkeypatch.setattr(work, "DRAINERS", {"flow": []})
        work.drain("flow")
        assert take() == ["m1"]


class Away:
    """Rows of a database that does not answer."""

    def filter(self, **wanted):
        """Fail as a lost connection does."""
        raise OperationalError("connection refused")


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
