"""Two workers at the same moment, each on a connection of its own."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_fsm import ConcurrentTransition

from oms.foundation import actions, bulk, inbox, relay, work
from oms.foundation.aggregate import save_many
from oms.foundation.claims import claim
from oms.foundation.facts import Subscription, publish
from oms.foundation.locks import lock_row
from oms.foundation.models import BulkOperation, HandledEvent, InboxMessage, OutboxEvent, PeriodicJob
from oms.foundation.refusals import StaleVersion
from oms.foundation.work import Job
from orders.models import Channel
from tests.concurrency.together import together
from tests.factories import make_actor
from tests.foundation.rows import make_channels, make_operation
from tests.foundation.test_claims import make_message
from tests.foundation.tower import Ears, Rang

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("shared_database")]
NOW = timezone.now()
ACTOR = make_actor(now=NOW)
LATER = ACTOR.at(NOW + timedelta(minutes=1))


def elsewhere(act):
    """Run an act on a second connection and return what it returned or raised."""
    return together(act)[0]


@pytest.fixture
def ears(monkeypatch):
    """Subscribe a handler."""
    found = Ears()
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", {"Rang": [Subscription("ears", found.hear)]})
    return found


def test_four_workers_never_take_the_same_row():
    for number in range(60):
        make_message(number)

    def take():
        """Claim ten rows, five times."""
        rows = [claim(InboxMessage.objects.all(), now=NOW, limit=10) for _ in range(5)]
        return [row.pk for batch in rows for row in batch]

    taken = together(take, take, take, take)
    keys = [pk for one in taken for pk in one]
    assert (len(keys), len(set(keys))) == (60, 60)
    assert set(InboxMessage.objects.values_list("attempts", flat=True)) == {1}


def test_workers_that_share_a_stream_keep_its_order(ears):
    for number in range(40):
        publish(Rang(at=NOW, tower=number % 2, note=f"{number}"))

    def deliver():
        """Deliver three facts at a time until nothing can be taken."""
        while relay.relay(ACTOR, 3):
            pass

    together(deliver, deliver, deliver)
    deliver()
    told = [int(name) for name in ears.effects]
    assert [n for n in told if n % 2 == 0] == list(range(0, 40, 2))
    assert [n for n in told if n % 2 == 1] == list(range(1, 40, 2))


def test_F60_visibility_timeout_too_short(monkeypatch):
    publish(Rang(at=NOW, tower=1, note="a"))
    inside, go_on = threading.Event(), threading.Event()

    def slow(told, actor):
        """Have the effect, but only after the lease is over."""
        if not inside.is_set():
            inside.set()
            if connection.vendor == "postgresql":
                go_on.wait(20)
        Channel.objects.create(code=f"{timezone.now().timestamp()}", name="effect")

    monkeypatch.setattr(relay, "SUBSCRIPTIONS", {"Rang": [Subscription("slow", slow)]})

    def second():
        """Take the fact over, and let the first worker go on while this one waits for its mark."""
        inside.wait(20)
        threading.Timer(0.3, go_on.set).start()
        return relay.relay(LATER, 10)

    together(lambda: relay.relay(ACTOR, 10), second)
    relay.relay(ACTOR.at(NOW + timedelta(hours=2)), 10)
    assert (Channel.objects.count(), HandledEvent.objects.count()) == (1, 1)
    assert OutboxEvent.objects.get().state == "done"


def test_F75_scheduler_twice_or_late(monkeypatch):
    runs: list[int] = []
    monkeypatch.setattr(work, "JOBS", {"tick": Job("tick", timedelta(minutes=1), lambda actor: runs.append(1) or "")})
    for minute in range(5):
        moment = ACTOR.at(NOW + timedelta(minutes=minute))
        together(*[lambda moment=moment: work.run_due_jobs(moment)] * 3)
    assert len(runs) == 5
    assert PeriodicJob.objects.get().due_at == NOW + timedelta(minutes=5)


def test_F05_of_equal_messages_that_arrive_together_one_is_new():
    def receive():
        """Store the message."""
        return inbox.receive(source="shop", kind="x", account="1", message_id="m1", body=b"{}", headers={}, actor=ACTOR)

    assert sorted(together(*[receive] * 6)) == [False] * 5 + [True]
    assert InboxMessage.objects.count() == 1


def test_a_message_is_not_taken_over_while_its_worker_is_inside(monkeypatch):
    make_message()

    def consume(message, actor):
        """Have the effect after another worker has tried to take the message over."""
        if connection.vendor == "postgresql":
            assert elsewhere(lambda: inbox.work_inbox(LATER, 10)) == 0
        Channel.objects.create(code="effect", name="effect")

    monkeypatch.setattr(inbox, "CONSUMERS", {"carrier": consume})
    inbox.work_inbox(ACTOR, 10)
    inbox.work_inbox(LATER, 10)
    assert InboxMessage.objects.get().state == "done"


def test_a_row_of_a_bulk_act_is_done_once_by_two_workers(monkeypatch):
    from django.contrib.auth import get_user_model

    boss = get_user_model().objects.create_superuser("boss", password="a-long-password")
    done: list[int] = []
    monkeypatch.setattr(actions, "ACTIONS", {})
    actions.register(
        actions.Action(
            model=Channel, name="count", label="Count", permission="x", subject="channel_id", irreversible="x",
            service=lambda *, channel_id, actor: done.append(channel_id),
        )
    )  # fmt: skip
    rows = make_channels(20)
    operation = bulk.preview(
        action=actions.action_named(Channel, "count"), ids=[row.pk for row in rows], principal=boss, actor=ACTOR
    )
    operation = bulk.start(operation_id=operation.pk, values={}, actor=ACTOR)
    together(*[lambda: bulk._step(BulkOperation.objects.select_related("user").get(pk=operation.pk))] * 3)
    assert sorted(done) == sorted(row.pk for row in rows)
    assert BulkOperation.objects.get().state == "done"


@pytest.mark.lacks("I16.bulkoperation")  # the machinery alone: nobody records
def test_of_two_who_start_the_same_act_one_is_refused():
    operation = make_operation()

    def start():
        """Start it under its lock."""
        with transaction.atomic():
            row = lock_row(BulkOperation, operation.pk)
            row.start(at=NOW)
            row.save()
            return "started"

    outcomes = together(start, start, start)
    assert outcomes.count("started") == 1
    assert (BulkOperation.objects.get().state, BulkOperation.objects.get().version) == ("running", 1)


@pytest.mark.lacks("I16.bulkoperation")
@pytest.mark.parametrize("in_one_statement", [False, True])
def test_without_a_lock_the_version_refuses_the_second(in_one_statement):
    operation = make_operation()
    first, second = (BulkOperation.objects.get(pk=operation.pk) for _ in range(2))
    first.start(at=NOW)
    second.cancel()
    elsewhere(lambda: save_many([first], ["state", "next_try_at"]) if in_one_statement else first.save())
    with pytest.raises(ConcurrentTransition if in_one_statement else StaleVersion):
        save_many([second], ["state"]) if in_one_statement else second.save()
    assert BulkOperation.objects.get().state == "running"
