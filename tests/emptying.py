"""Empties the database after a test that committed: the tables that hold something, and no others.

Django truncates every table. On PostgreSQL that makes hundreds of files anew and costs each race more than a second.
"""

from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.test import TransactionTestCase

_truncate_everything: Any = TransactionTestCase._fixture_teardown


def empty_what_is_full(case: TransactionTestCase) -> None:
    """Delete the rows of tables that have some, with triggers set aside, and make again what migrations make."""
    if not _may_set_triggers_aside() or case.reset_sequences or case.available_apps is not None:
        _truncate_everything(case)
        return
    quoted = [connection.ops.quote_name(name) for name in connection.introspection.django_table_names(True, False)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(f"select '{name}' where exists (select 1 from {name})" for name in quoted))
        full = cursor.fetchall()
        cursor.execute("set local session_replication_role = replica")
        for (name,) in full:
            cursor.execute(f"delete from {name}")
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _may_set_triggers_aside() -> bool:
    """Return whether this is PostgreSQL and we are its superuser."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('is_superuser')")
        return bool(cursor.fetchone()[0] == "on")
