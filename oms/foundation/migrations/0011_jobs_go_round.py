"""A job of the clock that looks at a part of its rows a run keeps how far it has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0010_audit_index_holds_states")]

    operations = [
        migrations.AddField(
            model_name="periodicjob",
            name="come_to",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
    ]
