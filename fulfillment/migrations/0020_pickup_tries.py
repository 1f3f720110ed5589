"""Tries of a pick-up's code, counted on its row."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0019_stock_health'),
    ]

    operations = [
        migrations.AddField(
            model_name='pickup',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='codes tried'),
        ),
        migrations.AddField(
            model_name='pickup',
            name='tries_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(('tries', 0), ('tries_since__isnull', False), _connector='OR'), name='pickup_tries_since'),
        ),
    ]
