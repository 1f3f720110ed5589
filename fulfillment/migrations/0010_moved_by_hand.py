from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    """Work whose location a person chose, and where moved pieces went."""

    dependencies = [
        ('fulfillment', '0009_sourcing_replays'),
    ]

    operations = [
        migrations.AddField(
            model_name='fulfillmentorder',
            name='fixed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='chosen by a person'),
        ),
        migrations.AddField(
            model_name='allocation',
            name='moved_to',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_here', to='fulfillment.fulfillmentorder'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('moved_to', None), ('state', 'released'), _connector='OR'), name='allocation_moved_released'),
        ),
    ]
