"""What lies in bins is found among the empty rows that sold serial numbers leave behind."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0021_lots_in_any_case'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='binstock',
            index=models.Index(condition=models.Q(('quantity__gt', 0)), fields=['stock_level'], name='bin_stock_that_lies'),
        ),
    ]
