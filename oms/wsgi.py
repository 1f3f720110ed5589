"""The WSGI application for gunicorn and waitress."""

import os

from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
application = get_wsgi_application()

from oms.foundation.afterwards import do_chores  # noqa: E402  it needs the settings
from oms.foundation.checks import refuse_unsafe_start  # noqa: E402  as this
from oms.foundation.memory import keep_what_is_loaded  # noqa: E402  as this

refuse_unsafe_start()
request_finished.connect(do_chores, dispatch_uid="chores")
keep_what_is_loaded()
