"""How many pieces of a stock level are of blocked lots."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0019_pieces_that_came'),
    ]

    operations = [
        migrations.AddField(
            model_name='stocklevel',
            name='blocked',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('blocked__gte', 0), ('blocked__lte', models.F('in_bins'))), name='stock_blocked_lies_in_bins'),
        ),
    ]
