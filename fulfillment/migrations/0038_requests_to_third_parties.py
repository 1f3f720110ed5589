"""Third parties are asked to send too: they are asked to cancel, and a request ends as sent."""

import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0037_carriers_by_file'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='fulfillmentorder',
            name='fulfillment_request_word',
        ),
        migrations.RemoveConstraint(
            model_name='supplierrequest',
            name='supplier_request_state_word',
        ),
        migrations.RemoveConstraint(
            model_name='supplierrequest',
            name='supplier_asked_once',
        ),
        migrations.AddField(
            model_name='supplierrequest',
            name='after_cancel',
            field=models.CharField(blank=True, choices=[('elsewhere', 'another location sends it'), ('cancel_order', 'the whole order is cancelled'), ('wait', 'the order waits until somebody sources it')], default='', editable=False, max_length=12, verbose_name='once it is cancelled'),
        ),
        migrations.AddField(
            model_name='supplierrequest',
            name='cancel_asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked to cancel'),
        ),
        migrations.AlterField(
            model_name='fulfillmentorder',
            name='request_status',
            field=models.CharField(blank=True, choices=[('requested', 'asked'), ('accepted', 'accepted'), ('cancelling', 'asked to cancel'), ('rejected', 'rejected'), ('cancelled', 'cancelled'), ('fulfilled', 'sent')], default='', editable=False, max_length=10, verbose_name='what the partner says'),
        ),
        migrations.AlterField(
            model_name='supplierrequest',
            name='reference',
            field=models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='their number'),
        ),
        migrations.AlterField(
            model_name='supplierrequest',
            name='state',
            field=django_fsm.FSMField(choices=[('requested', 'asked'), ('accepted', 'accepted'), ('cancelling', 'asked to cancel'), ('rejected', 'rejected'), ('cancelled', 'cancelled'), ('fulfilled', 'sent')], default='requested', max_length=10, protected=True),
        ),
        migrations.AddConstraint(
            model_name='fulfillmentorder',
            constraint=models.CheckConstraint(condition=models.Q(('request_status__in', ['', 'accepted', 'cancelled', 'cancelling', 'fulfilled', 'rejected', 'requested'])), name='fulfillment_request_word'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'cancelled', 'cancelling', 'fulfilled', 'rejected', 'requested'])), name='supplier_request_state_word'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.CheckConstraint(condition=models.Q(('after_cancel__in', ['', 'cancel_order', 'elsewhere', 'wait'])), name='supplier_request_after_word'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelling'), _negated=True), models.Q(('cancel_asked_at__isnull', False), models.Q(('after_cancel', ''), _negated=True)), _connector='OR'), name='supplier_request_cancel_asked'),
        ),
        migrations.AddConstraint(
            model_name='supplierrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'accepted', 'cancelling'))), fields=('fulfillment_order',), name='supplier_asked_once'),
        ),
    ]
