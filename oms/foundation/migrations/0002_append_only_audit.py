"""The database refuses to change or delete an audit line."""

from django.db import migrations

TABLE = "foundation_auditline"
SENTENCE = "rows are append-only: they are never changed or deleted"


def guard(apps, schema_editor):
    """Put triggers on the table; on PostgreSQL they share one function."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION oms_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'% {SENTENCE}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION oms_append_only()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_append_only_{act.lower()} BEFORE {act} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END"
        )


def unguard(apps, schema_editor):
    """Take the triggers away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only ON {TABLE}")
        schema_editor.execute("DROP FUNCTION oms_append_only()")
        return
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only_{act}")


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
