"""The database refuses to change or delete a movement of pieces in bins."""

from django.db import migrations

TABLE = "inventory_binmovement"
SENTENCE = "rows are append-only: they are never changed or deleted"


def guard(apps, schema_editor):
    """Put triggers on the table; PostgreSQL's function comes with the audit lines."""
    if schema_editor.connection.vendor == "postgresql":
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
        return
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_append_only_{act}")


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0002_append_only_audit"),
        ("inventory", "0008_bins"),
    ]

    operations = [migrations.RunPython(guard, unguard)]
