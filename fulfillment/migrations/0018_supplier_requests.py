"""What suppliers are asked to send, and why a location has rejected an order."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0017_pickups'),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplierRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('requested', 'asked'), ('accepted', 'accepted'), ('rejected', 'rejected'), ('cancelled', 'cancelled')], default='requested', max_length=10, protected=True)),
                ('reference', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name="supplier's number")),
                ('asked_at', models.DateTimeField(editable=False)),
                ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('sends_on', models.DateField(blank=True, editable=False, null=True, verbose_name='will be sent on')),
                ('answer', models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='what was said')),
            ],
            options={
                'permissions': [('answer_supplierrequest', 'Can enter what suppliers answer and send')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.AddField(
            model_name='fulfillmentorder',
            name='reject_reason',
            field=models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='why it was rejected'),
        ),
        migrations.AddField(
            model_name='fulfillmentorder',
            name='request_status',
            field=models.CharField(blank=True, choices=[('requested', 'asked'), ('accepted', 'accepted'), ('rejected', 'rejected'), ('cancelled', 'cancelled')], default='', editable=False, max_length=10, verbose_name='what the supplier says'),
        ),
        migrations.AddConstraint(
            model_name='fulfillmentorder',
            constraint=models.CheckConstraint(condition=models.Q(('request_status__in', ['', 'accepted', 'cancelled', 'rejected', 'requested'])), name='fulfillment_request_word'),
        ),
        migrations.AddField(
            model_name='supplierrequest',
            name='fulfillment_order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='fulfillment.fulfillmentorder'),
        ),
        migrations.AddIndex(
            model_name='supplierrequest',
            index=models.Index(fields=['state', '-id'], name='supplier_request_by_state'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'cancelled', 'rejected', 'requested'])), name='supplier_request_state_word'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'accepted'))), fields=('fulfillment_order',), name='supplier_asked_once'),
        ),
    ]
