"""Lots and serial numbers: by what a product is followed, which lots there are, and what of each lies where."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0017_append_only_again'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(max_length=32)),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='best before')),
                ('blocked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='blocked')),
                ('blocked_why', models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='why')),
            ],
            options={
                'verbose_name': 'lot',
                'ordering': ['product__sku', 'number'],
                'permissions': [('block_lot', 'Can block lots and let them go')],
            },
        ),
        migrations.AlterModelOptions(
            name='countline',
            options={'ordering': ['stock_level__product__sku', 'lot__number']},
        ),
        migrations.RemoveConstraint(
            model_name='binstock',
            name='bin_stock_once',
        ),
        migrations.RemoveConstraint(
            model_name='countline',
            name='count_line_once',
        ),
        migrations.AddField(
            model_name='binstock',
            name='single',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='expires',
            field=models.BooleanField(default=False, help_text='Asked for with each new lot or serial number.', verbose_name='has a best-before date'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='followed_by',
            field=models.CharField(choices=[('none', 'nothing'), ('lot', 'lot'), ('serial', 'serial number')], default='none', help_text='Every scan of it asks for that, from receiving to the parcel.', max_length=8),
        ),
        migrations.AddField(
            model_name='product',
            name='expires',
            field=models.BooleanField(default=False, help_text='Asked for with each new lot or serial number.', verbose_name='has a best-before date'),
        ),
        migrations.AddField(
            model_name='product',
            name='followed_by',
            field=models.CharField(choices=[('none', 'nothing'), ('lot', 'lot'), ('serial', 'serial number')], default='none', help_text='Every scan of it asks for that, from receiving to the parcel.', max_length=8),
        ),
        migrations.AlterField(
            model_name='binstock',
            name='bin',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock', to='inventory.bin'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('followed_by__in', ['lot', 'none', 'serial'])), name='product_followed_by_word'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('expires', False), models.Q(('followed_by', 'none'), _negated=True), _connector='OR'), name='product_expires_by_lot'),
        ),
        migrations.AddField(
            model_name='lot',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='inventory.product'),
        ),
        migrations.AddField(
            model_name='binstock',
            name='lot',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock', to='inventory.lot'),
        ),
        migrations.AddField(
            model_name='countline',
            name='lot',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.UniqueConstraint(condition=models.Q(('lot__isnull', True)), fields=('bin', 'stock_level'), name='bin_stock_once'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.UniqueConstraint(condition=models.Q(('lot__isnull', False)), fields=('bin', 'stock_level', 'lot'), name='bin_stock_of_lot_once'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.UniqueConstraint(condition=models.Q(('bin__isnull', True)), fields=('stock_level', 'lot'), name='bin_stock_in_no_bin_once'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.UniqueConstraint(condition=models.Q(('quantity__gt', 0), ('single', True)), fields=('lot',), name='serial_in_one_place'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.CheckConstraint(condition=models.Q(('bin__isnull', False), ('lot__isnull', False), _connector='OR'), name='bin_stock_in_no_bin_has_lot'),
        ),
        migrations.AddConstraint(
            model_name='binstock',
            constraint=models.CheckConstraint(condition=models.Q(('single', False), models.Q(('lot__isnull', False), ('quantity__lte', 1)), _connector='OR'), name='serial_is_one_piece'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(condition=models.Q(('lot__isnull', True)), fields=('session', 'stock_level'), name='count_line_once'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(condition=models.Q(('lot__isnull', False)), fields=('session', 'stock_level', 'lot'), name='count_line_of_lot_once'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['number'], name='lot_by_number'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.UniqueConstraint(fields=('product', 'number'), name='lot_once'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='lot_number_given'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('blocked_at__isnull', True), models.Q(('blocked_why', ''), _negated=True), _connector='OR'), name='lot_is_blocked_for_a_reason'),
        ),
    ]
