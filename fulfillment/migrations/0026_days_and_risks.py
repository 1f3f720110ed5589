"""The days that were promised and expected of parcels, and which parcels are at risk."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0025_driver_visits'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExpectedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('promised', 'promised to the customer'), ('purchase', 'expected when it left'), ('change', 'told by the carrier')], max_length=10)),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'expected day',
            },
        ),
        migrations.CreateModel(
            name='ParcelRisk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('level', models.CharField(choices=[('none', 'on course'), ('at_risk', 'at risk'), ('late', 'late')], editable=False, max_length=8)),
                ('reason', models.CharField(blank=True, choices=[('lost', 'lost'), ('returning', 'coming back'), ('late', 'late already'), ('exception', 'problem at the carrier'), ('delayed', 'delayed by the carrier'), ('later', 'expected too late'), ('customs', 'stuck in customs'), ('no_scan', 'never scanned'), ('still', 'does not move')], default='', editable=False, max_length=10)),
                ('sentence', models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='what is wrong')),
                ('limit', models.CharField(blank=True, default='', editable=False, max_length=60, verbose_name='what would change it')),
                ('since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='at risk since')),
                ('changed_at', models.DateTimeField(editable=False)),
                ('told_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='customer told')),
                ('asked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='carrier asked')),
                ('snoozed_until', models.DateField(blank=True, editable=False, null=True, verbose_name='put off until')),
            ],
            options={
                'verbose_name': 'parcel at risk',
                'verbose_name_plural': 'parcels at risk',
                'permissions': [('handle_parcelrisk', 'Can look after parcels at risk')],
            },
        ),
        migrations.AddField(
            model_name='package',
            name='days_late',
            field=models.SmallIntegerField(blank=True, editable=False, help_text="Days after the carrier's day when it left; early is negative.", null=True),
        ),
        migrations.AddField(
            model_name='package',
            name='promised_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='promised for'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(condition=models.Q(('delivered_at__isnull', False)), fields=['delivered_at'], name='package_arrived'),
        ),
        migrations.AddField(
            model_name='expectedday',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expected_days', to='fulfillment.package'),
        ),
        migrations.AddField(
            model_name='parcelrisk',
            name='package',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='risk', to='fulfillment.package'),
        ),
        migrations.AddIndex(
            model_name='expectedday',
            index=models.Index(fields=['package', '-id'], name='expected_day_last'),
        ),
        migrations.AddConstraint(
            model_name='expectedday',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['change', 'promised', 'purchase'])), name='expected_day_word'),
        ),
        migrations.AddConstraint(
            model_name='expectedday',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'change'), _negated=True), fields=('package', 'kind'), name='expected_day_begins_once'),
        ),
        migrations.AddIndex(
            model_name='parcelrisk',
            index=models.Index(condition=models.Q(('level', 'none'), _negated=True), fields=['since', 'id'], name='parcel_risk_open'),
        ),
        migrations.AddConstraint(
            model_name='parcelrisk',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['at_risk', 'late', 'none'])), name='parcel_risk_level_word'),
        ),
        migrations.AddConstraint(
            model_name='parcelrisk',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['', 'customs', 'delayed', 'exception', 'late', 'later', 'lost', 'no_scan', 'returning', 'still'])), name='parcel_risk_reason_word'),
        ),
        migrations.AddConstraint(
            model_name='parcelrisk',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'none'), ('reason', ''), ('since', None)), models.Q(models.Q(('level', 'none'), _negated=True), models.Q(('reason', ''), _negated=True), ('since__isnull', False)), _connector='OR'), name='parcel_risk_has_reason'),
        ),
    ]
