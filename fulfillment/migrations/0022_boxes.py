"""What there is to pack into."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0021_pickups_tried_again'),
        ('inventory', '0012_packaging_movements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Box',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(help_text='As its bar code and files name it, such as BOX-M.', max_length=32, unique=True)),
                ('title', models.CharField(blank=True, default='', max_length=60)),
                ('length_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner length (mm)')),
                ('width_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner width (mm)')),
                ('height_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner height (mm)')),
                ('wall_mm', models.PositiveSmallIntegerField(default=4, help_text='Carriers are told the outer sizes: twice this more on each.', verbose_name='wall (mm)')),
                ('max_g', models.PositiveIntegerField(default=0, help_text='0 is any weight.', verbose_name='heaviest contents (g)')),
                ('own_g', models.PositiveIntegerField(default=0, verbose_name='own weight (g)')),
                ('cost', models.BigIntegerField(default=0)),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('location', models.ForeignKey(blank=True, help_text='Empty is at every location.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='boxes', to='inventory.location')),
                ('product', models.ForeignKey(blank=True, help_text='The product whose stock goes down by one for each box used; empty counts none.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='boxes', to='inventory.product', verbose_name='stocked as')),
            ],
            options={
                'verbose_name_plural': 'boxes',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalBox',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(blank=True, editable=False)),
                ('code', models.CharField(db_index=True, help_text='As its bar code and files name it, such as BOX-M.', max_length=32)),
                ('title', models.CharField(blank=True, default='', max_length=60)),
                ('length_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner length (mm)')),
                ('width_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner width (mm)')),
                ('height_mm', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='inner height (mm)')),
                ('wall_mm', models.PositiveSmallIntegerField(default=4, help_text='Carriers are told the outer sizes: twice this more on each.', verbose_name='wall (mm)')),
                ('max_g', models.PositiveIntegerField(default=0, help_text='0 is any weight.', verbose_name='heaviest contents (g)')),
                ('own_g', models.PositiveIntegerField(default=0, verbose_name='own weight (g)')),
                ('cost', models.BigIntegerField(default=0)),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('location', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty is at every location.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.location')),
                ('product', models.ForeignKey(blank=True, db_constraint=False, help_text='The product whose stock goes down by one for each box used; empty counts none.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.product', verbose_name='stocked as')),
            ],
            options={
                'verbose_name': 'historical box',
                'verbose_name_plural': 'historical boxes',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='box',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='box_code_given'),
        ),
        migrations.AddConstraint(
            model_name='box',
            constraint=models.CheckConstraint(condition=models.Q(('height_mm__gt', 0), ('length_mm__gt', 0), ('width_mm__gt', 0)), name='box_has_sizes'),
        ),
        migrations.AddConstraint(
            model_name='box',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', 0)), name='box_not_negative'),
        ),
    ]
