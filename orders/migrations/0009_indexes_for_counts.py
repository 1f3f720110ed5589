"""The start page and the tabs of lists count from an index, also for people limited to channels."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('orders', '0008_search_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_state',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_fulfillment',
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['state', '-placed_at', '-id'], include=('channel',), name='order_by_state'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['fulfillment_status', '-placed_at'], include=('channel',), name='order_by_fulfillment'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['received_at'], name='order_received'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('released_at__isnull', False)), fields=['released_at'], name='order_released'),
        ),
    ]
