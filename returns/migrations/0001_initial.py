import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inventory', '0001_initial'),
        ('orders', '0002_owed_and_permissions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('requested', 'requested'), ('approved', 'approved'), ('in_transit', 'on its way'), ('received', 'received'), ('completed', 'completed'), ('declined', 'declined'), ('cancelled', 'cancelled'), ('expired', 'expired')], default='requested', max_length=12, protected=True)),
                ('reason', models.CharField(choices=[('changed_mind', 'changed their mind'), ('does_not_fit', 'does not fit'), ('damaged', 'arrived damaged'), ('wrong_item', 'wrong item'), ('not_as_described', 'not as described'), ('late', 'arrived too late'), ('other', 'other')], default='other', max_length=20)),
                ('note', models.CharField(blank=True, default='', max_length=1000)),
                ('refund_shipping', models.BooleanField(default=False)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='inventory.location')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='orders.order')),
                ('refund', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='orders.refund')),
            ],
            options={
                'permissions': [('request_return', 'Can announce returns'), ('approve_return', 'Can approve and decline returns'), ('receive_return', 'Can receive returned parcels'), ('inspect_return', 'Can inspect returned pieces'), ('complete_return', 'Can complete returns and refund them'), ('cancel_return', 'Can cancel returns')],
                'indexes': [models.Index(fields=['state', '-id'], name='return_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['approved', 'cancelled', 'completed', 'declined', 'expired', 'in_transit', 'received', 'requested'])), name='return_state_word'), models.CheckConstraint(condition=models.Q(('reason__in', ['changed_mind', 'damaged', 'does_not_fit', 'late', 'not_as_described', 'other', 'wrong_item'])), name='return_reason_word')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='ReturnLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('quantity_received', models.PositiveIntegerField(default=0)),
                ('quantity_restocked', models.PositiveIntegerField(default=0)),
                ('reason', models.CharField(blank=True, choices=[('changed_mind', 'changed their mind'), ('does_not_fit', 'does not fit'), ('damaged', 'arrived damaged'), ('wrong_item', 'wrong item'), ('not_as_described', 'not as described'), ('late', 'arrived too late'), ('other', 'other')], default='', max_length=20)),
                ('reception', models.CharField(choices=[('awaiting', 'awaited'), ('received', 'received'), ('short', 'fewer than announced'), ('wrong_item', 'wrong item'), ('lost', 'lost')], default='awaiting', max_length=12)),
                ('acceptance', models.CharField(choices=[('pending', 'to inspect'), ('accepted', 'accepted'), ('rejected', 'rejected')], default='pending', max_length=10)),
                ('disposition', models.CharField(blank=True, choices=[('', 'undecided'), ('restock', 'back to stock'), ('refurbish', 'refurbish'), ('damaged', 'damaged'), ('scrap', 'scrap'), ('return_to_vendor', 'back to the vendor'), ('back_to_customer', 'back to the customer')], default='', max_length=20)),
                ('inspection_note', models.CharField(blank=True, default='', max_length=500)),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_lines', to='orders.orderline')),
                ('return_order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='returns.return')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('return_order', 'order_line'), name='return_line_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('quantity_received__lte', models.F('quantity')), ('quantity_restocked__lte', models.F('quantity_received'))), name='return_line_in_order'), models.CheckConstraint(condition=models.Q(('reception__in', ['awaiting', 'lost', 'received', 'short', 'wrong_item'])), name='return_reception_word'), models.CheckConstraint(condition=models.Q(('acceptance__in', ['accepted', 'pending', 'rejected'])), name='return_acceptance_word'), models.CheckConstraint(condition=models.Q(('disposition__in', ['', 'back_to_customer', 'damaged', 'refurbish', 'restock', 'return_to_vendor', 'scrap'])), name='return_disposition_word')],
            },
        ),
        migrations.CreateModel(
            name='ReturnReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scan', models.CharField(max_length=120)),
                ('sku', models.CharField(max_length=64, verbose_name='SKU')),
                ('quantity', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location')),
                ('return_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='returns.returnline')),
                ('return_order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='returns.return')),
            ],
            options={
                'indexes': [models.Index(fields=['return_order', 'scan'], name='return_receipt_scan')],
                'constraints': [models.UniqueConstraint(fields=('return_order', 'scan', 'return_line'), name='return_scan_once')],
            },
        ),
    ]
