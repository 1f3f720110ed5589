"""Walks of waves: their turn, zone and length, when somebody began them, and that they may be cancelled."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0035_waves'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='picklist',
            name='pick_list_state_word',
        ),
        migrations.AddField(
            model_name='picklist',
            name='begun_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='picklist',
            name='length_mm',
            field=models.PositiveBigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='picklist',
            name='turn',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='number in the wave'),
        ),
        migrations.AddField(
            model_name='picklist',
            name='zone',
            field=models.CharField(blank=True, default='', editable=False, max_length=16),
        ),
        migrations.AlterField(
            model_name='picklist',
            name='state',
            field=django_fsm.FSMField(choices=[('released', 'waiting'), ('in_progress', 'being picked'), ('completed', 'done'), ('cancelled', 'cancelled')], default='released', max_length=12, protected=True),
        ),
        migrations.AddField(
            model_name='picklist',
            name='wave',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='walks', to='fulfillment.wave'),
        ),
        migrations.AddConstraint(
            model_name='picklist',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'completed', 'in_progress', 'released'])), name='pick_list_state_word'),
        ),
        migrations.AddConstraint(
            model_name='picklist',
            constraint=models.UniqueConstraint(fields=('wave', 'turn'), name='pick_list_turn'),
        ),
        migrations.AddConstraint(
            model_name='picklist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('turn__isnull', True), ('wave__isnull', True)), models.Q(('turn__isnull', False), ('wave__isnull', False)), _connector='OR'), name='pick_list_in_wave'),
        ),
        migrations.AddConstraint(
            model_name='picklist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), ('picker__isnull', True), _connector='OR'), name='pick_list_cancelled_unheld'),
        ),
    ]
