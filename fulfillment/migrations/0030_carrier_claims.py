"""Claims for parcels that carriers have lost or broken."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0029_proofs_of_delivery'),
    ]

    operations = [
        migrations.CreateModel(
            name='CarrierClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('draft', 'to be handed in'), ('submitted', 'handed in'), ('accepted', 'accepted'), ('declined', 'declined'), ('paid', 'paid'), ('closed', 'found again'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, protected=True)),
                ('reason', models.CharField(choices=[('lost', 'lost'), ('damaged', 'damaged'), ('missing', 'pieces missing')], max_length=8)),
                ('amount', models.BigIntegerField()),
                ('paid', models.BigIntegerField(blank=True, editable=False, null=True)),
                ('currency', models.CharField(max_length=3)),
                ('due_on', models.DateField(verbose_name='to be handed in by')),
                ('reference', models.CharField(blank=True, default='', max_length=60, verbose_name="the carrier's number")),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('answer', models.CharField(blank=True, default='', max_length=300, verbose_name='what the carrier says')),
                ('submitted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='fulfillment.package')),
            ],
            options={
                'verbose_name': 'claim',
                'permissions': [('handle_carrierclaim', 'Can claim parcels from carriers')],
                'indexes': [models.Index(condition=models.Q(('state', 'draft')), fields=['due_on', 'id'], name='claim_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'closed', 'declined', 'draft', 'paid', 'submitted', 'withdrawn'])), name='claim_state_word'), models.CheckConstraint(condition=models.Q(('reason__in', ['damaged', 'lost', 'missing'])), name='claim_reason_word'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='claim_positive'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), models.Q(('paid__gt', 0), ('paid__isnull', False)), _connector='OR'), name='claim_paid_how_much'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'accepted'))), fields=('package',), name='claim_lives_once')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
    ]
