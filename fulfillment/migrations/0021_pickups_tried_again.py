"""When and why a pick-up that nobody collected is tried again to be given back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0020_pickup_tries'),
    ]

    operations = [
        migrations.AddField(
            model_name='pickup',
            name='kept_why',
            field=models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='why it was not given back'),
        ),
        migrations.AddField(
            model_name='pickup',
            name='next_try_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='given back again at'),
        ),
    ]
