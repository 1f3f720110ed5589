"""Celery's tasks: each takes one word and drains one queue; losing one loses nothing."""

from celery import shared_task

from oms.foundation import work

ROUNDS = 50


@shared_task(name="oms.foundation.tasks.drain_queue")
def drain_queue(queue: str) -> None:
    """Work off what is due in one queue, in rounds, and ring again if more is left."""
    for _ in range(ROUNDS):
        if not work.drain(queue):
            return
    work.wake(queue)


@shared_task(name="oms.foundation.tasks.sweep")
def sweep() -> None:
    """Ring every queue that has work due: what a lost bell, a dead worker or a time to come left behind."""
    for queue in {"bulk", *work.due_queues()}:
        work.wake(queue)
