"""Work that waits, and the jobs of the clock."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError as DatabaseDown
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from oms.foundation import tasks, work
from oms.foundation.models import InboxMessage, PeriodicJob
from oms.foundation.questions import next_due_of
from oms.foundation.work import Drainer, Job, run_due_jobs
from tests.factories import make_actor
from tests.foundation.test_claims import make_message

NOW = timezone.now()
ACTOR = make_actor(now=NOW)


@pytest.fixture
def drainers(monkeypatch):
    """Replace every drainer."""
    known: dict[str, list[Drainer]] = {queue: [] for queue in work.QUEUES}
    monkeypatch.setattr(work, "DRAINERS", known)
    return known


@pytest.fixture
def jobs(monkeypatch):
    """Replace every job."""
    known: dict[str, Job] = {}
    monkeypatch.setattr(work, "JOBS", known)
    return known


@pytest.fixture
def broker(monkeypatch):
    """Keep what reaches the broker, where nothing waits, and forget that it was silent."""
    sent: list[str] = []
    monkeypatch.setattr(work, "lies_waiting", lambda queue, producer: False)
    monkeypatch.setattr(tasks.drain_queue, "apply_async", lambda **call: sent.append(call["queue"]))
    monkeypatch.setattr(work, "_broker", work._Broker())
    return sent


def make_drainer(queue, drain, due=None):
    """Return a drainer that is due at a moment."""
    return Drainer(queue, "test", drain, lambda: due)


class TestDraining:
    """One queue."""

    def test_every_drainer_of_the_queue_runs_and_no_other(self, drainers):
        drainers["flow"] += [make_drainer("flow", lambda actor, limit: 2), make_drainer("flow", lambda *_: 3)]
        drainers["bulk"] += [make_drainer("bulk", lambda actor, limit: 100)]
        assert work.drain("flow") == 5

    def test_one_that_fails_starves_no_other(self, drainers):
        ran = []

        def fail(actor, limit):
            """Fail."""
            raise DatabaseDown("gone")

        drainers["flow"] += [make_drainer("flow", fail), make_drainer("flow", lambda *_: ran.append(1) or 1)]
        with pytest.raises(DatabaseDown):
            work.drain("flow")
        assert ran == [1]

    def test_an_unknown_queue_is_an_error_at_the_start(self):
        with pytest.raises(ValueError, match="unknown queue"):
            work.drainer("slow", next_due=lambda: None)

    def test_a_task_drains_until_nothing_is_left(self, drainers, broker):
        rounds = [5, 3, 0, 9]
        drainers["flow"] += [make_drainer("flow", lambda *_: rounds.pop(0))]
        tasks.drain_queue("flow")
        assert (rounds, broker) == ([9], [])

    def test_a_task_gives_way_after_its_time_and_rings_again(self, drainers, broker, monkeypatch):
        monkeypatch.setattr(tasks, "SECONDS", -1.0)
        drainers["flow"] += [make_drainer("flow", lambda *_: 1)]
        tasks.drain_queue("flow")
        assert broker == ["flow"]

    def test_a_task_that_finds_more_than_it_can_take_wakes_another_worker(self, drainers, broker):
        rounds = [work.BATCH, work.BATCH - 1, 0]
        drainers["flow"] += [make_drainer("flow", lambda *_: rounds.pop(0))]
        tasks.drain_queue("flow")
        assert broker == ["flow"]

    @pytest.mark.django_db(transaction=True)
    def test_a_task_needs_no_bell_for_what_it_will_find_itself(self, drainers, broker):
        rounds = [1, 0]

        def publish(*_):
            """Leave work for this queue and for another."""
            work.ring("flow")
            work.ring("payments")
            return rounds.pop(0)

        drainers["flow"] += [make_drainer("flow", publish)]
        tasks.drain_queue("flow")
        work.ring("flow")
        assert broker == ["payments", "payments", "flow"]


class TestTheSweep:
    """Ringing for what a lost bell left behind."""

    def test_it_rings_the_queues_with_work_that_is_due_and_the_clock(self, drainers, broker):
        past, future = NOW - timedelta(hours=1), NOW + timedelta(days=9999)
        drainers["flow"] += [make_drainer("flow", None, future), make_drainer("flow", None, past)]
        drainers["payments"] += [make_drainer("payments", None, future)]
        drainers["carriers"] += [make_drainer("carriers", None, None)]
        tasks.sweep()
        assert sorted(broker) == ["bulk", "flow"]

    def test_the_next_work_is_the_earliest_of_all_queues(self, drainers):
        assert work.next_due() is None
        drainers["flow"] += [make_drainer("flow", None, NOW + timedelta(2)), make_drainer("flow", None, None)]
        drainers["bulk"] += [make_drainer("bulk", None, NOW + timedelta(1))]
        assert work.next_due() == NOW + timedelta(1)


@pytest.mark.django_db
class TestNextDue:
    """When the earliest row of a table can be taken."""

    def due(self):
        """Ask for messages."""
        return next_due_of(InboxMessage, Q(state="received"))()

    def test_nothing_waits(self):
        make_message(state="done")
        assert self.due() is None

    def test_the_earliest_free_row_counts(self):
        make_message(1, next_try_at=NOW + timedelta(2))
        make_message(2, next_try_at=NOW + timedelta(1))
        assert self.due() == NOW + timedelta(1)

    def test_a_held_row_counts_from_the_end_of_its_lease(self):
        make_message(1, lease_until=NOW + timedelta(1))
        assert self.due() == NOW + timedelta(1)

    def test_a_held_row_of_later_counts_from_then(self):
        make_message(1, lease_until=NOW + timedelta(1), next_try_at=NOW + timedelta(3))
        assert self.due() == NOW + timedelta(3)


class TestTheBroker:
    """A doorbell that may be broken."""

    def test_a_bell_names_its_queue(self, broker):
        work.wake("payments")
        assert broker == ["payments"]

    def test_a_bell_that_nobody_has_heard_yet_is_enough(self, monkeypatch):
        monkeypatch.setattr(work, "_broker", work._Broker())
        queue = f"bells-{uuid4().hex}"  # a queue that no worker listens to
        with tasks.drain_queue.app.producer_pool.acquire(block=True) as producer:
            assert not work.lies_waiting(queue, producer)
            work.wake(queue)
            assert work.lies_waiting(queue, producer)
            work.wake(queue)
            assert producer.channel.queue_declare(queue=queue).message_count == 1
            producer.channel.queue_purge(queue=queue)

    def test_F61_redis_that_is_down_is_found_out_before_anything_is_sent(self, monkeypatch):
        monkeypatch.setattr(work, "_broker", work._Broker())
        [error, *_] = tasks.drain_queue.app.connection_for_write().connection_errors

        def refuse(*_, **__):
            """Fail as a broker's client does."""
            raise error("gone")

        with tasks.drain_queue.app.producer_pool.acquire(block=True) as producer:
            monkeypatch.setattr(type(producer.channel), "queue_declare", refuse)
        work.wake("flow")
        assert work._broker.silent_until > 0

    @pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError(), TimeoutError()])
    def test_F61_redis_down_at_enqueue(self, monkeypatch, broker, error):
        calls = []

        def refuse(**call):
            """Fail as a broker does that is down."""
            calls.append(call)
            raise error

        monkeypatch.setattr(tasks.drain_queue, "apply_async", refuse)
        work.wake("flow")
        work.wake("flow")
        assert len(calls) == 1
        work._broker.silent_until -= work.BROKER_REST
        work.wake("flow")
        assert len(calls) == 2

    def test_F61_a_refused_connection_costs_a_request_next_to_nothing(self):
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        if settings.EMBEDDED:
            assert options == {"polling_interval": 0.1}
        else:
            assert (options["max_retries"], options["interval_start"], options["socket_timeout"]) == (1, 0, 2)


@pytest.mark.django_db
class TestTheClock:
    """Jobs that run every so many seconds."""

    def every_minute(self, jobs, run):
        """Register a job."""
        jobs["tick"] = Job("tick", timedelta(seconds=60), run)

    def test_a_new_job_runs_at_once_and_then_when_its_time_has_come(self, jobs):
        runs = []
        self.every_minute(jobs, lambda actor: runs.append(actor.now) or "fine")
        moments = [NOW + timedelta(seconds=s) for s in (0, 1, 59, 60, 61)]
        assert [run_due_jobs(ACTOR.at(moment)) for moment in moments] == [1, 0, 0, 1, 0]
        assert runs == [moments[0], moments[3]]

    def test_the_most_frequent_job_comes_first(self, monkeypatch):
        told = []
        jobs = {
            name: Job(name, timedelta(seconds=every), lambda actor, name=name: told.append(name) or name)
            for name, every in (("verify", 300), ("forget", 86_400), ("heartbeat", 10))
        }
        monkeypatch.setattr(work, "JOBS", jobs)
        assert run_due_jobs(ACTOR) == 3
        assert told == ["heartbeat", "verify", "forget"]

    def test_its_result_is_kept(self, jobs):
        self.every_minute(jobs, lambda actor: "3 forgotten")
        run_due_jobs(ACTOR)
        row = PeriodicJob.objects.get()
        assert (row.last_result, row.last_ok, row.last_run_at) == ("3 forgotten", True, NOW)
        assert row.due_at == NOW + timedelta(seconds=60)

    def test_one_that_fails_stops_no_other_and_says_so(self, jobs):
        def fail(actor):
            """Fail."""
            raise ValueError("secret value")

        self.every_minute(jobs, fail)
        jobs["other"] = Job("other", timedelta(seconds=60), lambda actor: "fine")
        assert run_due_jobs(ACTOR) == 2
        row = PeriodicJob.objects.get(name="tick")
        assert (row.last_result, row.last_ok) == ("failed: ValueError", False)

    def test_a_slot_that_another_scheduler_has_taken_is_not_run_again(self, jobs):
        runs = []

        def run(actor):
            """Let a second scheduler come while the first one runs."""
            runs.append(1)
            assert work._run_job(jobs["tick"], stale, ACTOR) == 0
            return ""

        self.every_minute(jobs, run)
        stale = PeriodicJob.objects.create(name="tick", due_at=NOW)
        assert run_due_jobs(ACTOR) == 1
        assert runs == [1]

    def test_F75_an_hour_missed_is_caught_up_with_one_run(self, jobs):
        runs = []
        self.every_minute(jobs, lambda actor: runs.append(1) or "")
        run_due_jobs(ACTOR)
        later = ACTOR.at(NOW + timedelta(hours=1))
        assert [run_due_jobs(later), run_due_jobs(later)] == [1, 0]

    def test_a_job_that_is_gone_is_left_alone(self, jobs):
        PeriodicJob.objects.create(name="gone", due_at=NOW - timedelta(days=1))
        assert run_due_jobs(ACTOR) == 0
