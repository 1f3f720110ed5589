"""Carriers that work by file, and the tracking numbers that were given to their parcels."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0036_walks_of_waves'),
        ('inventory', '0010_ways_to_the_customer'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=24)),
                ('reference', models.CharField(max_length=120)),
                ('prefix', models.CharField(blank=True, default='', max_length=24)),
                ('serial', models.BigIntegerField()),
                ('tracking_number', models.CharField(max_length=40)),
                ('drawn_at', models.DateTimeField()),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='carrieraccount',
            name='carrier_adapter_word',
        ),
        migrations.AlterField(
            model_name='carrieraccount',
            name='adapter',
            field=models.CharField(choices=[('fedex', 'FedEx'), ('ups', 'UPS'), ('dhl_express', 'DHL Express'), ('dhl_parcel_de', 'DHL Parcel Germany'), ('shipglobal', 'ShipGlobal'), ('file', 'another carrier, by file')], max_length=16, verbose_name='carrier'),
        ),
        migrations.AddConstraint(
            model_name='carrieraccount',
            constraint=models.CheckConstraint(condition=models.Q(('adapter__in', ['dhl_express', 'dhl_parcel_de', 'fedex', 'file', 'shipglobal', 'ups'])), name='carrier_adapter_word'),
        ),
        migrations.AddConstraint(
            model_name='fileparcel',
            constraint=models.UniqueConstraint(fields=('carrier', 'tracking_number'), name='file_number_once'),
        ),
        migrations.AddConstraint(
            model_name='fileparcel',
            constraint=models.UniqueConstraint(fields=('carrier', 'prefix', 'serial'), name='file_serial_once'),
        ),
        migrations.AddConstraint(
            model_name='fileparcel',
            constraint=models.UniqueConstraint(fields=('carrier', 'reference'), name='file_reference_once'),
        ),
    ]
