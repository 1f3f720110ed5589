"""Messages from outside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oms.foundation import inbox
from oms.foundation.claims import claim
from oms.foundation.inbox import Ignored, NotYet, receive, replay, work_inbox
from oms.foundation.models import InboxMessage
from orders.models import Channel
from tests.factories import make_actor

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ACTOR = make_actor(now=NOW)


@pytest.fixture
def consumer(monkeypatch):
    """Register a consumer of carrier messages that has an effect and then does what it is told."""
    clerk = Clerk()
    monkeypatch.setattr(inbox, "CONSUMERS", {"carrier": clerk.consume})
    return clerk


class Clerk:
    """Writes a row for each message, then raises what the test wants."""

    error: Exception | None = None

    def consume(self, message, actor):
        """Have the effect."""
        Channel.objects.create(code=message.message_id, name=bytes(message.body).decode())
        if self.error is not None:
            raise self.error


def store(message_id="m1", body=b"hello", kind="carrier", source="carrier:1"):
    """Store a message and return whether it was new."""
    return receive(
        source=source, kind=kind, account="1", message_id=message_id, body=body, headers={"X-Test": "1"}, actor=ACTOR
    )


def run(minutes=0):
    """Work what is due so many minutes from now."""
    return work_inbox(ACTOR.at(NOW + timedelta(minutes=minutes)), 100)


def outcome():
    """Return state and error of the one message, with the number of effects."""
    message = InboxMessage.objects.get()
    return message.state, message.last_error, Channel.objects.count()


def test_a_message_is_stored_raw():
    assert store(body=b"\xff\x00raw")
    message = InboxMessage.objects.get()
    assert (bytes(message.body), message.headers, message.state) == (b"\xff\x00raw", {"X-Test": "1"}, "received")
    assert (message.received_at, message.next_try_at) == (NOW, NOW)


def test_F07_a_message_is_stored_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(3):  # with its savepoint
        store()


def test_F07_webhook_burst(consumer):
    stored = [store(f"m{number % 40}") for number in range(50)]
    assert (stored.count(True), Channel.objects.count()) == (40, 0)
    assert (run(), run(minutes=1)) == (40, 0)
    assert InboxMessage.objects.filter(state="done").count() == Channel.objects.count() == 40


@pytest.mark.parametrize(("seconds", "taken"), [(300, 1), (-300, 0)])
def test_F70_clock_skew(consumer, seconds, taken):
    store()
    (ours,) = claim(InboxMessage.objects.all(), now=NOW, limit=1)
    assert work_inbox(ACTOR.at(NOW + timedelta(seconds=seconds)), 10) == taken
    inbox._work([ours], ACTOR)
    run(minutes=10)
    assert outcome() == ("done", "", 1)


def test_a_repeated_message_is_not_new_and_has_one_effect(consumer):
    assert [store() for _ in range(3)] == [True, False, False]
    run()
    assert not store()
    run()
    assert outcome() == ("done", "", 1)


def test_the_same_number_from_another_source_is_another_message():
    assert [store(source="carrier:1"), store(source="carrier:2")] == [True, True]


def test_the_effect_and_the_mark_are_one(consumer):
    store()
    assert run() == 1
    message = InboxMessage.objects.get()
    assert (message.state, message.done_at, message.lease_until) == ("done", NOW, None)
    assert Channel.objects.get().name == "hello"


def test_a_message_without_meaning_is_kept_as_ignored_without_effect(consumer):
    consumer.error = Ignored("a ping")
    store()
    run()
    assert outcome() == ("ignored", "a ping", 0)


def test_a_kind_that_nobody_consumes_is_ignored():
    store(kind="nobody")
    run()
    assert outcome() == ("ignored", "nobody consumes nobody", 0)


def test_a_message_that_comes_too_early_is_tried_again(consumer):
    consumer.error = NotYet("no such parcel yet")
    store()
    run()
    assert outcome() == ("retry_wait", "NotYet: no such parcel yet", 0)
    consumer.error = None
    assert (run(), run(minutes=1)) == (0, 1)
    assert outcome() == ("done", "", 1)


def test_F10_poison_event_ends_dead(consumer):
    consumer.error = ValueError("broken")
    store("m1")
    tries = 0
    while not InboxMessage.objects.filter(state="dead").exists():
        tries += run(minutes=tries * 120)
    consumer.error = None
    store("m2")
    run(minutes=9999)
    assert tries == 12
    assert list(InboxMessage.objects.order_by("id").values_list("state", flat=True)) == ["dead", "done"]


def test_a_dead_message_is_worked_again_after_a_replay(consumer):
    store()
    InboxMessage.objects.update(state="dead", attempts=12)
    assert replay([InboxMessage.objects.get().pk], actor=ACTOR) == 1
    run()
    assert outcome() == ("done", "", 1)


def test_a_message_that_is_done_is_not_replayed(consumer):
    store()
    run()
    assert replay([InboxMessage.objects.get().pk], actor=ACTOR) == 0
    assert run(minutes=1) == 0


def test_a_worker_whose_lease_is_over_has_no_effect(consumer):
    store()
    (slow,) = inbox.claim(InboxMessage.objects.all(), now=NOW, limit=1)
    inbox.claim(InboxMessage.objects.all(), now=NOW + timedelta(minutes=1), limit=1)
    inbox._work([slow], ACTOR)
    assert outcome() == ("received", "", 0)


def test_a_message_that_kills_its_worker_three_times_ends_dead(consumer):
    store()
    for minutes in range(3):
        moment = NOW + timedelta(minutes=minutes)
        assert inbox.claim(InboxMessage.objects.all(), now=moment, limit=1)
    run(minutes=3)
    assert outcome() == ("dead", "WorkerDied: its workers died with it", 0)


@pytest.fixture
def crowd(monkeypatch):
    """Register a consumer of many messages at once, and return the batches that it had its effect on."""
    batches: list[list[str]] = []

    def consume(messages, actor):
        """Write a row for each message; "early" comes too early, "ping" means nothing, "poison" breaks everything."""
        marks = [message.message_id for message in messages]
        said = {"early": NotYet("no such parcel yet"), "ping": Ignored("a ping")}
        Channel.objects.bulk_create(Channel(code=mark) for mark in marks if mark not in said)
        if "poison" in marks:
            raise ValueError("broken")
        batches.append(marks)
        return {one.pk: said[one.message_id] for one in messages if one.message_id in said}

    monkeypatch.setattr(inbox, "BATCH_CONSUMERS", {"crowd": consume})
    return batches


def store_crowd(*marks):
    """Store messages that may be worked together."""
    for mark in marks:
        store(mark, kind="crowd")


def states():
    """Return the state of every message by its mark."""
    return dict(InboxMessage.objects.values_list("message_id", "state"))


def test_many_messages_are_worked_in_one_transaction(crowd):
    store_crowd("a", "early", "b", "ping", "c")
    assert run() == 5
    assert crowd == [["a", "early", "b", "ping", "c"]]
    assert states() == {"a": "done", "b": "done", "c": "done", "early": "retry_wait", "ping": "ignored"}
    assert Channel.objects.count() == 3


def test_a_poison_message_in_a_batch_stops_no_other(crowd):
    store_crowd("a", "b", "poison", "c", "d")
    run()
    assert states() == {"a": "done", "b": "done", "c": "done", "d": "done", "poison": "retry_wait"}
    assert set(Channel.objects.values_list("code", flat=True)) == {"a", "b", "c", "d"}


def test_messages_of_another_kind_or_account_are_not_worked_together(crowd, consumer):
    store_crowd("a", "b")
    store("alone")
    store_crowd("c")
    run()
    assert crowd == [["a", "b"], ["c"]] and set(states().values()) == {"done"}


def test_what_another_worker_took_over_is_left_to_it(crowd):
    store_crowd("a", "b", "c")
    slow = inbox.claim(InboxMessage.objects.all(), now=NOW, limit=3)
    inbox.claim(InboxMessage.objects.filter(message_id="b"), now=NOW + timedelta(minutes=1), limit=1)
    inbox._work(slow, ACTOR)
    assert states() == {"a": "done", "b": "received", "c": "done"}
    assert set(Channel.objects.values_list("code", flat=True)) == {"a", "c"}
