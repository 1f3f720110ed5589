"""Packing by scans, and which box a parcel was packed in."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0022_boxes'),
        ('inventory', '0012_packaging_movements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='package',
            name='advised',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfillment.box', verbose_name='box advised'),
        ),
        migrations.AddField(
            model_name='package',
            name='box',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='fulfillment.box'),
        ),
        migrations.CreateModel(
            name='PackParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('weight_g', models.PositiveIntegerField(blank=True, null=True, verbose_name='weighed (g)')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('advised', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfillment.box')),
                ('box', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fulfillment.box')),
                ('package', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packed_as', to='fulfillment.package')),
            ],
        ),
        migrations.CreateModel(
            name='PackItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(default=0)),
                ('allocation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pack_items', to='fulfillment.allocation')),
                ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='fulfillment.packparcel')),
            ],
        ),
        migrations.CreateModel(
            name='PackSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', django_fsm.FSMField(choices=[('open', 'being packed'), ('done', 'packed'), ('dropped', 'dropped')], default='open', max_length=12, protected=True)),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('advice', models.JSONField(blank=True, default=dict, editable=False)),
                ('done_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('fulfillment_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pack_sessions', to='fulfillment.fulfillmentorder')),
                ('packer', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shipment', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pack_session', to='fulfillment.shipment')),
            ],
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='PackScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(editable=False, unique=True)),
                ('act', models.CharField(max_length=8)),
                ('code', models.CharField(blank=True, default='', max_length=64)),
                ('quantity', models.PositiveIntegerField(default=0)),
                ('tone', models.CharField(max_length=8)),
                ('sentence', models.CharField(max_length=300)),
                ('mispack', models.CharField(blank=True, choices=[('wrong', 'wrong product'), ('too_many', 'too many'), ('unknown', 'unknown code')], default='', max_length=8)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.product')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='fulfillment.packsession')),
            ],
            options={
                'verbose_name': 'mispack caught',
                'verbose_name_plural': 'mispacks caught',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='packparcel',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='fulfillment.packsession'),
        ),
        migrations.AddConstraint(
            model_name='packitem',
            constraint=models.UniqueConstraint(fields=('parcel', 'allocation'), name='pack_item_once'),
        ),
        migrations.AddConstraint(
            model_name='packsession',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['done', 'dropped', 'open'])), name='pack_session_state_word'),
        ),
        migrations.AddConstraint(
            model_name='packsession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('shipment__isnull', False), _connector='OR'), name='pack_session_done_has_shipment'),
        ),
        migrations.AddConstraint(
            model_name='packsession',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('fulfillment_order',), name='one_open_pack_session'),
        ),
        migrations.AddIndex(
            model_name='packscan',
            index=models.Index(models.OrderBy(models.F('at'), descending=True), condition=models.Q(('mispack', ''), _negated=True), name='pack_scan_mispacks'),
        ),
        migrations.AddConstraint(
            model_name='packscan',
            constraint=models.CheckConstraint(condition=models.Q(('tone__in', ['done', 'gone', 'ok', 'wrong'])), name='pack_scan_tone_word'),
        ),
        migrations.AddConstraint(
            model_name='packscan',
            constraint=models.CheckConstraint(condition=models.Q(('mispack__in', ['', 'too_many', 'unknown', 'wrong'])), name='pack_scan_mispack_word'),
        ),
        migrations.AddConstraint(
            model_name='packparcel',
            constraint=models.UniqueConstraint(fields=('session', 'position'), name='pack_parcel_position'),
        ),
        migrations.AddConstraint(
            model_name='packparcel',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('session',), name='one_open_pack_parcel'),
        ),
    ]
