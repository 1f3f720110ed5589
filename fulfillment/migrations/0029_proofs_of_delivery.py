"""Who took parcels, when and where."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0028_append_only_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProofOfDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('source', models.CharField(choices=[('carrier', 'told by the carrier'), ('hand', 'recorded here')], max_length=8)),
                ('signed_by', models.CharField(blank=True, default='', max_length=120)),
                ('signed_at', models.DateTimeField()),
                ('place', models.CharField(blank=True, default='', max_length=120)),
                ('picture', models.BinaryField(blank=True, default=b'')),
                ('package', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='proof', to='fulfillment.package')),
            ],
            options={
                'verbose_name': 'proof of delivery',
                'verbose_name_plural': 'proofs of delivery',
                'permissions': [('see_proofofdelivery', 'Can see who took a parcel'), ('record_proofofdelivery', 'Can record who took a parcel')],
                'constraints': [models.CheckConstraint(condition=models.Q(('source__in', ['carrier', 'hand'])), name='proof_source_word')],
            },
        ),
    ]
