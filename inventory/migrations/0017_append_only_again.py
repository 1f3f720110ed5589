"""New reasons made SQLite lay the table of bin movements anew, and its triggers were lost: they are put on again."""

from django.db import migrations

from oms.foundation.append_only import put_on_again


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0016_kit_components'),
    ]

    operations = [put_on_again("inventory_binmovement")]
