"""An order may have been promised to its customer for a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_indexes_for_counts")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="deliver_by",
            field=models.DateField(blank=True, null=True, verbose_name="promised to the customer for"),
        ),
    ]
