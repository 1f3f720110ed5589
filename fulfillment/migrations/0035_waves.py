"""Waves: orders of one location that are picked together."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0034_append_only_parts'),
        ('inventory', '0010_ways_to_the_customer'),
    ]

    operations = [
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('draft', 'draft'), ('released', 'released'), ('in_progress', 'being picked'), ('completed', 'done'), ('cancelled', 'cancelled')], default='draft', max_length=12, protected=True)),
                ('strategy', models.CharField(choices=[('single', 'one order a walk'), ('batch', 'orders share totes'), ('cluster', 'a tote an order'), ('zone', 'zone by zone')], max_length=8, verbose_name='picked')),
                ('totes', models.PositiveSmallIntegerField(default=12, verbose_name='totes a cart')),
                ('tote_pieces', models.PositiveIntegerField(default=20, verbose_name='pieces a tote')),
                ('tote_litres', models.PositiveIntegerField(blank=True, null=True, verbose_name='litres a tote')),
                ('chosen', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('plan', models.JSONField(blank=True, default=list, editable=False)),
                ('length_mm', models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                ('by_code_mm', models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                ('released_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'permissions': [('release_wave', 'Can release and cancel waves')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='WaveOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('passed_over', models.CharField(blank=True, default='', max_length=32)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddField(
            model_name='wave',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='inventory.location'),
        ),
        migrations.AddField(
            model_name='waveorder',
            name='fulfillment_order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='fulfillment.fulfillmentorder'),
        ),
        migrations.AddField(
            model_name='waveorder',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='fulfillment.wave'),
        ),
        migrations.AddIndex(
            model_name='wave',
            index=models.Index(fields=['location', 'state'], name='wave_by_location'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'completed', 'draft', 'in_progress', 'released'])), name='wave_state_word'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('strategy__in', ['batch', 'cluster', 'single', 'zone'])), name='wave_strategy_word'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('totes__gte', 1), ('totes__lte', 12)), name='wave_totes'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('tote_pieces__gte', 1)), name='wave_tote_holds'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['released', 'in_progress', 'completed']), _negated=True), ('released_at__isnull', False), _connector='OR'), name='wave_was_released'),
        ),
        migrations.AddConstraint(
            model_name='waveorder',
            constraint=models.UniqueConstraint(fields=('wave', 'fulfillment_order'), name='wave_order_once'),
        ),
    ]
