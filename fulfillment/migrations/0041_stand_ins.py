"""Which carriers stand in for one that refuses or is silent, and what shipments have turned from."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0040_parcel_photos'),
    ]

    operations = [
        migrations.AddField(
            model_name='carrieraccount',
            name='others_stand_in',
            field=models.BooleanField(default=False, help_text='When it refuses what another carrier may take, or stays silent for the minutes below, the labels are bought from another account. A label that may have been sold never is.', verbose_name='others stand in for it by themselves'),
        ),
        migrations.AddField(
            model_name='carrieraccount',
            name='stand_in_after',
            field=models.PositiveSmallIntegerField(default=15, help_text='What it refuses goes on at once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='minutes of silence until then'),
        ),
        migrations.AddField(
            model_name='carrieraccount',
            name='stand_in_turn',
            field=models.PositiveSmallIntegerField(blank=True, default=1, help_text='1 is asked first; accounts with the same turn are compared as always. Empty: it never stands in.', null=True, verbose_name='its turn to stand in for others'),
        ),
        migrations.AddField(
            model_name='label',
            name='by_hand',
            field=models.BooleanField(default=False, editable=False, verbose_name='service named by a person'),
        ),
        migrations.AddField(
            model_name='label',
            name='refused_for',
            field=models.CharField(blank=True, choices=[('carrier', 'something of its own'), ('parcel', 'the address or the goods'), ('unclear', 'nobody knows')], default='', editable=False, max_length=8),
        ),
        migrations.AddField(
            model_name='shipment',
            name='stand_in_asked',
            field=models.BooleanField(default=False, editable=False, verbose_name='a person asked for a stand-in'),
        ),
        migrations.AddField(
            model_name='shipment',
            name='stand_in_due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='shipment',
            name='stand_in_note',
            field=models.CharField(blank=True, default='', editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name='shipment',
            name='turned_from',
            field=models.JSONField(blank=True, default=list, help_text='The carriers that others stand in for, with their rates and words.'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('stand_in_due_at__isnull', False)), fields=['stand_in_due_at'], name='shipment_stand_in'),
        ),
        migrations.AddConstraint(
            model_name='carrieraccount',
            constraint=models.CheckConstraint(condition=models.Q(('stand_in_after__gte', 1), ('stand_in_after__lte', 1440)), name='stand_in_in_a_day'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('refused_for__in', ['', 'carrier', 'parcel', 'unclear'])), name='label_refused_for_word'),
        ),
    ]
