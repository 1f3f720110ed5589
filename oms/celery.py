"""The Celery application: a doorbell for the drainers, never the memory of the work."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import import_modules, task_postrun
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")

app = Celery("oms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["oms.foundation"], related_name="tasks")

# A bell carries nothing, and the sweep rings again. Bringing taken ones back when the connection is lost ends the
# worker where Redis is gone: kombu asks a connection for its address that it has let go of.
Channel.do_restore = False


@import_modules.connect(sender=app)
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Stop a worker or beat that a check of ours objects to: Celery runs Django's checks and drops what they say."""
    from oms.foundation.checks import refuse_unsafe_start as refuse

    refuse()


@task_postrun.connect
def give_connections_back(sender: "Task[Any, Any]", **_: Any) -> None:
    """Return a task's connection to its process's pool.

    Celery's own way, which ``CELERY_DB_REUSE_MAX`` turns off, closes the whole pool after every task: that costs more
    than the task.
    """
    from django.db import close_old_connections

    if not sender.request.is_eager:
        close_old_connections()
