"""What must be true of matching in every committed moment: promises, parcels, places, moments."""

from fulfillment import (  # noqa: F401  registering is their import
    invariants_handover,
    invariants_labels,
    invariants_lots,
    invariants_packing,
    invariants_parcels,
    invariants_pickups,
    invariants_waves,
)
from fulfillment.models import (
    AllocationPart,
    DriverVisit,
    FulfillmentOrder,
    Label,
    Manifest,
    PartnerMessage,
    PickList,
    PickTask,
    Pickup,
    ScarcityRun,
    Shipment,
    SourcingReplay,
    SourcingRuleSet,
    SubstituteOffer,
    SupplierRequest,
    Wave,
)
from oms.foundation.invariant_kinds import rows_are_append_only, states_are_told
from oms.foundation.invariants import Repair, invariant

COUNT_IT = "Count the level; then let somebody with access to the database run what `verify --repair-plan` prints."
# a fact that is on its way explains what its handler has not brought in step yet
TOLD = (
    "exists (select 1 from foundation_outboxevent e where e.stream = 'order:' || o.id and e.kind = '{kind}'"
    " and e.state in ('received','retry_wait'))"
)
PROMISED = (
    "select {by}, sum(quantity) q from fulfillment_allocation where state in ('allocated','picked') group by {by}"
)
# of kits that are assembled it is the parts that a level has promised
HELD = (
    "select h.stock_level_id, h.quantity from fulfillment_allocation h where h.state in ('allocated','picked')"
    " and not h.is_assembled union all select p.stock_level_id, p.per_kit * h.quantity from"
    " fulfillment_allocationpart p join fulfillment_allocation h on h.id = p.allocation_id"
    " where h.state in ('allocated','picked')"
)
# every part of shipped kits left its level by a movement of its own
PARTS_LEFT = (
    "exists (select 1 from fulfillment_allocationpart p where p.allocation_id = a.id) and not exists (select 1 from"
    " fulfillment_allocationpart p left join inventory_stockmovement n on n.reference = 'ship:' || a.id || ':' || p.id"
    " and n.stock_level_id = p.stock_level_id and n.quantity = -p.per_kit * a.quantity"
    " where p.allocation_id = a.id and n.id is null)"
)

rows_are_append_only("I36p", AllocationPart)
# an allocation's own changes are told by the line of the act on its fulfillment order
states_are_told(
    FulfillmentOrder,
    Shipment,
    Label,
    SourcingRuleSet,
    SourcingReplay,
    ScarcityRun,
    PickList,
    PickTask,
    SubstituteOffer,
    Pickup,
    SupplierRequest,
    Manifest,
    DriverVisit,
    Wave,
    PartnerMessage,
)
invariant(
    "I2",
    entity="inventory.stocklevel",
    meaning="A stock level's allocated pieces are not the sum of its open allocations.",
    remedy=COUNT_IT,
    sql=f"select s.id from inventory_stocklevel s left join (select stock_level_id, sum(quantity) q from ({HELD}) h"
    " group by stock_level_id) a on a.stock_level_id = s.id where s.allocated <> coalesce(a.q, 0)",
    repair=Repair(
        lock="select id from inventory_stocklevel where id in ({ids}) order by id for update",
        update=f"update inventory_stocklevel set allocated = (select coalesce(sum(a.quantity), 0) from ({HELD}) a"
        " where a.stock_level_id = inventory_stocklevel.id), version = version + 1 where id in ({ids})",
    ),
)
invariant(
    "I6a",
    entity="orders.orderline",
    meaning="A line's allocated pieces are not the sum of its open allocations, or more than are open.",
    remedy="Source the order again; if that does not help, run what `verify --repair-plan` prints.",
    sql=f"select l.id from orders_orderline l join orders_order o on o.id = l.order_id left join"
    f" ({PROMISED.format(by='order_line_id')}) a on a.order_line_id = l.id where o.state <> 'cancelled'"
    " and (coalesce(a.q, 0) <> l.quantity_allocated or coalesce(a.q, 0) > l.quantity_open)"
    f" and not {TOLD.format(kind='OrderReduced')}",
    repair=Repair(
        lock="select o.id from orders_order o where o.id in (select order_id from orders_orderline where id in ({ids}))"
        " order by o.id for update",
        update="update orders_orderline set quantity_allocated = (select coalesce(sum(a.quantity), 0) from"
        " fulfillment_allocation a where a.order_line_id = orders_orderline.id and a.state in ('allocated','picked'))"
        " where id in ({ids})",
    ),
)
invariant(
    "I7",
    entity="orders.orderline",
    meaning="A line's shipped pieces are not those of its shipped allocations, or not those that left the stock.",
    remedy="Hold the order; compare its parcels with the stock movements, and ask a developer.",
    sql="select l.id from orders_orderline l left join (select a.order_line_id, sum(a.quantity) q,"
    " sum(case when m.quantity = -a.quantity and not a.is_assembled then 1"
    f" when a.is_assembled and {PARTS_LEFT} then 1 else 0 end) told, count(*) n from fulfillment_allocation a"
    " left join inventory_stockmovement m on m.reference = 'ship:' || a.id where a.state = 'shipped'"
    " group by a.order_line_id) a on a.order_line_id = l.id"
    " where l.quantity_shipped <> coalesce(a.q, 0) or a.told <> a.n",
)
invariant(
    "I7m",
    entity="inventory.stockmovement",
    meaning="Pieces left the stock for an order, but no allocation of its was shipped from that level.",
    remedy="Count the level and adjust it; ask a developer which act moved the pieces.",
    sql="select m.id from inventory_stockmovement m left join fulfillment_allocation a on m.reference = 'ship:' || a.id"
    " and a.state = 'shipped' and a.stock_level_id = m.stock_level_id left join (select p.id, p.stock_level_id,"
    " p.allocation_id from fulfillment_allocationpart p join fulfillment_allocation b on b.id = p.allocation_id"
    " and b.state = 'shipped') p on m.reference = 'ship:' || p.allocation_id || ':' || p.id"
    " and p.stock_level_id = m.stock_level_id where m.reason = 'shipment' and a.id is null and p.id is null",
)
invariant(
    "I14",
    entity="fulfillment.allocation",
    meaning="Pieces are still promised to an order that has ended.",
    remedy="Cancel the work of the order: its pieces are free then.",
    sql="select a.id from fulfillment_allocation a join orders_orderline l on l.id = a.order_line_id"
    " join orders_order o on o.id = l.order_id where o.state in ('cancelled','completed')"
    f" and a.state in ('allocated','picked') and not {TOLD.format(kind='OrderCancelled')}",
)
invariant(
    "I15b",
    entity="fulfillment.allocation",
    meaning="The parcels of a shipment that has left do not hold exactly the pieces of its fulfillment order.",
    remedy="Compare the packing slip with what the customer got.",
    sql="select a.id from fulfillment_allocation a join fulfillment_shipment s"
    " on s.fulfillment_order_id = a.fulfillment_order_id and s.state = 'shipped' left join"
    " (select i.allocation_id, p.shipment_id, sum(i.quantity) q from fulfillment_packageitem i"
    " join fulfillment_package p on p.id = i.package_id group by i.allocation_id, p.shipment_id) i"
    " on i.allocation_id = a.id and i.shipment_id = s.id where a.state = 'shipped' and a.quantity <> coalesce(i.q, 0)",
)
invariant(
    "I19",
    entity="fulfillment.allocation",
    meaning="An allocation takes pieces from another location, of another product or for another order than it says.",
    remedy="Source the order again; what is picked already must be compared with the pick list by hand.",
    sql="select a.id from fulfillment_allocation a join fulfillment_fulfillmentorder f"
    " on f.id = a.fulfillment_order_id join inventory_stocklevel s on s.id = a.stock_level_id"
    " join orders_orderline l on l.id = a.order_line_id"
    " where s.location_id <> f.location_id or l.order_id <> f.order_id or l.product_id <> s.product_id",
)
invariant(
    "I52",
    entity="fulfillment.allocation",
    meaning="Kits that are to be assembled have no parts or parts elsewhere, or parts are held for what lies ready.",
    remedy="Source the order again; what is picked already must be compared with the pick list by hand.",
    sql="select a.id from fulfillment_allocation a where a.is_assembled and not exists"
    " (select 1 from fulfillment_allocationpart p where p.allocation_id = a.id)"
    " union select a.id from fulfillment_allocationpart p join fulfillment_allocation a on a.id = p.allocation_id"
    " join fulfillment_fulfillmentorder f on f.id = a.fulfillment_order_id join inventory_stocklevel s"
    " on s.id = p.stock_level_id where s.location_id <> f.location_id or not a.is_assembled"
    " or p.stock_level_id = a.stock_level_id",
)
invariant(
    "I19s",
    entity="fulfillment.shipment",
    meaning="A shipment leaves another location, or for another order, than its fulfillment order says.",
    remedy="Hold the order and ask a developer: it may show one customer what belongs to another.",
    sql="select s.id from fulfillment_shipment s join fulfillment_fulfillmentorder f on f.id = s.fulfillment_order_id"
    " where s.order_id <> f.order_id or s.location_id <> f.location_id"
    " union all select p.shipment_id from fulfillment_packageitem i join fulfillment_package p on p.id = i.package_id"
    " join fulfillment_shipment s on s.id = p.shipment_id join fulfillment_allocation a on a.id = i.allocation_id"
    " where a.fulfillment_order_id <> s.fulfillment_order_id",
)
invariant(
    "I22",
    entity="fulfillment.fulfillmentorder",
    meaning="Work was picked before it was opened, packed before picked, or shipped before packed.",
    remedy="Compare the clocks of the machines; the parcels themselves are as told.",
    sql="select id from fulfillment_fulfillmentorder where picked_at < opened_at or packed_at < picked_at"
    " or fulfilled_at < packed_at",
)
