"""How far a courier brings parcels, how long orders wait to be collected, where suppliers are asked."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0009_append_only_bin_movements'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicallocation',
            name='email',
            field=models.EmailField(blank=True, default='', help_text='A supplier is asked here to send an order.', max_length=254, verbose_name='e-mail for orders'),
        ),
        migrations.AddField(
            model_name='historicallocation',
            name='pickup_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='So long an order waits to be collected; then it goes back to stock.', verbose_name='days to collect'),
        ),
        migrations.AddField(
            model_name='historicallocation',
            name='same_day_km',
            field=models.PositiveSmallIntegerField(default=30, help_text='How far a courier brings parcels on the same day; 0 is not at all.', verbose_name='same-day radius (km)'),
        ),
        migrations.AddField(
            model_name='location',
            name='email',
            field=models.EmailField(blank=True, default='', help_text='A supplier is asked here to send an order.', max_length=254, verbose_name='e-mail for orders'),
        ),
        migrations.AddField(
            model_name='location',
            name='pickup_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='So long an order waits to be collected; then it goes back to stock.', verbose_name='days to collect'),
        ),
        migrations.AddField(
            model_name='location',
            name='same_day_km',
            field=models.PositiveSmallIntegerField(default=30, help_text='How far a courier brings parcels on the same day; 0 is not at all.', verbose_name='same-day radius (km)'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('same_day_km__lte', 500)), name='location_same_day_radius'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('pickup_days__gte', 1), ('pickup_days__lte', 90)), name='location_pickup_days'),
        ),
    ]
