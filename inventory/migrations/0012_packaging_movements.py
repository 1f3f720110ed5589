"""Packaging leaves the stock with a parcel; SQLite makes the table anew for it, and its triggers with it."""

from django.db import migrations, models

TABLE = "inventory_stockmovement"
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
        ('inventory', '0011_packing_of_products'),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_reason_word',
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='reason',
            field=models.CharField(choices=[('opening', 'opening stock'), ('import', 'stock file'), ('adjustment', 'adjustment'), ('receipt', 'goods received'), ('shipment', 'shipped'), ('return', 'returned to stock'), ('transfer', 'moved between locations'), ('damage', 'damaged or lost'), ('packaging', 'used to pack')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['adjustment', 'damage', 'import', 'opening', 'packaging', 'receipt', 'return', 'shipment', 'transfer'])), name='movement_reason_word'),
        ),
        migrations.RunPython(guard, unguard),
    ]
