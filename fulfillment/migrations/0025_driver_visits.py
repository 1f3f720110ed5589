"""Visits of carriers' drivers: asked for once."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0024_manifests'),
        ('inventory', '0010_ways_to_the_customer'),
    ]

    operations = [
        migrations.CreateModel(
            name='DriverVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('crashes', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('carrier', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('parcels', models.PositiveIntegerField()),
                ('weight_g', models.PositiveIntegerField(verbose_name='weight (g)')),
                ('state', django_fsm.FSMField(choices=[('requested', 'asked for'), ('booked', 'booked'), ('unknown', 'being confirmed'), ('failed', 'refused by the carrier'), ('cancelled', 'cancelled')], default='requested', max_length=12, protected=True)),
                ('confirmation', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='number at the carrier')),
                ('window', models.CharField(blank=True, default='', editable=False, max_length=60, verbose_name='when')),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='driver_visits', to='inventory.location')),
            ],
            options={
                'permissions': [('book_drivervisit', "Can book a carrier's driver")],
                'indexes': [models.Index(fields=['location', '-day'], name='visit_by_day'), models.Index(condition=models.Q(('state', 'requested')), fields=['next_try_at', 'id'], name='visit_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['booked', 'cancelled', 'failed', 'requested', 'unknown'])), name='visit_state_word'), models.CheckConstraint(condition=models.Q(('parcels__gt', 0)), name='visit_for_some_parcels'), models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'booked', 'unknown'))), fields=('location', 'carrier', 'day'), name='one_visit_a_day')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
    ]
