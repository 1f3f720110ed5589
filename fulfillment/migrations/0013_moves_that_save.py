"""How much a decision made again before release has to save; SQLite builds the table anew and loses its trigger."""

from django.db import migrations, models

TABLE = "fulfillment_sourcingruleset"
SENTENCE = "keeps a tested version as it was: copy it to a draft"


def guard(apps, schema_editor):
    """Put the trigger of 0006 back on the table."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} WHEN OLD.content IS NOT NULL"
            " AND (NEW.content IS NOT OLD.content OR NEW.number <> OLD.number)"
            f" BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END"
        )


def unguard(apps, schema_editor):
    """Take the trigger away before the table is built anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_kept")


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0012_scarcity_fees")]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.AddField(
            model_name="sourcingruleset",
            name="move_saving",
            field=models.BigIntegerField(default=0, verbose_name="moved before release when that saves"),
        ),
        migrations.AddConstraint(
            model_name="sourcingruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(("move_saving__gte", 0)), name="rule_set_saving"
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
