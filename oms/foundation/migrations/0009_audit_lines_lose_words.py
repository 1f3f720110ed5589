"""An audit line may lose its words, when a customer is erased; it never gets others, and nothing else of it changes."""

from django.db import migrations

TABLE = "foundation_auditline"
SENTENCE = "rows are append-only: they are never changed or deleted"
KEPT = (
    "id", "at", "entity", "entity_id", "subject", "act", "from_state", "to_state", "actor_kind", "actor_id", "actor_label",
)


def loosen(apps, schema_editor):
    """Let an update pass that empties note and data and touches nothing else."""
    engine = schema_editor.connection.vendor
    same = "IS NOT DISTINCT FROM" if engine == "postgresql" else "IS"
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in KEPT)
    if engine == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only ON {TABLE}")
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE} FOR EACH ROW "
            f"WHEN (NOT (NEW.note = '' AND NEW.data = '{{}}'::jsonb AND {kept})) EXECUTE FUNCTION oms_append_only()",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION oms_append_only()"
        )
        return
    schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only_update")
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_append_only_update BEFORE UPDATE ON {TABLE} "
        f"WHEN NOT (NEW.note = '' AND NEW.data = '{{}}' AND {kept}) "
        f"BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END",
        params=None,
    )


def tighten(apps, schema_editor):
    """Refuse every update again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only ON {TABLE}")
        schema_editor.execute(f"DROP TRIGGER {TABLE}_kept ON {TABLE}")
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION oms_append_only()"
        )
        return
    schema_editor.execute(f"DROP TRIGGER {TABLE}_append_only_update")
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_append_only_update BEFORE UPDATE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{TABLE} {SENTENCE}'); END",
        params=None,
    )


class Migration(migrations.Migration):
    dependencies = [("foundation", "0008_second_factors")]

    operations = [migrations.RunPython(loosen, tighten)]
