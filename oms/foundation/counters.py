"""Counters: add to integer columns of many locked rows in one statement; the CHECKs of the table have the last word."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

CHUNK = 2000


def add_to(model: type[Model], columns: Sequence[str], deltas: Mapping[int, Sequence[int]]) -> None:
    """Add each row's deltas to its columns, in chunks of two thousand rows by primary key.

    The rows are locked by the caller. A versioned model's version goes up by one.

    :raises LookupError: when a row is missing. :raises django.db.IntegrityError: when a CHECK refuses the sum.
    """
    wanted = sorted((pk, tuple(values)) for pk, values in deltas.items() if any(values))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        changed = _add_chunk(model, columns, chunk)
        if changed != len(chunk):
            raise LookupError(f"{len(chunk) - changed} rows of {model.__name__} are missing")


def _add_chunk(model: type[Model], columns: Sequence[str], chunk: Sequence[tuple[int, tuple[int, ...]]]) -> int:
    """Run one UPDATE for a chunk and return how many rows it changed."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    names = [quote(field.column) for field in fields]
    sets = [f"{name} = {table}.{name} + v.column{place}" for place, name in enumerate(names, start=2)]
    values: list[Any] = []
    if any(field.name == "version" for field in model._meta.fields):
        sets += [f"version = {table}.version + 1", "updated_at = %s"]
        values.append(connection.ops.adapt_datetimefield_value(timezone.now()))
    rows = ", ".join(f"({int(pk)}, {', '.join(str(int(d)) for d in row)})" for pk, row in chunk)
    # column1, column2 … are the names both engines give to VALUES; a leading WITH would hide the row count on SQLite
    sql = (
        f"UPDATE {table} SET {', '.join(sets)} "  # noqa: S608  integers and quoted names only
        f"FROM (VALUES {rows}) AS v WHERE {table}.id = v.column1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
