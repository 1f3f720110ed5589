"""System checks of our own: settings that would make the promises untrue stop the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection


@register("oms")
def safe_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse settings under which locks, secrets or the worker's memory would not hold."""
    found: list[CheckMessage] = []
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        found.append(Error("ATOMIC_REQUESTS must be off: it holds locks while pages are drawn.", id="oms.E007"))
    if len(settings.SECRET_KEY) < 50 and not settings.DEBUG:
        found.append(Error("SECRET_KEY must have at least 50 characters.", id="oms.E009"))
    if not settings.CELERY_TASK_ACKS_LATE or not settings.CELERY_TASK_IGNORE_RESULT:
        found.append(Error("Celery tasks must be acknowledged late and keep no results.", id="oms.E008"))
    return found + _old_sqlite()


def _old_sqlite() -> list[CheckMessage]:
    """Warn where SQLite is older than the fix of its WAL-reset bug."""
    import sqlite3

    if connection.vendor != "sqlite" or sqlite3.sqlite_version_info >= (3, 51, 3):
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} lacks the fix of the rare WAL-reset bug (3.51.3).",
            hint="Fine for trying out and one small warehouse with nightly backups; use PostgreSQL beyond that.",
            id="oms.W001",
        )
    ]
