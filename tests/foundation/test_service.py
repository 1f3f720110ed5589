"""Worker and scheduler in one process."""

import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from oms.celery import app
from oms.foundation import facts, relay, work
from oms.foundation.facts import Subscription, publish
from oms.foundation.management.commands import work as command
from oms.foundation.models import OutboxEvent, PeriodicJob
from oms.foundation.service import Workshop
from oms.foundation.work import Drainer
from tests.foundation.tower import Ears, Rang

PATIENCE = 30


@pytest.fixture
def heard(monkeypatch):
    """Subscribe a handler that sets an event once it was told."""
    ears = Ears()
    told = threading.Event()

    def hear(facts, actor):
        """Have the effect and tell the test."""
        ears.hear(facts, actor)
        told.set()

    subscribed = {"Rang": [Subscription("ears", hear)]}
    monkeypatch.setattr(facts, "SUBSCRIPTIONS", subscribed)
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", subscribed)
    ears.told = told
    return ears


def ring(note="a"):
    """Publish a fact."""
    publish(Rang(at=timezone.now(), tower=1, note=note))


def wait_for(condition):
    """Wait until a condition holds, and tell whether it did."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class TestWorkshop:
    """Celery's worker and beat as threads."""

    @pytest.fixture(autouse=True)
    def embedded(self, settings, shared_database):
        """Use the broker in memory."""
        if not settings.EMBEDDED:
            pytest.skip("proves the embedded default: runs with the in-memory broker only")

    def test_a_fact_is_handled_by_its_bell_alone(self, heard, monkeypatch):
        monkeypatch.setitem(app.conf, "beat_schedule", {})
        with Workshop():
            ring()
            assert heard.told.wait(PATIENCE)
            assert wait_for(lambda: OutboxEvent.objects.get().state == "done")
        assert heard.effects == ["a"]

    def test_F62_redis_wiped(self, heard, monkeypatch):
        with monkeypatch.context() as deaf:
            deaf.setattr(work, "wake", lambda queue: None)
            ring()
        with Workshop():
            assert heard.told.wait(PATIENCE)
            assert wait_for(lambda: OutboxEvent.objects.get().state == "done")

    def test_the_clock_leaves_its_sign_of_life(self):
        with Workshop():
            assert wait_for(PeriodicJob.objects.filter(name="heartbeat", last_result="alive").exists)

    def test_it_stops_without_a_trace_and_can_start_again(self, heard):
        before = set(threading.enumerate())
        for note in "ab":
            heard.told.clear()
            with Workshop():
                ring(note)
                assert heard.told.wait(PATIENCE)
                assert wait_for(lambda: not OutboxEvent.objects.exclude(state="done").exists())
            left = {thread for thread in threading.enumerate() if thread.is_alive()} - before
            assert wait_for(lambda left=left: not any(thread.is_alive() for thread in left)), left
        assert heard.effects == ["a", "b"]


class TestUntilIdle:
    """``manage.py work --until-idle``."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture(autouse=True)
    def quiet_clock(self, monkeypatch):
        """Leave out the jobs, which are not what is tested."""
        monkeypatch.setattr(work, "JOBS", {})

    def test_it_handles_all_that_is_due_and_ends(self, heard):
        for note in "abc":
            ring(note)
        call_command("work", "--until-idle", stdout=StringIO())
        assert heard.effects == ["a", "b", "c"]

    def test_it_does_what_handlers_begin(self, heard, monkeypatch):
        echo = Subscription("echo", lambda told, actor: ring("echo") if told[0].note == "a" else None)
        relay.SUBSCRIPTIONS["Rang"].append(echo)
        ring("a")
        call_command("work", "--until-idle", stdout=StringIO())
        assert heard.effects == ["a", "echo"]

    def test_it_waits_for_work_that_comes_within_its_patience(self, heard):
        ring()
        OutboxEvent.objects.update(next_try_at=timezone.now() + timedelta(seconds=0.3))
        command.work_until_idle(5)
        assert heard.effects == ["a"]

    def test_it_does_not_wait_for_work_of_later(self, heard):
        ring()
        OutboxEvent.objects.update(next_try_at=timezone.now() + timedelta(hours=1))
        command.work_until_idle(5)
        assert heard.effects == []

    def test_it_does_not_wait_for_what_stands_behind_work_of_later(self, heard):
        ring("a")
        ring("b")
        first = OutboxEvent.objects.order_by("id").first()
        OutboxEvent.objects.filter(pk=first.pk).update(next_try_at=timezone.now() + timedelta(hours=1))
        command.work_until_idle(5)
        assert heard.effects == []

    def test_it_does_not_hide_a_drainer_that_fails(self, heard, monkeypatch):
        def fail(actor, limit):
            """Fail."""
            raise ZeroDivisionError

        monkeypatch.setitem(work.DRAINERS, "payments", [Drainer("payments", "broken", fail, lambda: None)])
        ring()
        with pytest.raises(ZeroDivisionError):
            call_command("work", "--until-idle", stdout=StringIO())
        assert heard.effects == ["a"]
