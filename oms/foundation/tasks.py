"""Celery's tasks: each takes one word and drains one queue; losing one loses nothing."""

import time

from celery import shared_task

from oms.foundation import work

SECONDS = 20.0


@shared_task(name="oms.foundation.tasks.drain_queue")
def drain_queue(queue: str) -> None:
    """Work off what is due in one queue, with the help of another worker while there is more than one can take.

    After twenty seconds let others have their turn and ring again.
    """
    end = time.monotonic() + SECONDS
    with work.draining(queue):
        while taken := work.drain(queue):
            late = time.monotonic() > end
            if late or taken >= work.BATCH:
                work.wake(queue)
            if late:
                return


@shared_task(name="oms.foundation.tasks.sweep")
def sweep() -> None:
    """Ring every queue that has work due: what a lost bell, a dead worker or a time to come left behind.

    The clock's own queue comes first: its sign of life must not wait behind a morning's orders.
    """
    for queue in dict.fromkeys(["bulk", *work.due_queues()]):
        work.wake(queue, anyway=True)
