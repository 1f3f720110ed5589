"""Replays of past days under other rules, and the orders that would have ended otherwise."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0008_shipping_rates'),
        ('orders', '0010_deliver_by'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SourcingReplay',
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
                ('rules', models.JSONField(editable=False)),
                ('begins', models.DateTimeField(editable=False, verbose_name='from')),
                ('ends', models.DateTimeField(editable=False, verbose_name='up to')),
                ('state', django_fsm.FSMField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='queued', max_length=8, protected=True)),
                ('done', models.PositiveIntegerField(default=0, editable=False)),
                ('total', models.PositiveIntegerField(default=0, editable=False)),
                ('changed', models.PositiveIntegerField(default=0, editable=False)),
                ('checkpoint', models.BinaryField(null=True)),
                ('report', models.JSONField(default=dict, editable=False)),
                ('sentence', models.CharField(blank=True, default='', editable=False, max_length=1000)),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('rule_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='fulfillment.sourcingruleset')),
                ('user', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'replay',
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ReplayChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('replay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='fulfillment.sourcingreplay')),
            ],
        ),
        migrations.AddIndex(
            model_name='sourcingreplay',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'running'))), fields=['next_try_at'], name='replay_due'),
        ),
        migrations.AddConstraint(
            model_name='sourcingreplay',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['done', 'failed', 'queued', 'running'])), name='replay_state_word'),
        ),
        migrations.AddConstraint(
            model_name='sourcingreplay',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='replay_has_time'),
        ),
        migrations.AddIndex(
            model_name='replaychange',
            index=models.Index(fields=['replay', 'id'], name='replay_changes'),
        ),
    ]
