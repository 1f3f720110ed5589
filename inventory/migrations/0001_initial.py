import datetime
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalLocation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(blank=True, editable=False)),
                ('code', models.CharField(db_index=True, max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('warehouse', 'warehouse'), ('store', 'store'), ('supplier', 'supplier'), ('3pl', '3PL')], default='warehouse', max_length=12)),
                ('line1', models.CharField(blank=True, default='', max_length=200, verbose_name='address')),
                ('city', models.CharField(blank=True, default='', max_length=100)),
                ('postal_code', models.CharField(blank=True, default='', max_length=20)),
                ('country', models.CharField(default='GB', max_length=2)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('daily_capacity', models.PositiveIntegerField(blank=True, help_text='Parcels a day; empty means without limit.', null=True)),
                ('cutoff', models.TimeField(default=datetime.time(16, 0), help_text='Orders until then leave the same day.', verbose_name='cut-off')),
                ('timezone', models.CharField(default='Europe/London', max_length=40)),
                ('capabilities', models.JSONField(blank=True, default=list)),
                ('is_active', models.BooleanField(default=True, verbose_name='ships')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical location',
                'verbose_name_plural': 'historical locations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('warehouse', 'warehouse'), ('store', 'store'), ('supplier', 'supplier'), ('3pl', '3PL')], default='warehouse', max_length=12)),
                ('line1', models.CharField(blank=True, default='', max_length=200, verbose_name='address')),
                ('city', models.CharField(blank=True, default='', max_length=100)),
                ('postal_code', models.CharField(blank=True, default='', max_length=20)),
                ('country', models.CharField(default='GB', max_length=2)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('daily_capacity', models.PositiveIntegerField(blank=True, help_text='Parcels a day; empty means without limit.', null=True)),
                ('cutoff', models.TimeField(default=datetime.time(16, 0), help_text='Orders until then leave the same day.', verbose_name='cut-off')),
                ('timezone', models.CharField(default='Europe/London', max_length=40)),
                ('capabilities', models.JSONField(blank=True, default=list)),
                ('is_active', models.BooleanField(default=True, verbose_name='ships')),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['3pl', 'store', 'supplier', 'warehouse'])), name='location_kind_word')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('sku', models.CharField(max_length=64, unique=True, verbose_name='SKU')),
                ('title', models.CharField(blank=True, default='', max_length=200)),
                ('attributes', models.JSONField(blank=True, default=dict, help_text='What tells variants apart: {"size": "M"}.')),
                ('barcode', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('unit_price', models.BigIntegerField(default=0, help_text='Minor units, such as cents.')),
                ('unit_cost', models.BigIntegerField(default=0, help_text='Minor units, such as cents.')),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('weight_g', models.PositiveIntegerField(default=0, verbose_name='weight (g)')),
                ('length_mm', models.PositiveIntegerField(default=0, verbose_name='length (mm)')),
                ('width_mm', models.PositiveIntegerField(default=0, verbose_name='width (mm)')),
                ('height_mm', models.PositiveIntegerField(default=0, verbose_name='height (mm)')),
                ('capability', models.CharField(blank=True, default='', help_text='What a location must be able to do to ship it: gift_wrap …', max_length=32)),
                ('is_active', models.BooleanField(default=True, verbose_name='sold')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='inventory.product')),
            ],
            options={
                'ordering': ['sku'],
                'constraints': [models.CheckConstraint(condition=models.Q(('unit_price__gte', 0), ('unit_cost__gte', 0)), name='product_money'), models.CheckConstraint(condition=models.Q(('sku', ''), _negated=True), name='product_sku_given')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalProduct',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(blank=True, editable=False)),
                ('sku', models.CharField(db_index=True, max_length=64, verbose_name='SKU')),
                ('title', models.CharField(blank=True, default='', max_length=200)),
                ('attributes', models.JSONField(blank=True, default=dict, help_text='What tells variants apart: {"size": "M"}.')),
                ('barcode', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('unit_price', models.BigIntegerField(default=0, help_text='Minor units, such as cents.')),
                ('unit_cost', models.BigIntegerField(default=0, help_text='Minor units, such as cents.')),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('weight_g', models.PositiveIntegerField(default=0, verbose_name='weight (g)')),
                ('length_mm', models.PositiveIntegerField(default=0, verbose_name='length (mm)')),
                ('width_mm', models.PositiveIntegerField(default=0, verbose_name='width (mm)')),
                ('height_mm', models.PositiveIntegerField(default=0, verbose_name='height (mm)')),
                ('capability', models.CharField(blank=True, default='', help_text='What a location must be able to do to ship it: gift_wrap …', max_length=32)),
                ('is_active', models.BooleanField(default=True, verbose_name='sold')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.product')),
            ],
            options={
                'verbose_name': 'historical product',
                'verbose_name_plural': 'historical products',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('quantity', models.PositiveIntegerField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('created_at', models.DateTimeField()),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='inventory.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('product', 'key'), name='reservation_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='reservation_positive')],
            },
        ),
        migrations.CreateModel(
            name='StockLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('bin', models.CharField(blank=True, default='', max_length=32)),
                ('on_hand', models.PositiveIntegerField(default=0, editable=False)),
                ('allocated', models.PositiveIntegerField(default=0, editable=False)),
                ('safety_stock', models.PositiveIntegerField(default=0, help_text="Pieces never promised to a channel's order.")),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_levels', to='inventory.location')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_levels', to='inventory.product')),
            ],
            options={
                'ordering': ['product__sku', 'location__code'],
                'indexes': [models.Index(fields=['location', 'product'], name='stock_by_location')],
                'constraints': [models.UniqueConstraint(fields=('product', 'location'), name='stock_level_once'), models.CheckConstraint(condition=models.Q(('allocated__gte', 0), ('allocated__lte', models.F('on_hand'))), name='stock_never_oversold')],
            },
        ),
        migrations.CreateModel(
            name='StockMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.IntegerField()),
                ('reason', models.CharField(choices=[('opening', 'opening stock'), ('import', 'stock file'), ('adjustment', 'adjustment'), ('receipt', 'goods received'), ('shipment', 'shipped'), ('return', 'returned to stock'), ('transfer', 'moved between locations'), ('damage', 'damaged or lost')], max_length=12)),
                ('reference', models.CharField(max_length=120, unique=True)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('actor_label', models.CharField(blank=True, default='', max_length=150)),
                ('at', models.DateTimeField()),
                ('stock_level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='inventory.stocklevel')),
            ],
            options={
                'indexes': [models.Index(fields=['stock_level', '-at'], name='movement_by_level')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='movement_moves'), models.CheckConstraint(condition=models.Q(('reason__in', ['adjustment', 'damage', 'import', 'opening', 'receipt', 'return', 'shipment', 'transfer'])), name='movement_reason_word')],
            },
        ),
        migrations.CreateModel(
            name='LocationMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='inventory.location')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='location_memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'location'), name='location_membership_once')],
            },
        ),
    ]
