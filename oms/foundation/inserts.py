"""Inserts: many rows in one statement, several tables in one where the engine can, and which of the rows are new."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from oms.foundation.inserting import Insert, Pointer, columns_of

Row = TypeVar("Row", bound=Model)
MOST_VALUES = 30_000


def insert_rows(rows: Sequence[Model], *, pointer: Pointer | None = None) -> None:
    """Insert rows of one table and give each its primary key, in one statement per 30,000 values."""
    for part, its_pointer in _parts(rows, pointer):
        insert = Insert(part, pointer=its_pointer)
        insert.note(_ask(insert.sql, insert.values))


def insert_together(*tables: Sequence[Model]) -> None:
    """Insert rows of several tables that need not know each other's keys, and give each its primary key.

    PostgreSQL, where every statement is a journey, takes up to 30,000 values in one; SQLite takes one for each table.
    """
    filled = [rows for rows in tables if rows]
    values = sum(len(rows) * len(columns_of(type(rows[0]))) for rows in filled)
    if connection.vendor != "postgresql" or len(filled) < 2 or values > MOST_VALUES:
        for rows in filled:
            insert_rows(rows)
        return
    inserts = [Insert(rows) for rows in filled]
    tables_sql = ", ".join(f"t{place} AS ({insert.sql})" for place, insert in enumerate(inserts))
    keys = " UNION ALL ".join(f"SELECT {place}, id FROM t{place}" for place in range(len(inserts)))  # noqa: S608
    answer = _ask(f"WITH {tables_sql} {keys}", [value for insert in inserts for value in insert.values])
    for place, insert in enumerate(inserts):
        insert.note([(key,) for table, key in answer if table == place])


def insert_new(rows: Sequence[Row], *, mark: str, pointer: Pointer | None = None) -> list[Row]:
    """Insert the rows that break no unique index and return them with their primary keys.

    One statement per 30,000 values. ``mark`` names a text column that tells the rows of the call apart. A twin that
    another transaction is inserting is waited for. Unlike ``bulk_create(ignore_conflicts=True)`` it tells what is new,
    and a broken CHECK is an error on every engine.
    """
    new: list[Row] = []
    for part, its_pointer in _parts(rows, pointer):
        insert = Insert(part, mark=mark, pointer=its_pointer)
        new += insert.note(_ask(insert.sql, insert.values))
    return new


def _parts(rows: Sequence[Row], pointer: Pointer | None) -> Iterator[tuple[Sequence[Row], Pointer | None]]:
    """Yield the rows, each with its part of the pointer, in parts that one statement can take."""
    step = max(1, MOST_VALUES // len(columns_of(type(rows[0])))) if rows else 1
    for start in range(0, len(rows), step):
        end = start + step
        yield rows[start:end], pointer.part(start, end) if pointer else None


def _ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
