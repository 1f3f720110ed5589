"""How products lie in a parcel, and what is said to whoever packs them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0010_ways_to_the_customer'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalproduct',
            name='fragile',
            field=models.BooleanField(default=False, help_text='Nothing may lie above it in a parcel.'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='packing_note',
            field=models.CharField(blank=True, default='', help_text='Shown to whoever packs it: wrap twice …', max_length=200, verbose_name='how to pack it'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='ships_alone',
            field=models.BooleanField(default=False, help_text='Each piece is a parcel by itself, in its own carton.'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='this_side_up',
            field=models.BooleanField(default=False, help_text='It may not be tipped over in a parcel.'),
        ),
        migrations.AddField(
            model_name='product',
            name='fragile',
            field=models.BooleanField(default=False, help_text='Nothing may lie above it in a parcel.'),
        ),
        migrations.AddField(
            model_name='product',
            name='packing_note',
            field=models.CharField(blank=True, default='', help_text='Shown to whoever packs it: wrap twice …', max_length=200, verbose_name='how to pack it'),
        ),
        migrations.AddField(
            model_name='product',
            name='ships_alone',
            field=models.BooleanField(default=False, help_text='Each piece is a parcel by itself, in its own carton.'),
        ),
        migrations.AddField(
            model_name='product',
            name='this_side_up',
            field=models.BooleanField(default=False, help_text='It may not be tipped over in a parcel.'),
        ),
    ]
