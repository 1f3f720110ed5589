"""Since when a label's carrier is silent, and what the switch of an account says of that."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0044_lots'),
    ]

    operations = [
        migrations.AddField(
            model_name='label',
            name='silent_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='carrieraccount',
            name='others_stand_in',
            field=models.BooleanField(default=False, help_text='When it refuses what another carrier may take, or stays silent for the minutes below, the labels are bought from another account. A label that may have been sold, “being confirmed”, never is.', verbose_name='others stand in for it by themselves'),
        ),
        migrations.AlterField(
            model_name='carrieraccount',
            name='stand_in_after',
            field=models.PositiveSmallIntegerField(default=15, help_text='Counted from when it was first found silent. What it refuses goes on at once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='minutes of silence until then'),
        ),
        migrations.AlterField(
            model_name='carrieraccount',
            name='stand_in_turn',
            field=models.PositiveSmallIntegerField(blank=True, default=1, help_text='1 is asked first; accounts with the same turn are compared as always. Empty: it never stands in. Those that use the test server stand in for each other alone.', null=True, verbose_name='its turn to stand in for others'),
        ),
    ]
