"""What search looks for lies in indexes of its own: purchase orders, the newest lines of a SKU, names and tags.

PostgreSQL alone has an index for a part of a text (trigrams) and one for its beginning in any collation. A server that
lacks ``pg_trgm``, or does not let us have it, reads all orders for a part of a name, and finds the same.
"""

from django.db import ProgrammingError, migrations, models, transaction
from django.db.models import Q

BEGINNINGS = "CREATE INDEX customer_name_beginning ON orders_customer (name varchar_pattern_ops)"
# the expressions that Django's icontains writes
PARTS = (
    "CREATE INDEX order_name_parts ON orders_order USING gin (upper(customer_name::text) gin_trgm_ops)",
    "CREATE INDEX order_tag_parts ON orders_order USING gin (upper(tags::text) gin_trgm_ops)",
)
NAMES = ("customer_name_beginning", "order_name_parts", "order_tag_parts")


def make_indexes(apps, schema_editor):
    """Make them on PostgreSQL."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(BEGINNINGS)
    if _has_trigrams(schema_editor):
        for statement in PARTS:
            schema_editor.execute(statement)


def _has_trigrams(schema_editor):
    """Tell whether the server has trigrams, and for us."""
    alias = schema_editor.connection.alias
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.fetchone() is None:
            return False
        try:
            with transaction.atomic(using=alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except ProgrammingError:  # not our database
            return False
    return True


def drop_indexes(apps, schema_editor):
    """Take them away; the extension may serve others and stays."""
    if schema_editor.connection.vendor == "postgresql":
        for name in NAMES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_erased_customers")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["purchase_order"], name="order_purchase", condition=~Q(purchase_order="")),
        ),
        migrations.RemoveIndex(model_name="orderline", name="line_sku"),
        migrations.AddIndex(model_name="orderline", index=models.Index(fields=["sku", "id"], name="line_sku")),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
