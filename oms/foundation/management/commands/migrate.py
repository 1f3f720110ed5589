"""``manage.py migrate``: Django's own, but an empty database gets all its tables at once (``oms.foundation.fresh``).

Beside an open shop a migration waits for a lock only a moment, because whoever comes after it waits behind it. Then it
lets everybody pass, and tries again.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.core.management.sql import emit_post_migrate_signal
from django.db import OperationalError, connections

from oms.foundation.fresh import make_tables

LOCK = "select pg_advisory_lock(hashtext('oms.migrate'))"
UNLOCK = "select pg_advisory_unlock(hashtext('oms.migrate'))"
LOCK_WAIT_MS = 2000
TRIES, PAUSE_SECONDS = 60, 3.0


class Command(DjangoMigrate):
    """Takes every option of Django's; only a plain call on an empty database is short. One runs at a time."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Wait for a migration that is running, then make the tables of an empty database, or migrate."""
        with alone(options["database"]):
            for left in reversed(range(TRIES)):
                try:
                    return self._migrate(*args, **options)
                except OperationalError as error:
                    if not left or not is_lock_wait_over(error):
                        raise
                self.stdout.write("Others hold a table that is to change; letting them pass, then trying again.")
                pause()
        return None

    def _migrate(self, *args: Any, **options: Any) -> str | None:
        """Make the tables of an empty database, or migrate."""
        asked = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")
        using, verbosity = options["database"], options["verbosity"]
        if any(options.get(name) for name in asked) or not make_tables(using):
            told: str | None = super().handle(*args, **options)
            return told
        emit_post_migrate_signal(verbosity=verbosity, interactive=options["interactive"], db=using)
        if verbosity:
            self.stdout.write("The database was empty: every table was made at once.")
        return None


@contextmanager
def alone(using: str) -> Iterator[None]:
    """Let no other migration of the database run meanwhile: two hosts may start at the same moment."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = 0")  # the other one may take long
        cursor.execute(LOCK)
        cursor.execute(f"set lock_timeout = {LOCK_WAIT_MS}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset lock_timeout")
            cursor.execute(UNLOCK)


def is_lock_wait_over(error: OperationalError) -> bool:
    """Return whether a statement gave up because somebody else held what it wanted to lock."""
    return getattr(error.__cause__, "sqlstate", "") == "55P03"


def pause() -> None:
    """Let everybody else pass."""
    time.sleep(PAUSE_SECONDS)
