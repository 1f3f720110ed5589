"""Who may see the figures of single people, and scans by their moment."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0030_carrier_claims'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='picklist',
            options={'permissions': [('free_picklist', 'Can free a walk for others'), ('compare_pickers', 'Can see the figures of single people')], 'verbose_name': 'walk'},
        ),
        migrations.AddIndex(
            model_name='pickscan',
            index=models.Index(fields=['at'], name='pick_scan_by_moment'),
        ),
    ]
