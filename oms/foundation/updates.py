"""Updates of many rows that each get values of their own, in one statement that tells how many it changed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone

MOST_VALUES = 30_000
Reading = Callable[[Any], Any]


def update_each(rows: Sequence[Model], fields: Sequence[str], *, only_as_read: bool = False) -> int:
    """Write the named fields of every row, in one statement per 30,000 values, and return how many rows changed.

    A versioned model's version goes up by one. With ``only_as_read`` a row changes only while it has the version, and
    the state, that it was read with. The objects stay as they are.
    """
    if not rows:
        return 0
    columns: list[Field[Any, Any]] = [rows[0]._meta.get_field(name) for name in fields]  # type: ignore[misc]
    guards = _guards(rows[0]) if only_as_read else []
    step = max(1, MOST_VALUES // (1 + len(columns) + len(guards)))
    return sum(_update(rows[at : at + step], columns, guards) for at in range(0, len(rows), step))


def _guards(row: Any) -> list[tuple[str, Reading]]:
    """Return the columns that tell whether a row is as it was read, with what was read."""
    guards: list[tuple[str, Reading]] = [("version", lambda one: one.version)]
    if hasattr(row, "STATE"):
        guards.append((row.STATE, lambda one: one.__dict__.get("_read_state", "")))
    return guards


def _update(rows: Sequence[Model], columns: Sequence["Field[Any, Any]"], guards: Sequence[tuple[str, Reading]]) -> int:
    """Run one statement and return how many rows it changed."""
    meta: Any = rows[0]._meta
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), meta.pk
    sets = [f"{quote(str(one.column))} = {_typed(one, place)}" for place, one in enumerate(columns, start=2)]
    values: list[Any] = []
    if any(one.name == "version" for one in meta.fields):
        sets += [f"version = {table}.version + 1", "updated_at = %s"]
        values.append(connection.ops.adapt_datetimefield_value(timezone.now()))
    for row in rows:
        values += [row.pk, *(one.get_db_prep_save(getattr(row, one.attname), connection) for one in columns)]
        values += [read(row) for _, read in guards]
    places = f"({', '.join(['%s'] * (1 + len(columns) + len(guards)))})"
    matches = [f"{table}.{quote(str(key.column))} = v.column1"]
    matches += [f"{table}.{quote(name)} = v.column{at}" for at, (name, _) in enumerate(guards, start=len(columns) + 2)]
    # column1, column2 … are the names both engines give to VALUES
    sql = (
        f"UPDATE {table} SET {', '.join(sets)} FROM (VALUES {', '.join([places] * len(rows))}) AS v "  # noqa: S608
        f"WHERE {' AND '.join(matches)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _typed(column: "Field[Any, Any]", place: int) -> str:
    """Return a value of the list in the column's type, without its length: too long a text stays an error."""
    if connection.vendor != "postgresql":
        return f"v.column{place}"
    kind = str(column.db_type(connection)).partition("(")[0]
    return f"CAST(v.column{place} AS {kind})"
