"""Facts on their way to their handlers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oms.foundation import facts, relay, work
from oms.foundation.claims import claim
from oms.foundation.facts import Fact, Subscription, publish
from oms.foundation.models import HandledEvent, OutboxEvent
from orders.models import Channel
from tests.factories import make_actor

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ACTOR = make_actor(now=NOW)


@dataclass(frozen=True, kw_only=True)
class Rang(Fact):
    """A bell of a tower rang."""

    STREAM: ClassVar[str] = "tower:{tower}"

    tower: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Cracked(Rang):
    """A bell of a tower broke."""


@pytest.fixture
def heard(monkeypatch):
    """Subscribe a handler that keeps what it was told; ``heard.poison`` are notes that it cannot bear."""
    ears = Ears()
    monkeypatch.setattr(facts, "SUBSCRIPTIONS", subscribed := {})
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", subscribed)
    subscribed["Rang"] = [Subscription("ears", ears.hear)]
    subscribed["Cracked"] = [Subscription("ears", ears.hear)]
    return ears


class Ears:
    """A handler that writes a row for each note, so that its effect is one of the database."""

    def __init__(self):
        self.calls: list[list[str]] = []
        self.poison: set[str] = set()

    def hear(self, told, actor):
        """Keep the notes, or fail at a poison one after the effect."""
        self.calls.append([fact.note for fact in told])
        for fact in told:
            Channel.objects.create(code=f"t{fact.tower}-{fact.note}", name=fact.note)
            if fact.note in self.poison:
                raise ValueError("cannot bear it")

    @property
    def effects(self):
        """Return the notes that had their effect, in its order."""
        return list(Channel.objects.order_by("id").values_list("name", flat=True))


def ring(*notes, tower=1, kind=Rang):
    """Publish one fact for each note."""
    publish(*[kind(at=NOW, tower=tower, note=note) for note in notes])


def run(*, minutes=0, limit=200):
    """Deliver what is due so many minutes from now."""
    return relay.relay(ACTOR.at(NOW + timedelta(minutes=minutes)), limit)


def states():
    """Return the states in the order of publication."""
    return list(OutboxEvent.objects.order_by("id").values_list("state", flat=True))


def test_many_facts_are_written_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        ring(*"abcdefgh")
    assert OutboxEvent.objects.count() == 8


def test_a_fact_keeps_its_stream_values_and_moment():
    ring("a", tower=12)
    event = OutboxEvent.objects.get()
    assert (event.stream, event.kind, event.payload) == ("tower:12", "Rang", {"tower": 12, "note": "a"})
    assert facts.fact_of(event) == Rang(at=NOW, tower=12, note="a")


def test_nothing_is_published_without_a_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        publish()


def test_a_fact_of_a_transaction_that_failed_is_gone(heard):
    with pytest.raises(RuntimeError), transaction.atomic():
        ring("a")
        raise RuntimeError
    assert run() == 0
    assert (states(), heard.effects) == ([], [])


def test_facts_of_one_stream_reach_their_handler_in_order_and_together(heard):
    ring(*"abc")
    assert run() == 3
    assert heard.calls == [["a", "b", "c"]]
    assert states() == ["done"] * 3


def test_kinds_of_one_stream_keep_their_order(heard):
    ring("a", "b")
    ring("c", kind=Cracked)
    ring("d")
    run()
    assert heard.effects == ["a", "b", "c", "d"]
    assert heard.calls == [["a", "b"], ["c"], ["d"]]


def test_a_fact_that_fails_holds_back_what_follows_in_its_stream_alone(heard):
    heard.poison = {"b"}
    ring(*"abc", tower=1)
    ring("d", kind=Cracked, tower=1)
    ring(*"xy", tower=2)
    run()
    assert sorted(heard.effects) == ["a", "x", "y"]
    assert states() == ["done", "retry_wait", "received", "received", "done", "done"]


def test_what_was_held_back_loses_no_try_and_is_taken_after_the_one_before_it(heard):
    heard.poison = {"a"}
    ring("a")
    ring("b")
    ring("c", kind=Cracked)
    run()
    assert (
        list(OutboxEvent.objects.order_by("id").values_list("attempts", "lease_until")) == [(1, None)] + [(0, None)] * 2
    )
    assert run() == 0
    heard.poison = set()
    assert run(minutes=1) == 3
    assert heard.effects == ["a", "b", "c"]


def test_one_poison_fact_among_a_hundred_stops_no_other(heard):
    heard.poison = {"n41"}
    for number in range(100):
        ring(f"n{number}", tower=number)
    run()
    assert (states().count("done"), states()[41]) == (99, "retry_wait")
    assert len(heard.effects) == 99
    assert len(heard.calls) <= 16


def test_a_poison_fact_ends_dead_after_twelve_tries(heard):
    heard.poison = {"a"}
    ring("a")
    tries = 0
    while states() == ["received"] or states() == ["retry_wait"]:
        tries += run(minutes=tries * 120)
    assert (tries, states()) == (12, ["dead"])
    event = OutboxEvent.objects.get()
    assert (event.last_error, event.lease_until) == ("ValueError: cannot bear it", None)
    assert HandledEvent.objects.count() == 0


def test_the_waits_between_tries_grow(heard):
    heard.poison = {"a"}
    ring("a")
    waits = []
    moment = NOW
    for _ in range(4):
        relay.relay(ACTOR.at(moment), 10)
        due = OutboxEvent.objects.get().next_try_at
        waits.append((due - moment).total_seconds())
        moment = due
    assert [0.8 * 2**n <= wait <= 1.2 * 2**n for n, wait in enumerate(waits)] == [True] * 4


def test_a_dead_fact_lets_its_stream_go_on(heard):
    heard.poison = {"a"}
    ring("a")
    OutboxEvent.objects.update(attempts=11)
    run()
    ring("b")
    run()
    assert (states(), heard.effects) == (["dead", "done"], ["b"])


def test_a_replayed_fact_has_a_new_life(heard):
    ring("a")
    OutboxEvent.objects.update(state="dead", attempts=12, last_error="x")
    event = OutboxEvent.objects.get()
    assert relay.replay([event.pk], actor=ACTOR) == 1
    assert run() == 1
    assert (states(), heard.effects) == (["done"], ["a"])
    assert OutboxEvent.objects.get().attempts == 1


def test_only_dead_facts_are_replayed(heard):
    ring("a")
    run()
    assert relay.replay([OutboxEvent.objects.get().pk], actor=ACTOR) == 0
    assert states() == ["done"]


def test_a_handler_that_fails_leaves_neither_its_effect_nor_its_mark(heard):
    heard.poison = {"a"}
    ring("a")
    run()
    assert (heard.effects, HandledEvent.objects.count()) == ([], 0)


def test_a_second_handler_that_fails_does_not_repeat_the_first(heard, monkeypatch):
    second = Ears()
    second.poison = {"a"}
    monkeypatch.setitem(relay.SUBSCRIPTIONS, "Rang", [Subscription("ears", heard.hear), Subscription("x", second.fail)])
    ring("a")
    run()
    second.poison = set()
    run(minutes=1)
    assert (heard.calls, second.calls) == ([["a"]], [["a"], ["a"]])
    assert states() == ["done"]
    assert sorted(HandledEvent.objects.values_list("handler", flat=True)) == ["ears", "x"]


def fail(self, told, actor):
    """Fail at a poison note, else do nothing."""
    self.calls.append([fact.note for fact in told])
    if self.poison:
        raise ValueError


Ears.fail = fail  # type: ignore[attr-defined]


def test_a_fact_taken_by_a_worker_that_stopped_is_delivered_when_the_lease_is_over(heard):
    ring("a")
    claim(relay.takeable(NOW), now=NOW, limit=10)
    assert run() == 0
    assert run(minutes=1) == 1
    assert heard.effects == ["a"]


def test_a_delivery_that_was_never_marked_as_done_has_no_second_effect(heard, monkeypatch):
    ring("a")
    with monkeypatch.context() as dying:
        dying.setattr(relay, "_finish", lambda events, now: None)
        run()
    assert (states(), heard.effects) == (["received"], ["a"])
    assert run(minutes=1) == 1
    assert (states(), heard.effects, heard.calls) == (["done"], ["a"], [["a"]])


def test_a_worker_whose_lease_is_over_cannot_finish_what_another_has_taken(heard):
    ring("a")
    (slow,) = claim(relay.takeable(NOW), now=NOW, limit=1)
    (fast,) = claim(relay.takeable(NOW + timedelta(minutes=1)), now=NOW + timedelta(minutes=1), limit=1)
    relay._finish([slow], NOW)
    relay._postpone(slow, ValueError("late"), NOW)
    event = OutboxEvent.objects.get()
    assert (event.state, event.lease_token, event.last_error) == ("received", fast.lease_token, "")


def test_what_its_worker_died_with_is_taken_alone(heard):
    ring(*"abc", tower=1)
    ring("x", tower=2)
    claim(relay.takeable(NOW), now=NOW, limit=10)
    assert [run(minutes=1) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert heard.effects == ["a", "b", "c", "x"]


def test_what_kills_its_worker_three_times_ends_dead_and_takes_nobody_along(heard):
    ring("killer", tower=1)
    ring("x", tower=2)
    for minutes in range(3):
        claimed = relay.claim(
            relay.takeable(NOW + timedelta(minutes=minutes)),
            now=NOW + timedelta(minutes=minutes),
            limit=10,
            crash=relay.CRASH,
            choose=relay._head_after_crash,
        )
        assert claimed[0].payload["note"] == "killer"
    run(minutes=3)
    run(minutes=3)
    assert (states(), heard.effects) == (["dead", "done"], ["x"])
    assert "workers died" in OutboxEvent.objects.first().last_error


def test_a_kind_that_nobody_listens_to_is_done(heard):
    relay.SUBSCRIPTIONS.clear()
    ring("a")
    run()
    assert (states(), HandledEvent.objects.count()) == (["done"], 0)


def test_a_fact_of_a_kind_that_is_gone_waits_for_a_person(heard):
    ring("a")
    OutboxEvent.objects.update(kind="Forgotten", attempts=11)
    relay.SUBSCRIPTIONS["Forgotten"] = [Subscription("ears", heard.hear)]
    run()
    assert (states(), OutboxEvent.objects.get().last_error) == (["dead"], "KeyError: 'Forgotten'")


def test_a_database_that_went_away_is_nobodys_fault(heard, monkeypatch):
    def gone(told, actor):
        """Fail as a lost connection does."""
        raise OperationalError("server closed the connection")

    monkeypatch.setitem(relay.SUBSCRIPTIONS, "Rang", [Subscription("ears", gone)])
    monkeypatch.setattr(connections["default"], "is_usable", lambda: False)
    ring("a")
    with pytest.raises(OperationalError):
        run()
    assert OutboxEvent.objects.get().state == "received"


def test_a_batch_takes_a_constant_number_of_statements(heard):
    def statements(number):
        """Return how many statements a batch of so many facts takes, without the handler's own."""
        for tower in range(number):
            ring("a", tower=tower)
        relay.SUBSCRIPTIONS["Rang"] = [Subscription("deaf", lambda told, actor: None)]
        with CaptureQueriesContext(connection) as asked:
            run()
        return len(asked)

    assert statements(3) == statements(60) <= 10


class TestNextFactDue:
    """When the next fact can be taken."""

    def test_nothing_waits(self):
        assert relay.next_fact_due() is None

    def test_a_fact_waits_now(self):
        ring("a")
        assert relay.next_fact_due() == NOW
        assert "flow" in work.due_queues()

    def test_what_stands_behind_a_fact_of_later_is_due_no_earlier(self, heard):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        later = timezone.now() + timedelta(minutes=9)
        OutboxEvent.objects.filter(pk=first.pk).update(state="retry_wait", next_try_at=later)
        assert relay.next_fact_due() == later

    def test_what_another_worker_holds_is_due_when_its_lease_is_over(self):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        later = timezone.now() + timedelta(seconds=30)
        OutboxEvent.objects.filter(pk=first.pk).update(lease_until=later)
        assert relay.next_fact_due() == later

    def test_what_is_done_or_dead_is_never_due(self):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        OutboxEvent.objects.update(state="done")
        OutboxEvent.objects.filter(pk=first.pk).update(state="dead")
        assert relay.next_fact_due() is None


class TestTheBell:
    """Waking a worker."""

    @pytest.fixture(autouse=True)
    def rung(self, monkeypatch):
        """Keep the queues that were rung."""
        self.queues: list[str] = []
        monkeypatch.setattr(work, "wake", self.queues.append)

    def test_it_rings_once_for_a_transaction_and_queue(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            ring("a")
            with transaction.atomic():
                ring("b")
            work.ring("payments")
        assert self.queues == ["flow", "payments"]

    def test_it_still_rings_when_an_inner_transaction_failed(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            with pytest.raises(RuntimeError), transaction.atomic():
                ring("a")
                raise RuntimeError
            ring("b")
        assert self.queues == ["flow"]

    def test_it_is_silent_when_the_transaction_failed(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
            ring("a")
            raise RuntimeError
        assert self.queues == []
