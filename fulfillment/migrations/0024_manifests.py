"""The lists of the day on which parcels leave with their carriers, and what was read at the truck."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0023_pack_sessions'),
        ('inventory', '0010_ways_to_the_customer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='sandboxparcel',
            name='manifest_number',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.CreateModel(
            name='Manifest',
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
                ('number', models.CharField(editable=False, max_length=16, unique=True)),
                ('carrier', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('state', django_fsm.FSMField(choices=[('open', 'being loaded'), ('closing', 'being closed'), ('unknown', 'being confirmed'), ('failed', 'refused by the carrier'), ('closed', 'closed'), ('handed_over', 'handed over'), ('dropped', 'dropped')], default='open', max_length=12, protected=True)),
                ('carrier_number', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='number at the carrier')),
                ('failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('handed_over_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('way', models.CharField(blank=True, choices=[('driver', 'driver'), ('drop_off', 'brought to a shop of the carrier')], default='', max_length=8, verbose_name='how it left')),
                ('driver', models.CharField(blank=True, default='', editable=False, max_length=120)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manifests', to='inventory.location')),
            ],
            options={
                'permissions': [('load_manifest', 'Can load parcels, close the day and hand over to the driver')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='LoadScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(editable=False, unique=True)),
                ('code', models.CharField(blank=True, default='', max_length=64)),
                ('tone', models.CharField(max_length=8)),
                ('sentence', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(help_text='When the handheld read it, by its own clock.', null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='fulfillment.manifest')),
            ],
        ),
        migrations.CreateModel(
            name='ManifestParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracking_number', models.CharField(max_length=64)),
                ('loaded_at', models.DateTimeField()),
                ('loaded_by', models.CharField(blank=True, default='', max_length=150)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('left_why', models.CharField(blank=True, default='', max_length=300)),
                ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='fulfillment.manifest')),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manifest_rows', to='fulfillment.package')),
            ],
        ),
        migrations.AddIndex(
            model_name='manifest',
            index=models.Index(fields=['location', '-day'], name='manifest_by_day'),
        ),
        migrations.AddIndex(
            model_name='manifest',
            index=models.Index(condition=models.Q(('state__in', ('closing', 'unknown'))), fields=['next_try_at', 'id'], name='manifest_due'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['closed', 'closing', 'dropped', 'failed', 'handed_over', 'open', 'unknown'])), name='manifest_state_word'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['', 'driver', 'drop_off'])), name='manifest_way_word'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('location', 'carrier'), name='one_open_manifest'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'handed_over'), _negated=True), ('handed_over_at__isnull', False), _connector='OR'), name='manifest_left_when'),
        ),
        migrations.AddConstraint(
            model_name='loadscan',
            constraint=models.CheckConstraint(condition=models.Q(('tone__in', ['done', 'gone', 'ok', 'wrong'])), name='load_scan_tone_word'),
        ),
        migrations.AddIndex(
            model_name='manifestparcel',
            index=models.Index(fields=['manifest', 'left_at'], name='manifest_rows'),
        ),
        migrations.AddConstraint(
            model_name='manifestparcel',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('package',), name='parcel_on_one_manifest'),
        ),
    ]
