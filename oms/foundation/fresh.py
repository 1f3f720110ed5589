"""An empty database gets its tables at once, as the models describe them, instead of migration by migration.

Migrating draws every related model again for every table: seconds in which a newcomer waits for the first page. What
comes out is the same, and a test compares the two. A database that holds anything is migrated.
"""

from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.recorder import MigrationRecorder

from oms.foundation.refusals import Refused


def make_tables(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Make every table, trigger and constraint and note all migrations as applied; False unless the database is empty.

    What migrations run besides tables (triggers) is run too, with the models of today: there are no rows to move.
    """
    connection = connections[using]
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        editor.deferred_sql, waiting = [], editor.deferred_sql
        for statement in waiting:
            editor.execute(statement)
        for migration, _ in plan:
            for operation in migration.operations:
                _run(operation, editor)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for migration, _ in plan:
        recorder.record_applied(migration.app_label, migration.name)
    return True


def _run(operation: Any, editor: Any) -> None:
    """Run what a migration does besides making tables."""
    if isinstance(operation, RunPython):
        code: Any = operation.code
        code(apps, editor)
    elif isinstance(operation, RunSQL):
        raise Refused("A migration runs SQL of its own; teach oms.foundation.fresh to run it too.")
