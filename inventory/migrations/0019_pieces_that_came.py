"""Pieces of a known lot come into no bin; SQLite makes the table of bin movements anew for it, and its triggers with it."""

from django.db import migrations, models

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


def unguard(apps, schema_editor):
    """Take the triggers away while SQLite makes the table anew."""
    if schema_editor.connection.vendor == "postgresql":
        return
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_append_only_{act}")


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0018_lots'),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.RemoveConstraint(
            model_name='binmovement',
            name='bin_movement_reason_word',
        ),
        migrations.AlterField(
            model_name='binmovement',
            name='reason',
            field=models.CharField(choices=[('put_away', 'put away'), ('moved', 'moved between bins'), ('taken_out', 'taken out, in no bin'), ('left', 'left the location'), ('picked', 'picked for an order'), ('counted', 'counted'), ('came', 'came, in no bin yet')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='binmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['came', 'counted', 'left', 'moved', 'picked', 'put_away', 'taken_out'])), name='bin_movement_reason_word'),
        ),
        migrations.RunPython(guard, unguard),
    ]
