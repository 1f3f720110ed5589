"""Invariants: what must be true in every committed moment, one SQL statement each, run by ``manage.py verify``.

All of them run at one moment, in transactions that can write nothing, each with a limit of time.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction

Statement = str | Callable[[], str]
CLASSES = ("A", "E", "X")
SHOWN = 20
SECONDS = 30
MOMENT = re.compile(r":(now|late|day_ago)\b")
# whole tables are read: joining them by sorted texts is dear, no statement gains what the compiler costs, and parallel
# workers without merge joins were planned into minutes
QUIET = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL application_name = 'verify'",
    "SET LOCAL jit = off",
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL work_mem = '128MB'",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """How a derived counter is brought back to the facts it is derived from; ``{ids}`` stands for the broken rows."""

    lock: str
    update: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """One statement that returns the ids breaking it.

    Class A holds in every moment, E within a delay, X against the book of somebody outside. ``entity`` is the label of
    the model whose ids the statement returns. What has no repair is mended by a person.
    """

    id: str
    cls: str
    entity: str
    meaning: str
    remedy: str
    statement: Statement
    repair: Repair | None = None

    @property
    def sql(self) -> str:
        """Return the statement; one made from what the code declares is made now."""
        return self.statement if isinstance(self.statement, str) else self.statement()


INVARIANTS: dict[str, Invariant] = {}


def invariant(
    id: str, *, cls: str = "A", entity: str, meaning: str, remedy: str, sql: Statement, repair: Repair | None = None
) -> None:
    """Register an invariant; its id is unique.

    ``meaning`` says in words what a row found stands for, ``remedy`` what a person does about it. The statement is one
    text for every engine and may name the moments ``:now``, ``:late`` (a minute ago) and ``:day_ago``.
    """
    one = Invariant(id, cls, entity, meaning, remedy, sql, repair)
    if cls not in CLASSES:
        raise ValueError(f"{id}: there is no class {cls}")
    if id in INVARIANTS and INVARIANTS[id].statement != sql:
        raise ValueError(f"two invariants named {id}")
    INVARIANTS[id] = one


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one invariant: how many rows break it and the first of their ids, or why it could not run."""

    invariant: Invariant
    count: int
    ids: tuple[Any, ...]
    error: str = ""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Return whether it ran and found nothing."""
        return not self.count and not self.error


def check(
    now: datetime,
    *,
    only: Iterable[str] = (),
    classes: Iterable[str] = CLASSES,
    shown: int = SHOWN,
    connections: int = 1,
) -> list[Finding]:
    """Run the invariants at one moment and return a finding for each; ``shown`` limits the ids, not the count.

    On PostgreSQL so many connections share the work, each with the same snapshot; inside a transaction one does it all.
    """
    wanted, kinds = set(only) or set(INVARIANTS), set(classes)
    chosen = [one for one in INVARIANTS.values() if one.id in wanted and one.cls in kinds]
    moments = {"now": now, "late": now - timedelta(seconds=60), "day_ago": now - timedelta(days=1)}
    waiting, found = deque(chosen), dict[str, Finding]()

    def work_off(cursor: Any) -> None:
        """Run statement by statement until none waits."""
        with suppress(IndexError):
            while True:
                one = waiting.popleft()
                found[one.id] = _run(cursor, one, moments, shown)

    alone = connections < 2 or connection.in_atomic_block or connection.vendor != "postgresql"
    with one_moment() as cursor, nullcontext() if alone else _helped(cursor, connections - 1, work_off):
        work_off(cursor)
    return [found[one.id] for one in chosen]


@contextmanager
def _helped(cursor: Any, helpers: int, work_off: Callable[[Any], None]) -> Iterator[None]:
    """Let threads with connections of their own work at the cursor's moment too; wait for them at the end."""
    cursor.execute("SELECT pg_export_snapshot()")
    (snapshot,) = cursor.fetchone()
    with ThreadPoolExecutor(helpers) as threads:
        done = [threads.submit(_help, snapshot, work_off) for _ in range(helpers)]
        yield
    for one in done:
        one.result()


def _help(snapshot: str, work_off: Callable[[Any], None]) -> None:
    """Work at an exported moment; who gets no connection leaves the work to the others."""
    try:
        connection.ensure_connection()
    except Error:
        return
    try:
        with one_moment(snapshot) as cursor:
            work_off(cursor)
    finally:
        connection.close()


@contextmanager
def one_moment(snapshot: str = "") -> Iterator[Any]:
    """Open a read transaction in which every statement sees the same moment and no writer waits for a reader.

    With a snapshot that another transaction of PostgreSQL has exported it is the moment of that one.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            for setting in QUIET:
                cursor.execute(setting)
            if snapshot:
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
            yield cursor
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                cursor.execute("PRAGMA query_only = ON")
                yield cursor
            finally:
                cursor.execute("PRAGMA query_only = OFF")
                cursor.execute("ROLLBACK")


def _run(cursor: Any, one: Invariant, moments: Mapping[str, datetime], shown: int) -> Finding:
    """Run one statement and keep what it found; one that cannot run stops no other."""
    values: list[Any] = []

    def place(match: re.Match[str]) -> str:
        """Note the moment's value and leave a placeholder."""
        values.append(connection.ops.adapt_datetimefield_value(moments[match[1]]))
        return "%s"

    text = MOMENT.sub(place, one.sql.replace("%", "%%"))
    counted = f"with found(id) as ({text}) select id, count(*) over () from (select distinct id from found) f"
    began = time.perf_counter()
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext(), _limited(cursor):
            cursor.execute(f"{counted} order by id limit %s", [*values, shown])
            rows = cursor.fetchall()
    except Error as error:
        return Finding(one, 0, (), _words(error), time.perf_counter() - began)
    return Finding(one, rows[0][1] if rows else 0, tuple(row[0] for row in rows), "", time.perf_counter() - began)


@contextmanager
def _limited(cursor: Any) -> Iterator[None]:
    """End a statement that takes longer than it may."""
    if connection.vendor == "postgresql":
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
        yield
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        return
    ends = time.monotonic() + SECONDS
    connection.connection.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)


def _words(error: Error) -> str:
    """Return an error of the database in one line."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"[:300]
