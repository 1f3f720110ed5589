import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inventory', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('material', models.CharField(blank=True, default='', max_length=60, verbose_name='packaging')),
                ('weight_g', models.PositiveIntegerField(verbose_name='weight (g)')),
                ('length_mm', models.PositiveIntegerField(default=0)),
                ('width_mm', models.PositiveIntegerField(default=0)),
                ('height_mm', models.PositiveIntegerField(default=0)),
                ('carrier', models.CharField(blank=True, default='', max_length=24)),
                ('tracking_number', models.CharField(blank=True, default='', max_length=64)),
                ('tracking_status', models.CharField(choices=[('pre_transit', 'label made'), ('picked_up', 'picked up'), ('in_transit', 'in transit'), ('out_for_delivery', 'out for delivery'), ('delivered', 'delivered'), ('available_for_pickup', 'ready for pick-up'), ('delayed', 'delayed'), ('exception', 'problem'), ('returning', 'coming back'), ('returned', 'came back'), ('lost', 'lost')], default='pre_transit', editable=False, max_length=20)),
                ('last_event_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('expected_on', models.DateField(blank=True, null=True, verbose_name='expected delivery')),
                ('delivered_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SandboxParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier_reference', models.CharField(max_length=40, unique=True)),
                ('reference', models.CharField(db_index=True, max_length=120)),
                ('tracking_number', models.CharField(max_length=40, unique=True)),
                ('service', models.CharField(max_length=40)),
                ('cost', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('request', models.JSONField(default=dict)),
                ('bought_at', models.DateTimeField()),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
                ('next_event', models.PositiveSmallIntegerField(default=0)),
                ('event_due_at', models.DateTimeField(blank=True, db_index=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FulfillmentOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('planned', 'planned'), ('open', 'to pick'), ('in_progress', 'being picked'), ('ready', 'packed'), ('fulfilled', 'shipped'), ('on_hold', 'on hold'), ('rejected', 'rejected'), ('cancelled', 'cancelled')], default='planned', max_length=12, protected=True)),
                ('ship_by', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('picked_at', models.DateTimeField(blank=True, null=True)),
                ('packed_at', models.DateTimeField(blank=True, null=True)),
                ('fulfilled_at', models.DateTimeField(blank=True, null=True)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fulfillment_orders', to='inventory.location')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fulfillment_orders', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['location', 'state', 'ship_by'], name='fulfillment_queue'), models.Index(fields=['state', 'ship_by', 'id'], name='fulfillment_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'fulfilled', 'in_progress', 'on_hold', 'open', 'planned', 'ready', 'rejected'])), name='fulfillment_state_word')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('quantity', models.PositiveIntegerField()),
                ('state', django_fsm.FSMField(choices=[('allocated', 'allocated'), ('picked', 'picked'), ('shipped', 'shipped'), ('released', 'released'), ('short', 'not found')], default='allocated', max_length=10, protected=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='orders.orderline')),
                ('stock_level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='inventory.stocklevel')),
                ('fulfillment_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='fulfillment.fulfillmentorder')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('allocated', 'picked'))), fields=['stock_level'], name='allocation_open'), models.Index(fields=['order_line', 'state'], name='allocation_by_line')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['allocated', 'picked', 'released', 'shipped', 'short'])), name='allocation_state_word'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='allocation_positive')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('state', django_fsm.FSMField(choices=[('requested', 'requested'), ('purchased', 'purchased'), ('printed', 'printed'), ('void_requested', 'being voided'), ('voided', 'voided'), ('failed', 'failed'), ('unknown', 'being confirmed')], default='requested', max_length=16, protected=True)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('carrier', models.CharField(max_length=24)),
                ('service', models.CharField(blank=True, default='', max_length=40)),
                ('cost', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('carrier_reference', models.CharField(blank=True, default='', max_length=120)),
                ('tracking_number', models.CharField(blank=True, default='', max_length=64)),
                ('document', models.BinaryField(blank=True, null=True)),
                ('zpl', models.TextField(blank=True, default='')),
                ('failure', models.CharField(blank=True, default='', max_length=300)),
                ('prints', models.PositiveSmallIntegerField(default=0)),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='fulfillment.package')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['requested', 'unknown', 'void_requested'])), fields=['next_try_at', 'id'], name='label_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['failed', 'printed', 'purchased', 'requested', 'unknown', 'void_requested', 'voided'])), name='label_state_word'), models.UniqueConstraint(condition=models.Q(('state__in', ('voided', 'failed')), _negated=True), fields=('package',), name='one_live_label')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='PackageItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('allocation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='package_items', to='fulfillment.allocation')),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='fulfillment.package')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('package', 'allocation'), name='package_item_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='package_item_positive')],
            },
        ),
        migrations.CreateModel(
            name='Shipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('state', django_fsm.FSMField(choices=[('packing', 'packing'), ('packed', 'packed'), ('labelled', 'labelled'), ('manifested', 'on the manifest'), ('shipped', 'shipped'), ('cancelled', 'cancelled')], default='packing', max_length=12, protected=True)),
                ('carrier', models.CharField(blank=True, default='', max_length=24)),
                ('service', models.CharField(blank=True, default='', max_length=40)),
                ('rates', models.JSONField(blank=True, default=list, help_text='The rates compared when the label was bought.')),
                ('rate_reason', models.CharField(blank=True, default='', max_length=300)),
                ('packed_at', models.DateTimeField(blank=True, null=True)),
                ('shipped_at', models.DateTimeField(blank=True, null=True)),
                ('fulfillment_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='fulfillment.fulfillmentorder')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='inventory.location')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['state', '-id'], name='shipment_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'labelled', 'manifested', 'packed', 'packing', 'shipped'])), name='shipment_state_word')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.AddField(
            model_name='package',
            name='shipment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='fulfillment.shipment'),
        ),
        migrations.CreateModel(
            name='SourcingDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decided_at', models.DateTimeField()),
                ('trigger', models.CharField(max_length=32)),
                ('rules_version', models.PositiveIntegerField()),
                ('snapshot', models.BinaryField()),
                ('outcome', models.JSONField()),
                ('outcome_hash', models.CharField(max_length=64)),
                ('sentence', models.CharField(max_length=1000)),
                ('parcels', models.PositiveSmallIntegerField()),
                ('units_short', models.PositiveIntegerField(default=0)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sourcing_decisions', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['order', '-id'], name='decision_by_order')],
            },
        ),
        migrations.CreateModel(
            name='TrackingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_id', models.CharField(max_length=160)),
                ('status', models.CharField(choices=[('pre_transit', 'label made'), ('picked_up', 'picked up'), ('in_transit', 'in transit'), ('out_for_delivery', 'out for delivery'), ('delivered', 'delivered'), ('available_for_pickup', 'ready for pick-up'), ('delayed', 'delayed'), ('exception', 'problem'), ('returning', 'coming back'), ('returned', 'came back'), ('lost', 'lost')], max_length=20)),
                ('raw_code', models.CharField(blank=True, default='', max_length=40)),
                ('description', models.CharField(blank=True, default='', max_length=300)),
                ('place', models.CharField(blank=True, default='', max_length=120)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracking_events', to='fulfillment.package')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('package', 'source_id'), name='tracking_event_once'), models.CheckConstraint(condition=models.Q(('status__in', ['available_for_pickup', 'delayed', 'delivered', 'exception', 'in_transit', 'lost', 'out_for_delivery', 'picked_up', 'pre_transit', 'returned', 'returning'])), name='tracking_event_word')],
            },
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(fields=['tracking_number'], name='package_tracking'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(fields=['tracking_status', 'expected_on'], name='package_by_status'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.UniqueConstraint(fields=('shipment', 'position'), name='package_position_once'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.UniqueConstraint(condition=models.Q(('tracking_number', ''), _negated=True), fields=('carrier', 'tracking_number'), name='tracking_number_once'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('tracking_status__in', ['available_for_pickup', 'delayed', 'delivered', 'exception', 'in_transit', 'lost', 'out_for_delivery', 'picked_up', 'pre_transit', 'returned', 'returning'])), name='package_tracking_word'),
        ),
    ]
