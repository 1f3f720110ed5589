"""Mails and webhooks that were given up are counted from an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('orders', '0009_indexes_for_counts'),
        ('outlets', '0003_left_unsent'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['id'], name='notification_failed'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['id'], name='webhook_dead'),
        ),
    ]
