"""The database keeps a tested version of the sourcing rules as it was."""

from django.db import migrations

TABLE = "fulfillment_sourcingruleset"
SENTENCE = "keeps a tested version as it was: copy it to a draft"


def guard(apps, schema_editor):
    """Put the trigger on the table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION fulfillment_rules_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'% {SENTENCE}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN (OLD.content IS NOT NULL"
            " AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.number <> OLD.number))"
            " EXECUTE FUNCTION fulfillment_rules_kept()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} WHEN OLD.content IS NOT NULL"
        " AND (NEW.content IS NOT OLD.content OR NEW.number <> OLD.number)"
        f" BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END"
    )


def unguard(apps, schema_editor):
    """Take the trigger away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_kept ON {TABLE}")
        schema_editor.execute("DROP FUNCTION fulfillment_rules_kept()")
        return
    schema_editor.execute(f"DROP TRIGGER {TABLE}_kept")


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0005_sourcing_rules")]

    operations = [migrations.RunPython(guard, unguard)]
