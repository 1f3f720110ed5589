"""Claims: rows that wait for a worker are taken with a lease and a fencing token, on every engine alike."""

import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q

MAX_ATTEMPTS = 12
MAX_CRASHES = 3
FEW = 10
# the end of a token says in which company the row was taken
ALONE, AMONG_FEW, AMONG_MANY = ":1", ":f", ":n"


class Claimable(models.Model):
    """A row that a worker takes when ``next_try_at`` has come, for the time of its lease.

    ``crashes`` counts the workers that died while they held this row and no other.
    """

    next_try_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=16, blank=True, default="", editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    crashes = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=500, blank=True, default="", editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Claimable)
Taken = tuple[type[Claimable], list[int], str]
# what this thread has claimed in the block of `letting_go`, and what such blocks let fall in this process
_mine = threading.local()
_fallen: deque[Taken] = deque()


def due(now: datetime) -> Q:
    """Return the condition of rows whose time has come and that nobody holds."""
    return Q(next_try_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lte=now))


def few_after_crash(rows: list[Row]) -> list[Row]:
    """Return only a few rows whose worker died with them, after a second death only one; all when none did.

    A row that kills its worker must not wear out the tries of those that are taken with it, and nobody knows yet which
    of them it was: with a few it is taken once more, then alone.
    """
    crashed = [row for row in rows if row.lease_until is not None]
    return [row for row in crashed if is_suspect(row)][:1] or crashed[:FEW] or rows


def is_suspect(row: Claimable) -> bool:
    """Tell whether the row's worker died, and held it alone or with the few that another had died with before."""
    return row.lease_until is not None and row.lease_token.endswith((ALONE, AMONG_FEW))


def claim(
    rows: "models.QuerySet[Row]",
    *,
    now: datetime,
    limit: int,
    order: Iterable[str] = ("id",),
    lease: int | None = None,
    choose: Callable[[list[Row]], list[Row]] = few_after_crash,
    in_turn: bool = False,
) -> list[Row]:
    """Take up to ``limit`` due rows: sets lease and token, counts the attempt, commits.

    The attempt is counted at the claim, so that work that kills its process is counted too: a lease that ran out on a
    row that was taken alone is a crash, see :func:`worn_out`. ``in_turn`` lets one claimer of the table work at a time,
    for rows that keep an order among themselves.
    """
    until = now + timedelta(seconds=lease or settings.LEASE_SECONDS)
    with transaction.atomic(durable=True):
        if in_turn:
            _wait_for_turn(rows.model)
        waiting = rows.filter(due(now)).order_by(*order).select_for_update(skip_locked=True, no_key=True, of=("self",))
        taken = choose(list(waiting[:limit]))
        token = _token(taken)
        for row in taken:
            row.attempts, row.crashes = row.attempts + 1, row.crashes + _died_alone(row)
            row.lease_until, row.lease_token = until, token
        for crashes in {row.crashes for row in taken}:
            ids = [row.pk for row in taken if row.crashes == crashes]
            rows.model._base_manager.filter(pk__in=ids).update(
                lease_until=until, lease_token=token, attempts=F("attempts") + 1, crashes=crashes
            )
    if taken:
        _mine.taken = [*getattr(_mine, "taken", ()), (rows.model, [row.pk for row in taken], token)]
    return taken


def _token(rows: list[Row]) -> str:
    """Return a new token for rows that are about to be taken."""
    again = any(row.lease_until is not None for row in rows)
    return secrets.token_hex(7) + (ALONE if len(rows) == 1 else AMONG_FEW if again else AMONG_MANY)


def _died_alone(row: Claimable) -> bool:
    """Tell whether the row's worker died and held nothing else: only then it may be the row's fault."""
    return row.lease_until is not None and row.lease_token.endswith(ALONE)


def _wait_for_turn(model: type[models.Model]) -> None:
    """Wait until no other transaction claims from the table; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"claim:{model._meta.db_table}"])


@contextmanager
def letting_go() -> Iterator[None]:
    """Note what the block has claimed and lets fall because the database went away; :func:`give_back` frees it.

    The worker is alive and no row is to blame: waiting for the end of the lease would only cost time, and look like a
    crash to whoever takes the rows then.
    """
    _mine.taken = []
    try:
        yield
    except (OperationalError, InterfaceError):
        if connection.connection is None or not connection.is_usable():
            _fallen.extend(_mine.taken)
        raise
    finally:
        _mine.taken = []


def give_back() -> None:
    """Free what was let fall in this process; what cannot be freed yet is kept for the next time."""
    while True:
        try:
            model, ids, token = fallen = _fallen.popleft()
        except IndexError:  # none is left, or another thread has taken the last one
            return
        try:
            held = model._base_manager.filter(pk__in=ids, lease_token=token, lease_until__isnull=False)
            held.update(lease_until=None)
        except DatabaseError:
            _fallen.append(fallen)
            raise


def worn_out(row: Claimable) -> bool:
    """Tell whether so many workers have died over this row alone that no further one may take it on."""
    return row.crashes >= MAX_CRASHES


def still_ours(*rows: Row) -> bool:
    """Lock the rows and tell whether all their leases are still the claimer's (the fence of a slow worker)."""
    wanted = {row.pk: row.lease_token for row in rows}
    held = (
        type(rows[0])
        ._base_manager.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=sorted(wanted))
        .order_by("pk")
    )
    return dict(held.values_list("pk", "lease_token")) == wanted


def backoff(attempts: int, *, base: float = 1.0, cap: float = 3600.0) -> timedelta:
    """Return the wait before the next try: doubling, capped, with ±20 % jitter."""
    seconds = min(cap, base * 2 ** max(0, attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  jitter, no secret


def error_text(error: BaseException) -> str:
    """Return an error as one short line without values of customers."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:500]
