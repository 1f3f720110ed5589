"""Facts on their way to their handlers."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from oms.foundation import facts, relay
from oms.foundation.claims import claim
from oms.foundation.facts import Subscription, publish
from oms.foundation.models import HandledEvent, OutboxEvent
from tests.foundation.tower import NOW, Cracked, Ears, Rang, ring, run, states

pytestmark = pytest.mark.django_db


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


def test_F58_pool_child_killed(heard):
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


def test_of_what_its_worker_died_with_each_stream_goes_on_fact_by_fact(heard):
    ring(*"abc", tower=1)
    ring("x", tower=2)
    claim(relay.takeable(NOW), now=NOW, limit=10)
    assert [run(minutes=1) for _ in range(4)] == [2, 1, 1, 0]
    assert heard.effects == ["a", "x", "b", "c"]


def test_after_a_second_death_one_stream_is_taken_alone(heard):
    ring("a", tower=1)
    ring("x", tower=2)
    claim(relay.takeable(NOW), now=NOW, limit=10)
    later = NOW + timedelta(minutes=1)
    assert len(claim(relay.takeable(later), now=later, limit=10, choose=relay._heads_after_crash)) == 2
    assert [run(minutes=2) for _ in range(3)] == [1, 1, 0]
    assert heard.effects == ["a", "x"]


def test_F76_killer_job_ends_dead(heard):
    ring("killer", tower=1)
    ring("x", tower=2)
    for minutes in range(5):
        claimed = relay.claim(
            relay.takeable(NOW + timedelta(minutes=minutes)),
            now=NOW + timedelta(minutes=minutes),
            limit=10,
            choose=relay._heads_after_crash,
        )
        assert claimed[0].payload["note"] == "killer"
    run(minutes=5)
    run(minutes=5)
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


def test_F63_a_database_that_went_away_is_nobodys_fault(heard, monkeypatch):
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

    assert statements(3) == statements(60) <= 9
