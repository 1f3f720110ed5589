"""What somebody who helps from afar needs: versions, engines, queues, jobs and checks; no customer, no secret."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q

from oms.foundation.claims import Claimable
from oms.foundation.models import PeriodicJob

LIBRARIES = ("django", "djangorestframework", "django-fsm-2", "celery", "redis", "psycopg", "django-unfold")
TOLD_VARIABLES = ("DEBUG", "HTTPS", "TIME_ZONE", "LEASE_SECONDS", "DATABASE_POOL", "NUM_PROXIES", "API_RATE", "DEMO")


def diagnose(now: datetime) -> dict[str, Any]:
    """Return the state of the system as plain values."""
    return {
        "at": now.isoformat(),
        "versions": {"python": sys.version.split()[0], **{name: version(name) for name in LIBRARIES}},
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "disk_free_mb": shutil.disk_usage(settings.VAR_DIR if settings.VAR_DIR.exists() else ".").free >> 20,
        },
        "database": _database(),
        "broker": "redis" if settings.REDIS_URL else "in process",
        "environment": {name: os.environ[name] for name in TOLD_VARIABLES if name in os.environ},
        "queues": {model._meta.label: _queue(model, now) for model in _claimable()},
        "jobs": list(PeriodicJob.objects.order_by("name").values("name", "last_run_at", "last_ok", "last_result")),
        "rows": dict(_rows()),
    }


def _database() -> dict[str, Any]:
    """Return the engine, its version, and the migrations that wait."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        told = cursor.fetchone()
    return {
        "engine": connection.vendor,
        "version": told[0] if told else "",
        "migrations_waiting": [f"{migration.app_label}.{migration.name}" for migration, _ in plan],
    }


def _claimable() -> Iterator[type[Claimable]]:
    """Yield every kind of row that waits for a worker."""
    for model in apps.get_models():
        if issubclass(model, Claimable):
            yield model


def _queue(model: type[Claimable], now: datetime) -> dict[str, Any]:
    """Return how many rows are due, held by a worker and tried in vain, and how long the oldest has been due."""
    rows = model._default_manager.filter(next_try_at__isnull=False)
    if any(field.name == "done_at" for field in model._meta.fields):
        rows = rows.filter(done_at__isnull=True)  # type: ignore[misc]
    told = rows.aggregate(
        due=Count("pk", filter=Q(next_try_at__lte=now)),
        held=Count("pk", filter=Q(lease_until__gt=now)),
        tried_again=Count("pk", filter=Q(attempts__gt=1)),
        oldest=Min("next_try_at", filter=Q(next_try_at__lte=now)),
    )
    oldest = told.pop("oldest")
    return {**told, "oldest_seconds": round((now - oldest).total_seconds()) if oldest else 0}


def _rows() -> Iterator[tuple[str, int]]:
    """Yield how many rows each table has: estimates on PostgreSQL, where counting would read every row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select relname, n_live_tup from pg_stat_user_tables order by 1")
            yield from cursor.fetchall()
        return
    for model in apps.get_models():
        yield model._meta.db_table, model._default_manager.count()
