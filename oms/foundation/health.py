"""Health: alive at all, and ready to work — database, broker, worker and the age of the oldest waiting fact."""

import time
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from oms.celery import app
from oms.foundation.actor import Actor
from oms.foundation.models import PeriodicJob
from oms.foundation.relay import takeable
from oms.foundation.work import periodic

HEARTBEAT = "heartbeat"
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
    """Answer 200 when everything that work needs is there, else 503 with what is missing."""
    try:
        found = {"database": _database(), **_work(), "broker": _broker()}
    except (OperationalError, InterfaceError) as error:
        found = {"database": {"ok": False, "detail": type(error).__name__}}
    ready = all(part["ok"] for part in found.values())
    return JsonResponse({"status": "ready" if ready else "not ready", **found}, status=200 if ready else 503)


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
        "checks": _checks(),
    }


def _checks() -> dict[str, Any]:
    """Return the result of the last run of the invariants; a breach does not make the system unready."""
    row = PeriodicJob.objects.filter(name="verify").first()
    return {"ok": True, "last": row.last_result if row else "not run yet"}


def _broker() -> dict[str, Any]:
    """Ask the broker for a connection; without it work goes on by the sweep, only slower."""
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
        return {"ok": True}
    except Exception as error:  # noqa: BLE001  an edge: any fault of the broker is an answer here
        return {"ok": False, "detail": type(error).__name__}
