"""Set-based filling of a table: one INSERT … SELECT; columns that are not named take the model's default."""

import json
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model


def execute(sql: str) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def insert(model: type[Model], source: str, **columns: str) -> int:
    """Fill the model's table from a source (``from … where …``) and return how many rows it was.

    ``columns`` holds an SQL expression by column. A column that is neither named nor has a default is an error.
    """
    fields = [field for field in model._meta.concrete_fields if field.column in columns or not field.primary_key]
    unknown = set(columns) - {field.column for field in fields}
    if unknown:
        raise LookupError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    values = [columns.get(field.column) or _default(field) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    return execute(f"insert into {model._meta.db_table} ({names}) select {', '.join(values)} {source}")


def _default(field: "Field[Any, Any]") -> str:
    """Return a field's default as SQL."""
    if getattr(field, "auto_now", False):
        return "now()"
    if field.has_default():
        return literal(field.get_default(), field)
    if field.null:
        return "null"
    raise LookupError(f"{field.model.__name__}.{field.name} has no default: name its value")


def literal(value: Any, field: "Field[Any, Any] | None" = None) -> str:
    """Return a plain value as SQL."""
    if field is not None and field.get_internal_type() == "JSONField":
        return f"{literal(json.dumps(value))}::jsonb"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'::timestamptz"
    text = str(value).replace("'", "''")
    return text if isinstance(value, int | float) else f"'{text}'"


def chosen(words: list[str], by: str) -> str:
    """Return an SQL expression that chooses one of some words by a whole number."""
    listed = ", ".join(literal(word) for word in words)
    return f"(array[{listed}])[1 + ({by}) % {len(words)}]"


def continue_numbering(models: list[type[Model]]) -> None:
    """Let the tables number their next rows after those that were inserted with numbers of their own."""
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        execute(statement)
