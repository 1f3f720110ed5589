"""The settings of a shop under chaos: the product's own, with the outside world and the guards in the tests' hands."""

import os

from oms.settings import *  # noqa: F403  the product's settings, each of them
from oms.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.seam"]
CELERY_BEAT_SCHEDULE = {"sweep": {**CELERY_BEAT_SCHEDULE["sweep"], "schedule": 0.5, "options": {"expires": 5}}}
EMAIL_BACKEND = "tests.chaos.seam.remote.Postbox"
OUTSIDE = os.environ["OUTSIDE"]
GUARD_OFF = os.environ.get("GUARD_OFF", "")
