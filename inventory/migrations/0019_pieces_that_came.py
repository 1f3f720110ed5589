"""Pieces of a known lot come into no bin; SQLite makes the table of bin movements anew for it, and its triggers with it."""

from django.db import migrations, models

from oms.foundation.append_only import let_go, put_on_again

TABLE = "inventory_binmovement"


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0018_lots'),
    ]

    operations = [
        let_go(TABLE),
        migrations.RemoveConstraint(
            model_name='binmovement',
            name='bin_movement_reason_word',
        ),
        migrations.AlterField(
            model_name='binmovement',
            name='reason',
            field=models.CharField(choices=[('put_away', 'put away'), ('moved', 'moved between bins'), ('taken_out', 'taken out, in no bin'), ('left', 'left the location'), ('picked', 'picked for an order'), ('counted', 'counted'), ('came', 'came, in no bin yet')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='binmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['came', 'counted', 'left', 'moved', 'picked', 'put_away', 'taken_out'])), name='bin_movement_reason_word'),
        ),
        put_on_again(TABLE),
    ]
