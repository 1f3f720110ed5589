"""Parcels that wait in a store for their customer."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
import oms.foundation.secrets
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0016_free_walks'),
        ('inventory', '0010_ways_to_the_customer'),
        ('orders', '0012_pickup_location'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pickup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('waiting', 'to be collected'), ('collected', 'collected'), ('expired', 'not collected'), ('withdrawn', 'taken back')], default='waiting', max_length=10, protected=True)),
                ('code', oms.foundation.secrets.EncryptedTextField(editable=False)),
                ('shelf', models.CharField(blank=True, default='', max_length=40, verbose_name='where it lies')),
                ('ready_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(verbose_name='waits until')),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('collected_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('collected_by', models.CharField(blank=True, default='', editable=False, max_length=120)),
            ],
            options={
                'permissions': [('collect_pickup', 'Can hand orders out in a store')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.AddField(
            model_name='pickup',
            name='shipment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pickups', to='fulfillment.shipment'),
        ),
        migrations.AddIndex(
            model_name='pickup',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['expires_at', 'id'], name='pickup_due'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['collected', 'expired', 'waiting', 'withdrawn'])), name='pickup_state_word'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('shipment',), name='pickup_waits_once'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('ready_at'))), name='pickup_waits_some_time'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'collected'), _negated=True), ('collected_at__isnull', False), _connector='OR'), name='pickup_collected_when'),
        ),
    ]
