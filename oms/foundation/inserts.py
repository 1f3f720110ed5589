"""Inserts that tell which rows are new: what a unique index already holds is left alone."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

Row = TypeVar("Row", bound=Model)
MOST_VALUES = 30_000


def insert_new(rows: Sequence[Row], *, mark: str) -> list[Row]:
    """Insert the rows that break no unique index and return them with their primary keys.

    One statement per 30,000 values. ``mark`` names a text column that tells the rows of the call apart. A twin that
    another transaction is inserting is waited for. Unlike ``bulk_create(ignore_conflicts=True)`` it tells what is new,
    and a broken CHECK is an error on every engine.
    """
    if not rows:
        return []
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    step = max(1, MOST_VALUES // len(fields))
    return [new for start in range(0, len(rows), step) for new in _insert(rows[start : start + step], fields, mark)]


def _insert(rows: Sequence[Row], fields: Sequence["Field[Any, Any]"], mark: str) -> list[Row]:
    """Run one statement and return the rows it inserted."""
    meta: Any = rows[0]._meta
    quote = connection.ops.quote_name
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]
    places = f"({', '.join(['%s'] * len(fields))})"
    told, key = (str(meta.get_field(name).column) for name in (mark, meta.pk.name))
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)}) "  # noqa: S608
        f"VALUES {', '.join([places] * len(rows))} "
        f"ON CONFLICT DO NOTHING RETURNING {quote(key)}, {quote(told)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        keys = {text: pk for pk, text in cursor.fetchall()}
    new = [row for row in rows if getattr(row, mark) in keys]
    for row in new:
        row.pk, row._state.adding, row._state.db = keys[getattr(row, mark)], False, connection.alias
    return new
