"""The index of a row's audit lines holds their states: `manage.py verify` reads the chains from it and not the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0009_audit_lines_lose_words")]

    operations = [
        migrations.RemoveIndex(model_name="auditline", name="audit_entity"),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(
                fields=["entity", "entity_id", "id"], include=["from_state", "to_state"], name="audit_entity"
            ),
        ),
    ]
