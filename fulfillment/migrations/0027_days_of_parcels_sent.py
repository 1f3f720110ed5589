"""The days of parcels that have left already: what is known of them is where their book begins."""

from django.db import migrations

LEFT = (
    "from fulfillment_package p join fulfillment_shipment s on s.id = p.shipment_id"
    " join orders_order o on o.id = s.order_id where s.state = 'shipped'"
)
PROMISED = """
update fulfillment_package set promised_on = coalesce(
  (select o.deliver_by from fulfillment_shipment s join orders_order o on o.id = s.order_id
   where s.id = fulfillment_package.shipment_id), expected_on)
where shipment_id in (select id from fulfillment_shipment where state = 'shipped')
"""
KEPT = f"""
insert into fulfillment_expectedday (package_id, kind, day, at)
select p.id, 'promised', p.promised_on, s.shipped_at {LEFT} and p.promised_on is not null
union all select p.id, 'purchase', p.expected_on, s.shipped_at {LEFT} and p.expected_on is not null
"""


def fill(apps, schema_editor):
    """Begin the book of each parcel that has left."""
    schema_editor.execute(PROMISED)
    schema_editor.execute(KEPT)


def forget(apps, schema_editor):
    """Empty the books."""
    schema_editor.execute("delete from fulfillment_expectedday")


class Migration(migrations.Migration):
    dependencies = [
        ("fulfillment", "0026_days_and_risks"),
        ("orders", "0012_pickup_location"),
    ]

    operations = [migrations.RunPython(fill, forget)]
