"""Celery's tasks: each takes one word and drains one queue; losing one loses nothing."""

import time

from celery import shared_task

from oms.foundation import work

SECONDS = 20.0


@shared_task(name="oms.foundation.tasks.drain_queue")
def drain_queue(queue: str) -> None:
    """Work off what is due in one queue; after twenty seconds let others have their turn and ring again."""
    end = time.monotonic() + SECONDS
    while work.drain(queue):
        if time.monotonic() > end:
            work.wake(queue)
            return


@shared_task(name="oms.foundation.tasks.sweep")
def sweep() -> None:
    """Ring every queue that has work due: what a lost bell, a dead worker or a time to come left behind."""
    for queue in {"bulk", *work.due_queues()}:
        work.wake(queue)
