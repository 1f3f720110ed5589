"""``manage.py work``: worker and scheduler in this process, for ever or until nothing is left to do."""

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oms.foundation import work
from oms.foundation.actor import Actor
from oms.foundation.service import Workshop

BATCH = 200


class Command(BaseCommand):
    """Takes its work from the database; with ``--until-idle`` it ends with 0 when all that is due is done."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the choices."""
        parser.add_argument("--until-idle", action="store_true", help="handle all that is due, then exit")
        parser.add_argument(
            "--patience",
            type=float,
            default=35.0,
            help="with --until-idle: also wait for work that becomes due within so many seconds, such as a lost "
            "answer to ask about or the lease of a killed worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until idle, or until a signal comes."""
        if options["until_idle"]:
            work_until_idle(options["patience"])
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with Workshop():
            self.stdout.write("Worker and scheduler are running; Ctrl-C stops them.")
            stop.wait()


def work_until_idle(patience: float) -> None:
    """Drain every queue until nothing is due now or within the patience (seconds)."""
    work.run_due_jobs(Actor.system("scheduler", now=timezone.now()))
    while True:
        if sum(work.drain(queue, limit=BATCH) for queue in work.QUEUES):
            continue
        due = work.next_due()
        wait = (due - timezone.now()).total_seconds() if due else patience + 1
        if wait > patience:
            return
        time.sleep(min(max(wait, 0.02), 1.0))
