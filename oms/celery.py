"""The Celery application: a doorbell for the drainers, never the memory of the work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")

app = Celery("oms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["oms.foundation"], related_name="tasks")
