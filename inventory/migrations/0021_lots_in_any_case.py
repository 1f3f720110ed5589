"""A lot or serial number is one in small letters and in capitals."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0020_blocked_pieces'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.UniqueConstraint(models.F('product'), django.db.models.functions.text.Upper('number'), name='lot_once_in_any_case'),
        ),
    ]
