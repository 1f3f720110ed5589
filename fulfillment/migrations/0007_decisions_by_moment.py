"""Decisions are found by their moment, their rules, and whether something is missing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0006_tested_rules_are_kept'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='sourcingdecision',
            index=models.Index(fields=['decided_at', 'id'], name='decision_by_moment'),
        ),
        migrations.AddIndex(
            model_name='sourcingdecision',
            index=models.Index(fields=['rules_version', '-id'], name='decision_by_rules'),
        ),
        migrations.AddIndex(
            model_name='sourcingdecision',
            index=models.Index(condition=models.Q(('units_short__gt', 0)), fields=['-id'], name='decision_short'),
        ),
    ]
