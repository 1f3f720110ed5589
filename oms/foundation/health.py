"""Health: alive at all, and ready to work — database, broker, worker and the age of the oldest waiting fact."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from oms.celery import app
from oms.foundation.actor import Actor
from oms.foundation.models import PeriodicJob
from oms.foundation.relay import takeable
from oms.foundation.verification import last_look
from oms.foundation.work import periodic

HEARTBEAT, BOOKS = "heartbeat", "books"
WORKER_SILENT = timedelta(seconds=60)
FACT_LATE = timedelta(minutes=5)


@periodic(HEARTBEAT, seconds=10)
def heartbeat(actor: Actor) -> str:
    """Leave a sign that a worker and the clock are alive."""
    return "alive"


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process is alive."""
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything that work needs is there, else 503 with what is missing.

    Books that do not agree make it "degraded" and not 503: the shop that must mend them must stay open.
    """
    try:
        found = {"database": _database(), **_work(), "broker": _broker()}
    except (OperationalError, InterfaceError) as error:
        found = {"database": {"ok": False, "detail": type(error).__name__}}
    missing = {name for name, part in found.items() if not part["ok"]}
    status = "not ready" if missing - {BOOKS} else "degraded" if missing else "ready"
    return JsonResponse({"status": status, **found}, status=503 if status == "not ready" else 200)


def _database() -> dict[str, Any]:
    """Ask the database for one."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return {"ok": True, "engine": connection.vendor, "milliseconds": round((time.perf_counter() - began) * 1000, 1)}


def _work() -> dict[str, dict[str, Any]]:
    """Look at the worker's last sign and at how long the oldest fact waits that a worker could take."""
    now = timezone.now()
    seen = PeriodicJob.objects.filter(name=HEARTBEAT).values_list("last_run_at", flat=True).first()
    oldest = takeable(now).order_by("id").values_list("next_try_at", flat=True).first()
    age = (now - oldest).total_seconds() if oldest else 0.0
    return {
        "worker": {
            "ok": bool(seen and now - seen < WORKER_SILENT),
            "last_seen": seen.isoformat() if seen else None,
        },
        "outbox": {"ok": age < FACT_LATE.total_seconds(), "oldest_seconds": round(age, 1)},
        BOOKS: _books(now),
    }


def _books(now: datetime) -> dict[str, Any]:
    """Return what the last run of the invariants found; a shop whose clock has just begun was not checked yet."""
    last = last_look(now)
    if last is None:
        return {"ok": True, "checked_at": None}
    return {
        "ok": last.all_hold and not last.stale,
        "checked_at": last.at.isoformat(),
        "stale": last.stale,
        "held": last.held,
        "checked": last.checked,
        "broken": [one.invariant.id for one in last.broken],
        "late": [one.invariant.id for one in last.late],
        "could_not_run": [one.invariant.id for one in last.unknown],
    }


def _broker() -> dict[str, Any]:
    """Ask the broker for a connection; without it work goes on by the sweep, only slower."""
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
        return {"ok": True}
    except Exception as error:  # noqa: BLE001  an edge: any fault of the broker is an answer here
        return {"ok": False, "detail": type(error).__name__}
