"""Triggers by which the database refuses to change or delete rows of a book, for the migrations that need them.

SQLite makes a table anew for most changes of a model, and its triggers are lost with the old one: such a migration
begins with :func:`let_go` and ends with :func:`put_on_again`. PostgreSQL keeps its own.
"""

from typing import Any

from django.db.migrations import RunPython

SENTENCE = "rows are append-only: they are never changed or deleted"


def let_go(table: str) -> RunPython:
    """Return the step that takes the triggers off a table while SQLite makes it anew."""
    return RunPython(_off(table), _on(table))


def put_on_again(table: str) -> RunPython:
    """Return the step that puts them on again."""
    return RunPython(_on(table), _off(table))


def _on(table: str) -> Any:
    """Return what puts the triggers on in SQLite."""

    def put(apps: Any, schema_editor: Any) -> None:
        """Put those on that are not there."""
        if schema_editor.connection.vendor == "postgresql":
            return
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} {SENTENCE}'); END"
            )

    return put


def _off(table: str) -> Any:
    """Return what takes the triggers off in SQLite."""

    def take(apps: Any, schema_editor: Any) -> None:
        """Take those off that are there."""
        if schema_editor.connection.vendor == "postgresql":
            return
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_{act}")

    return take
