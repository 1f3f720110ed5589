"""Which lot or serial number went in which parcel."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0043_labelled_totes'),
        ('inventory', '0019_pieces_that_came'),
    ]

    operations = [
        migrations.CreateModel(
            name='TracedPieces',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('fate', models.CharField(choices=[('held', 'picked for the order'), ('lost', 'not found'), ('put_back', 'put back')], default='held', max_length=8)),
                ('at', models.DateTimeField()),
                ('allocation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='fulfillment.allocation')),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='inventory.lot')),
                ('package', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='fulfillment.package')),
                ('parcel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='fulfillment.packparcel')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='traces', to='fulfillment.picktask')),
            ],
            options={
                'verbose_name': 'traced pieces',
                'verbose_name_plural': 'traced pieces',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='traced_pieces_are_some'), models.CheckConstraint(condition=models.Q(('fate', 'held'), ('package__isnull', True), _connector='OR'), name='only_held_pieces_leave'), models.CheckConstraint(condition=models.Q(('fate__in', ['held', 'lost', 'put_back'])), name='traced_pieces_fate_word')],
            },
        ),
    ]
