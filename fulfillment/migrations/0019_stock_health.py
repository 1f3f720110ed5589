"""Weights for the age and depth of stock."""

from django.db import migrations, models

TABLE = "fulfillment_sourcingruleset"
SENTENCE = "keeps a tested version as it was: copy it to a draft"


def guard(apps, schema_editor):
    """Put the trigger of 0006 back that SQLite drops with the table that a new column makes it copy."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {TABLE}_kept BEFORE UPDATE ON {TABLE} WHEN OLD.content IS NOT NULL"
            " AND (NEW.content IS NOT OLD.content OR NEW.number <> OLD.number)"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END"
        )


def unguard(apps, schema_editor):
    """Take the trigger away before the table is built anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_kept")


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0018_supplier_requests'),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.AddField(
            model_name='sourcingruleset',
            name='shallow_stock_fee',
            field=models.BigIntegerField(default=0, verbose_name='shallow stock costs'),
        ),
        migrations.AddField(
            model_name='sourcingruleset',
            name='young_stock_fee',
            field=models.BigIntegerField(default=0, verbose_name='a week younger stock costs'),
        ),
        migrations.AddConstraint(
            model_name='sourcingruleset',
            constraint=models.CheckConstraint(condition=models.Q(('shallow_stock_fee__gte', 0), ('young_stock_fee__gte', 0)), name='rule_set_health_fees'),
        ),
        migrations.RunPython(guard, unguard),
    ]
