"""Packaging leaves the stock with a parcel; SQLite makes the table anew for it, and its triggers with it."""

from django.db import migrations, models

from oms.foundation.append_only import let_go, put_on_again

TABLE = "inventory_stockmovement"


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0011_packing_of_products'),
    ]

    operations = [
        let_go(TABLE),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_reason_word',
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='reason',
            field=models.CharField(choices=[('opening', 'opening stock'), ('import', 'stock file'), ('adjustment', 'adjustment'), ('receipt', 'goods received'), ('shipment', 'shipped'), ('return', 'returned to stock'), ('transfer', 'moved between locations'), ('damage', 'damaged or lost'), ('packaging', 'used to pack')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['adjustment', 'damage', 'import', 'opening', 'packaging', 'receipt', 'return', 'shipment', 'transfer'])), name='movement_reason_word'),
        ),
        put_on_again(TABLE),
    ]
