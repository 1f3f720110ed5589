"""Worker and scheduler inside one process: Celery's own, in threads, for ``manage.py run`` and ``manage.py work``."""

import threading
from types import TracebackType
from typing import Any

from celery.beat import EmbeddedService, Scheduler
from django.conf import settings

from oms.celery import app
from oms.foundation.work import QUEUES, wake


class Workshop:
    """A Celery worker and a beat, started together and stopped together; tasks in flight finish."""

    def __init__(self, *, concurrency: int | None = None) -> None:
        self._concurrency = concurrency or (2 if settings.EMBEDDED else 4)
        self._worker: Any = None
        self._thread: threading.Thread | None = None
        self._beat: Any = None

    def __enter__(self) -> "Workshop":
        """Start both; the sweep finds all that bells in this process rang for before there was somebody to hear."""
        if settings.EMBEDDED:
            app.control.purge()
        self._worker = app.WorkController(
            pool_cls="threads",
            concurrency=self._concurrency,
            queues=",".join(QUEUES),
            hostname="oms@embedded",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)
        self._thread.start()
        self._beat = EmbeddedService(app, max_interval=1, thread=True, scheduler_cls=Scheduler)
        self._beat.daemon = True
        self._beat.start()
        # the beat's first sweep comes an interval later; who has just started the shop waits for this, the clock first
        for queue in reversed(QUEUES):
            wake(queue)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the beat, let the worker finish what it holds, and stop it."""
        from celery.worker import state

        self._beat.stop()
        state.should_stop = 0
        if self._thread is not None:
            self._thread.join(timeout=10)
        state.should_stop = None
