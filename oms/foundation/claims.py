"""Claims: rows that wait for a worker are taken with a lease and a fencing token, on every engine alike."""

import random
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

MAX_ATTEMPTS = 12


class Claimable(models.Model):
    """A row that a worker takes when ``next_try_at`` has come, for the time of its lease."""

    next_try_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=16, blank=True, default="", editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=500, blank=True, default="", editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Claimable)


def due(now: datetime) -> Q:
    """Return the condition of rows whose time has come and that nobody holds."""
    return Q(next_try_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lt=now))


def claim(
    rows: "models.QuerySet[Row]", *, now: datetime, limit: int, order: Iterable[str] = ("id",), lease: int | None = None
) -> list[Row]:
    """Take up to ``limit`` due rows: sets lease and token, counts the attempt, commits.

    The attempt is counted at the claim, so that work that kills its process still ends dead.
    """
    token = secrets.token_hex(8)
    until = now + timedelta(seconds=lease or settings.LEASE_SECONDS)
    with transaction.atomic():
        waiting = rows.filter(due(now)).order_by(*order).select_for_update(skip_locked=True)
        ids = list(waiting.values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        model = rows.model
        model._base_manager.filter(pk__in=ids).filter(due(now)).update(
            lease_until=until, lease_token=token, attempts=F("attempts") + 1
        )
    return list(model._default_manager.filter(pk__in=ids, lease_token=token).order_by(*order))


def still_ours(row: Row) -> bool:
    """Lock the row and tell whether the lease is still the claimer's (the fence of a slow worker)."""
    model = type(row)
    held = model._base_manager.select_for_update().filter(pk=row.pk)
    return list(held.values_list("lease_token", flat=True)) == [row.lease_token]


def backoff(attempts: int, *, base: float = 1.0, cap: float = 3600.0) -> timedelta:
    """Return the wait before the next try: doubling, capped, with ±20 % jitter."""
    seconds = min(cap, base * 2 ** max(0, attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  jitter, no secret


def error_text(error: BaseException) -> str:
    """Return an error as one short line without values of customers."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:500]
