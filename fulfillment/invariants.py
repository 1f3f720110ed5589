"""What must be true of matching in every committed moment."""

from oms.foundation.invariants import invariant

# a fact that is on its way explains what its handler has not brought in step yet
TOLD = (
    "exists (select 1 from foundation_outboxevent e where e.stream = 'order:' || o.id and e.kind = '{kind}'"
    " and e.state in ('received','retry_wait'))"
)

invariant(
    "I2",
    entity="inventory.stocklevel",
    meaning="A stock level's allocated pieces are not the sum of its open allocations.",
    sql="select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from"
    " fulfillment_allocation where state in ('allocated','picked') group by 1) a on a.stock_level_id = s.id"
    " where s.allocated <> coalesce(a.q, 0)",
)
invariant(
    "I6a",
    entity="orders.orderline",
    meaning="A line's allocated pieces are not the sum of its open allocations, or more than are open.",
    sql="select l.id from orders_orderline l join orders_order o on o.id = l.order_id left join (select order_line_id,"
    " sum(quantity) q from fulfillment_allocation where state in ('allocated','picked') group by 1) a"
    " on a.order_line_id = l.id where o.state <> 'cancelled'"
    " and (coalesce(a.q, 0) <> l.quantity_allocated or coalesce(a.q, 0) > l.quantity_open)"
    f" and not {TOLD.format(kind='OrderReduced')}",
)
invariant(
    "I7",
    entity="orders.orderline",
    meaning="A line's shipped pieces are not those of its shipped allocations, or not those that left the stock.",
    sql="select l.id from orders_orderline l left join (select order_line_id, sum(quantity) q from"
    " fulfillment_allocation where state = 'shipped' group by 1) a on a.order_line_id = l.id left join"
    " (select a.order_line_id, -sum(m.quantity) q from inventory_stockmovement m join fulfillment_allocation a"
    " on m.reference = 'ship:' || a.id group by 1) m on m.order_line_id = l.id"
    " where l.quantity_shipped <> coalesce(a.q, 0) or l.quantity_shipped <> coalesce(m.q, 0)",
)
invariant(
    "I14",
    entity="fulfillment.allocation",
    meaning="Pieces are still promised to an order that has ended.",
    sql="select a.id from fulfillment_allocation a join orders_orderline l on l.id = a.order_line_id"
    " join orders_order o on o.id = l.order_id where o.state in ('cancelled','completed')"
    f" and a.state in ('allocated','picked') and not {TOLD.format(kind='OrderCancelled')}",
)
invariant(
    "I15",
    entity="fulfillment.package",
    meaning="A shipped parcel has no tracking number, two parcels share one, or a parcel has two live labels.",
    sql="select p.id from fulfillment_package p join fulfillment_shipment s on s.id = p.shipment_id"
    " where s.state = 'shipped' and p.carrier <> '' and p.tracking_number = ''"
    " union all select min(id) from fulfillment_package where tracking_number <> ''"
    " group by carrier, tracking_number having count(*) > 1"
    " union all select package_id from fulfillment_label where state not in ('voided','failed')"
    " group by 1 having count(*) > 1",
)
invariant(
    "I15b",
    entity="fulfillment.package",
    meaning="The parcels of a shipment that has left do not hold exactly the pieces of its fulfillment order.",
    sql="select a.id from fulfillment_allocation a join fulfillment_shipment s"
    " on s.fulfillment_order_id = a.fulfillment_order_id and s.state = 'shipped' left join"
    " (select i.allocation_id, p.shipment_id, sum(i.quantity) q from fulfillment_packageitem i"
    " join fulfillment_package p on p.id = i.package_id group by 1, 2) i"
    " on i.allocation_id = a.id and i.shipment_id = s.id where a.state = 'shipped' and a.quantity <> coalesce(i.q, 0)",
)
invariant(
    "I19",
    entity="fulfillment.allocation",
    meaning="An allocation takes its pieces from another location than its fulfillment order's.",
    sql="select a.id from fulfillment_allocation a join fulfillment_fulfillmentorder f"
    " on f.id = a.fulfillment_order_id join inventory_stocklevel s on s.id = a.stock_level_id"
    " where s.location_id <> f.location_id",
)
invariant(
    "I22",
    entity="fulfillment.fulfillmentorder",
    meaning="A fulfillment order was picked before it was opened, packed before picked, or shipped before packed.",
    sql="select id from fulfillment_fulfillmentorder where picked_at < opened_at or packed_at < picked_at"
    " or fulfilled_at < packed_at",
)
invariant(
    "I22p",
    entity="fulfillment.package",
    meaning="A parcel's status is lower than something its carrier has told, or its moment of delivery does not fit.",
    sql="select p.id from fulfillment_package p where (p.tracking_status = 'delivered') <> (p.delivered_at is not null)"
    " union all select p.id from fulfillment_package p join fulfillment_trackingevent e on e.package_id = p.id"
    " where e.status = 'delivered' and p.tracking_status <> 'delivered'",
)
invariant(
    "I26l",
    cls="E",
    entity="fulfillment.label",
    meaning="A carrier's answer has been missing for a day; ask the carrier about the label by its reference.",
    sql="select id from fulfillment_label where state in ('requested','unknown','void_requested')"
    " and created_at < :day_ago",
)
for _entity, _table in (
    ("fulfillment.fulfillmentorder", "fulfillment_fulfillmentorder"),
    ("fulfillment.shipment", "fulfillment_shipment"),
    ("fulfillment.label", "fulfillment_label"),
):
    invariant(
        f"I16:{_entity.partition('.')[2]}",
        entity=_entity,
        meaning="Its state is not the one its last audit line tells.",
        sql=f"select r.id from {_table} r left join (select entity_id, to_state, row_number() over"
        " (partition by entity_id order by id desc) n from foundation_auditline"
        f" where entity = '{_entity}' and to_state <> '') a on a.entity_id = r.id and a.n = 1"
        " where coalesce(a.to_state, '') <> r.state",
    )
