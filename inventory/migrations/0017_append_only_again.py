"""New reasons made SQLite lay the table of bin movements anew, and its triggers were lost: they are put on again."""

from django.db import migrations

TABLE = "inventory_binmovement"
SENTENCE = "rows are append-only: they are never changed or deleted"


def guard(apps, schema_editor):
    """Put the triggers on the table again; PostgreSQL has kept its own."""
    if schema_editor.connection.vendor == "postgresql":
        return
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {TABLE}_append_only_{act.lower()} BEFORE {act} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0016_kit_components'),
    ]

    operations = [
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
