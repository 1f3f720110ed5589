"""The store where an order is collected."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0011_shortage_policies'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='pickup_location',
            field=models.CharField(blank=True, default='', max_length=16, verbose_name='store to collect from'),
        ),
    ]
