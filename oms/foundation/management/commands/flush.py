"""Empties the database, append-only books included."""

from typing import Any

from django.core.management.commands.flush import Command as DjangoFlush
from django.db import connections, transaction


class Command(DjangoFlush):
    """Django's flush; where it deletes row by row, the triggers of the append-only books step aside for it."""

    def handle(self, **options: Any) -> None:
        """Take the triggers away, empty the tables, put the triggers back."""
        connection = connections[options["database"]]
        if connection.vendor != "sqlite":
            super().handle(**options)
            return
        with transaction.atomic(using=options["database"]), connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only_delete'"
            )
            guards = cursor.fetchall()
            for name, _ in guards:
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
            super().handle(**options)
            for _, sql in guards:
                cursor.execute(sql)
