"""Facts that their handlers cannot bear."""

import pytest

from oms.foundation import relay
from oms.foundation.models import HandledEvent, OutboxEvent
from tests.foundation.tower import ACTOR, NOW, Cracked, ring, run, states

pytestmark = pytest.mark.django_db


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


def test_F10_one_poison_fact_among_a_hundred_stops_no_other(heard):
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
