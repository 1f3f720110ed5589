"""Work that waits: drainers take it from the database, the broker only rings the bell."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.claims import give_back, letting_go
from oms.foundation.models import PeriodicJob
from oms.foundation.questions import NextDue, Rows, any_of

if TYPE_CHECKING:
    from kombu.messaging import Producer

BROKER_REST = 5.0
BATCH = 100
Result = TypeVar("Result")
QUEUES = ("flow", "payments", "carriers", "channels", "notifications", "bulk")
logger = logging.getLogger(__name__)

Drain = Callable[[Actor, int], int]


@dataclass(frozen=True, slots=True)
class Drainer:
    """A function that takes due rows of one kind and works them off, for one queue.

    ``next_due`` tells when its earliest waiting row can be taken: its next try, or the end of another worker's lease.
    ``due`` returns the rows that can be taken at a moment; a drainer without it is run to find out.
    """

    queue: str
    name: str
    drain: Drain
    next_due: NextDue
    due: Rows | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A function that the clock runs every so many seconds; ``rest`` is how many times as long it rests as it ran."""

    name: str
    every: timedelta
    run: Callable[[Actor], str]
    rest: int = 0


DRAINERS: dict[str, list[Drainer]] = defaultdict(list)
JOBS: dict[str, Job] = {}


def drainer(queue: str, *, next_due: NextDue, due: Rows | None = None) -> Callable[[Drain], Drain]:
    """Register a function of (actor, limit) that works off due rows and returns how many it took."""
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue}")

    def register(function: Drain) -> Drain:
        """Remember the drainer under its dotted name."""
        name = f"{function.__module__}.{function.__qualname__}"
        if all(known.name != name for known in DRAINERS[queue]):
            DRAINERS[queue].append(Drainer(queue, name, function, next_due, due or getattr(next_due, "due", None)))
        return function

    return register


def periodic(name: str, *, seconds: int, rest: int = 0) -> Callable[[Callable[[Actor], str]], Callable[[Actor], str]]:
    """Register a function of (actor) that runs every so many seconds and returns a word about its result.

    After a long run it rests ``rest`` times as long as that took, so that it never keeps a large shop's machine busy.
    """

    def register(function: Callable[[Actor], str]) -> Callable[[Actor], str]:
        """Remember the job by name."""
        JOBS[name] = Job(name, timedelta(seconds=seconds), function, rest)
        return function

    return register


def ring(queue: str) -> None:
    """Wake a worker of the queue after the commit; losing the bell loses nothing, the sweep finds the work."""
    connection = transaction.get_connection()
    bell = _Bell(queue)
    if all(function != bell for _, function, _ in connection.run_on_commit):
        transaction.on_commit(bell, robust=True)


class _Bell:
    """The wake of one queue; equal bells ring once per transaction."""

    def __init__(self, queue: str) -> None:
        self.queue = queue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bell) and other.queue == self.queue

    def __hash__(self) -> int:
        return hash(self.queue)

    def __call__(self) -> None:
        """Send the wake, unless it rings where this very queue is being drained: that looks again before it ends."""
        if _drained.get() != self.queue:
            wake(self.queue)


@dataclass(slots=True)
class _Broker:
    """Until when (monotonic seconds) this process leaves the broker alone because it did not answer."""

    silent_until: float = 0.0


_broker = _Broker()
_drained: ContextVar[str] = ContextVar("drained_queue", default="")


@contextmanager
def draining(queue: str) -> Iterator[None]:
    """Keep the bells of a queue silent in a block that drains it until nothing is left."""
    token = _drained.set(queue)
    try:
        yield
    finally:
        _drained.reset(token)


def wake(queue: str, *, anyway: bool = False) -> None:
    """Ask a worker to drain the queue; best effort.

    What still lies in the queue at the broker is as good as another wake: whoever takes it looks after this moment, or
    is the sweep, which wakes ``anyway``. A broker that does not answer is left alone for five seconds, so that not
    every request waits for it.
    """
    from kombu.exceptions import OperationalError

    from oms.foundation.tasks import drain_queue

    if time.monotonic() < _broker.silent_until:
        return
    try:
        with drain_queue.app.producer_pool.acquire(block=True) as producer:
            if anyway or not lies_waiting(queue, producer):
                drain_queue.apply_async(args=[queue], queue=queue, expires=30, retry=False, producer=producer)
    except (OperationalError, OSError):
        _broker.silent_until = time.monotonic() + BROKER_REST
        logger.warning("the broker is down; the sweep will find the work of queue %s", queue)


def lies_waiting(queue: str, producer: "Producer") -> bool:
    """Tell whether something lies in the queue that no worker has taken; ``OperationalError`` when unknown."""
    from kombu.exceptions import OperationalError

    try:
        return bool(producer.channel.queue_declare(queue=queue).message_count)
    except producer.connection.connection_errors as error:
        raise OperationalError(str(error)) from error


class Apart:
    """Pieces of work of which one that fails stops none of the others; leaving the block raises the first error."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    def run(self, name: str, work: Callable[..., Result], *told: Any) -> Result | None:
        """Return what the work returns when called with what it is told, or None when it failed."""
        try:
            return work(*told)
        except Exception as error:  # the worker's edge: a failing piece must not starve the others
            logger.exception("%s failed", name)
            self.errors.append(error)
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is None and self.errors:
            raise self.errors[0]


def drain(queue: str, *, limit: int = BATCH) -> int:
    """Run every drainer of a queue once and return how many rows they took.

    When one fails the others still run; then the first error is raised.
    """
    taken = 0
    with Apart() as apart:
        apart.run("giving back what was let fall", give_back)
        for one in apart.run("looking what is due", with_work, DRAINERS[queue]) or ():
            taken += apart.run(f"drainer {one.name}", _drain_one, one, limit) or 0
    return taken


def with_work(drainers: Sequence[Drainer]) -> list[Drainer]:
    """Return the drainers of which rows are due now, and those that must be run to find out."""
    asked = [one for one in drainers if one.due is not None]
    found = dict(zip(asked, any_of([one.due for one in asked if one.due], timezone.now()), strict=True))
    return [one for one in drainers if found.get(one, True)]


def _drain_one(one: Drainer, limit: int) -> int:
    """Run a drainer once and return how many rows it took."""
    with letting_go():
        return one.drain(Actor.system("worker", now=timezone.now()), limit)


def run_due_jobs(actor: Actor) -> int:
    """Run every job of the clock that is due, each slot once, and return how many ran.

    The most frequent come first: the sign of life must not wait for a long look into the books.
    """
    known = set(PeriodicJob.objects.values_list("name", flat=True))
    PeriodicJob.objects.bulk_create(
        [PeriodicJob(name=name, due_at=actor.now) for name in JOBS if name not in known], ignore_conflicts=True
    )
    due = PeriodicJob.objects.filter(due_at__lte=actor.now, name__in=JOBS)
    in_turn = sorted(due, key=lambda row: (JOBS[row.name].every, row.name))
    return sum(_run_job(JOBS[row.name], row, actor) for row in in_turn)


def _run_job(job: Job, row: PeriodicJob, actor: Actor) -> int:
    """Take the slot with one conditional UPDATE, then run the job and keep its result."""
    taken = PeriodicJob.objects.filter(pk=row.pk, due_at=row.due_at).update(
        due_at=actor.now + job.every, last_run_at=actor.now
    )
    if not taken:
        return 0
    began = time.monotonic()
    try:
        result, ok = job.run(actor), True
    except Exception as error:  # the worker's edge: a failing job must not stop the others
        logger.exception("job %s failed", job.name)
        result, ok = f"failed: {type(error).__name__}", False
    wait = wait_after(job.every, timedelta(seconds=time.monotonic() - began), job.rest)
    PeriodicJob.objects.filter(pk=row.pk).update(
        last_result=result[:500], last_ok=ok, due_at=Greatest("due_at", actor.now + wait)
    )
    return 1


def wait_after(every: timedelta, took: timedelta, rest: int) -> timedelta:
    """Return how long after the begin of a run that took so long the next one begins."""
    return max(every, took + rest * took) if rest else every


def due_queues() -> list[str]:
    """Return the queues in which something can be taken now."""
    now = timezone.now()
    found = with_work([one for drainers in DRAINERS.values() for one in drainers])
    due_now = {one.queue for one in found if one.due or ((moment := one.next_due()) is not None and moment <= now)}
    return [queue for queue in DRAINERS if queue in due_now]


def next_due() -> datetime | None:
    """Return when the next piece of work of any queue can be taken, or None when nothing waits."""
    moments = [one.next_due() for drainers in DRAINERS.values() for one in drainers]
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None
