"""Drainers whose rows are asked for before they are run."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from oms.foundation import work
from oms.foundation.models import InboxMessage
from oms.foundation.questions import next_due_of
from oms.foundation.work import Drainer
from tests.foundation.test_claims import make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def drainers(monkeypatch):
    """Replace every drainer."""
    known: dict[str, list[Drainer]] = {queue: [] for queue in work.QUEUES}
    monkeypatch.setattr(work, "DRAINERS", known)
    return known


def waiting(ran, name="messages"):
    """Return a drainer of messages that keeps its name when run."""
    waits = next_due_of(InboxMessage, Q(state="received"))
    return Drainer("channels", name, lambda *_: ran.append(name) or 1, waits, waits.due)


def test_one_without_due_rows_is_not_run(drainers):
    ran: list[str] = []
    drainers["channels"] += [waiting(ran)]
    assert (work.drain("channels"), ran, work.due_queues()) == (0, [], [])


def test_one_with_a_due_row_is_run_and_its_queue_is_rung(drainers):
    ran: list[str] = []
    drainers["channels"] += [waiting(ran)]
    make_message(1, next_try_at=timezone.now() - timedelta(seconds=1))
    assert (work.drain("channels"), ran, work.due_queues()) == (1, ["messages"], ["channels"])


def test_the_moment_is_asked_for_anew_each_time(drainers):
    drainers["channels"] += [waiting([])]
    make_message(1, next_try_at=timezone.now() + timedelta(hours=1))
    assert work.due_queues() == []
    InboxMessage.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert work.due_queues() == ["channels"]
    InboxMessage.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    assert work.due_queues() == []


def test_all_queues_are_asked_for_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        work.with_work([one for drainers in work.DRAINERS.values() for one in drainers])
