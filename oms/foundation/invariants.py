"""Invariants: what must be true in every committed moment, one SQL statement each, run by ``manage.py verify``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Invariant:
    """One statement that returns the ids breaking it; class A holds always, E within a delay."""

    id: str
    cls: str
    entity: str
    meaning: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one invariant: how many rows break it and the first of their ids."""

    invariant: Invariant
    count: int
    ids: tuple[Any, ...]


INVARIANTS: dict[str, Invariant] = {}
SHOWN = 20
MOMENT = re.compile(r":(now|late|day_ago)\b")


def invariant(id: str, *, cls: str = "A", entity: str, meaning: str, sql: str) -> None:
    """Register an invariant; its id is unique."""
    if id in INVARIANTS and INVARIANTS[id].sql != sql:
        raise ValueError(f"two invariants named {id}")
    INVARIANTS[id] = Invariant(id, cls, entity, meaning, sql)


def check(now: datetime, *, only: Iterable[str] = (), classes: Iterable[str] = ("A", "E")) -> list[Finding]:
    """Run the invariants in one read transaction and return a finding for each."""
    wanted = set(only) or set(INVARIANTS)
    chosen = [one for one in INVARIANTS.values() if one.id in wanted and one.cls in set(classes)]
    moments = {
        "now": now,
        "late": now - timedelta(seconds=60),
        "day_ago": now - timedelta(days=1),
    }
    with _one_moment() as cursor:
        return [_run(cursor, one, moments) for one in chosen]


@contextmanager
def _one_moment() -> Iterator[Any]:
    """Open a read transaction in which every statement sees the same moment and no writer waits for a reader."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = '30s'")
            yield cursor
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")


def _run(cursor: Any, one: Invariant, moments: Mapping[str, datetime]) -> Finding:
    """Run one statement and keep the ids it found."""
    values: list[Any] = []

    def place(match: re.Match[str]) -> str:
        """Note the moment's value and leave a placeholder."""
        values.append(connection.ops.adapt_datetimefield_value(moments[match[1]]))
        return "%s"

    cursor.execute(MOMENT.sub(place, one.sql.replace("%", "%%")), values)
    ids = [row[0] for row in cursor.fetchall()]
    return Finding(one, len(ids), tuple(ids[:SHOWN]))
