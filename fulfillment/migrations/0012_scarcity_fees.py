"""Scarcity fees, and the runs that learn them from a past day."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0011_carrier_accounts'),
        ('inventory', '0007_incoming_stock'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScarcityFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'scarcity fee',
            },
        ),
        migrations.CreateModel(
            name='ScarcityRun',
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
                ('begins', models.DateTimeField(editable=False, verbose_name='learned from')),
                ('ends', models.DateTimeField(editable=False, verbose_name='up to')),
                ('takes_over', models.BooleanField(default=False, editable=False)),
                ('state', django_fsm.FSMField(choices=[('queued', 'queued'), ('learned', 'not in force'), ('nothing', 'nothing scarce'), ('active', 'in force'), ('off', 'switched off'), ('failed', 'failed')], default='queued', max_length=8, protected=True)),
                ('created_by', models.CharField(blank=True, default='', editable=False, max_length=150)),
                ('currency', models.CharField(blank=True, default='', editable=False, max_length=3)),
                ('learned_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('orders', models.PositiveIntegerField(default=0, editable=False)),
                ('caps', models.JSONField(blank=True, default=dict, editable=False)),
                ('report', models.JSONField(default=dict, editable=False)),
                ('sentence', models.CharField(blank=True, default='', editable=False, max_length=1000)),
                ('switched_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('switched_by', models.CharField(blank=True, default='', editable=False, max_length=150)),
                ('reason', models.CharField(blank=True, default='', editable=False, max_length=300)),
            ],
            options={
                'verbose_name': 'scarcity fees',
                'verbose_name_plural': 'scarcity fees',
                'permissions': [('switch_scarcityrun', 'Can put scarcity fees into force, switch them off and cap them')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.AddField(
            model_name='scarcityfee',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location'),
        ),
        migrations.AddField(
            model_name='scarcityfee',
            name='product',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.product'),
        ),
        migrations.AddIndex(
            model_name='scarcityrun',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at'], name='scarcity_due'),
        ),
        migrations.AddConstraint(
            model_name='scarcityrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'failed', 'learned', 'nothing', 'off', 'queued'])), name='scarcity_state_word'),
        ),
        migrations.AddConstraint(
            model_name='scarcityrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('state',), name='scarcity_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='scarcityrun',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='scarcity_has_time'),
        ),
        migrations.AddConstraint(
            model_name='scarcityrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['learned', 'active', 'off']), _negated=True), ('until__gt', models.F('learned_at')), _connector='OR'), name='scarcity_has_horizon'),
        ),
        migrations.AddConstraint(
            model_name='scarcityrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'off'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='scarcity_off_says_why'),
        ),
        migrations.AddField(
            model_name='scarcityfee',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fees', to='fulfillment.scarcityrun'),
        ),
        migrations.AddIndex(
            model_name='scarcityfee',
            index=models.Index(fields=['run', '-amount'], name='scarcity_largest'),
        ),
        migrations.AddConstraint(
            model_name='scarcityfee',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='scarcity_fee_positive'),
        ),
        migrations.AddConstraint(
            model_name='scarcityfee',
            constraint=models.UniqueConstraint(fields=('run', 'product', 'location'), name='scarcity_fee_once'),
        ),
        migrations.AddConstraint(
            model_name='scarcityfee',
            constraint=models.UniqueConstraint(condition=models.Q(('product__isnull', True)), fields=('run', 'location'), name='scarcity_fee_once_a_parcel'),
        ),
    ]
