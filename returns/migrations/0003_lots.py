"""Which lots and serial numbers came back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0018_lots'),
        ('returns', '0002_send_return'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReturnedLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32)),
                ('quantity', models.PositiveIntegerField()),
                ('was_sent', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returned', to='inventory.lot')),
                ('return_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='returns.returnline')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='returned_lot_is_some'), models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='returned_lot_has_number'), models.CheckConstraint(condition=models.Q(('was_sent', False), ('lot__isnull', False), _connector='OR'), name='sent_lot_was_here')],
            },
        ),
    ]
