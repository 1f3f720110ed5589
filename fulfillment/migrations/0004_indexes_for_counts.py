"""Labels in trouble and what left today are counted from an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('fulfillment', '0003_crashes'),
        ('inventory', '0005_substitutes'),
        ('orders', '0009_indexes_for_counts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='label',
            index=models.Index(condition=models.Q(('state__in', ('unknown', 'void_requested', 'failed'))), fields=['package'], name='label_troubled'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('shipped_at__isnull', False)), fields=['shipped_at'], name='shipment_left'),
        ),
    ]
