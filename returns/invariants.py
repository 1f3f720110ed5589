"""What must hold for the way back in every committed moment."""

from oms.foundation.invariant_kinds import states_are_told
from oms.foundation.invariants import invariant
from returns.models import Return

COUNT_PARCEL = "Compare the return with what lies on the inspection table, and ask a developer which act counted it."

states_are_told(Return)
invariant(
    "I8",
    entity="orders.orderline",
    meaning="More pieces of an order line came back than were shipped.",
    remedy=COUNT_PARCEL,
    sql="select id from orders_orderline where quantity_returned > quantity_shipped",
)
invariant(
    "I8r",
    entity="returns.returnline",
    meaning="A return line has more pieces received than announced, restocked than received, or than its receipts say.",
    remedy=COUNT_PARCEL,
    sql="select l.id from returns_returnline l left join (select return_line_id, sum(quantity) q from"
    " returns_returnreceipt group by return_line_id) r on r.return_line_id = l.id"
    " where l.quantity_received > l.quantity or l.quantity_restocked > l.quantity_received"
    " or l.quantity_received <> coalesce(r.q, 0)",
)
invariant(
    "I8o",
    entity="orders.orderline",
    meaning="The returned pieces of an order line differ from the received pieces of its returns.",
    remedy=COUNT_PARCEL,
    sql="select o.id from orders_orderline o left join (select order_line_id, sum(quantity_received) q from"
    " returns_returnline group by order_line_id) r on r.order_line_id = o.id"
    " where o.quantity_returned <> coalesce(r.q, 0)",
)
invariant(
    "I8s",
    entity="returns.returnline",
    meaning="Pieces of a return line that were put back to stock have no movement, or one of another quantity.",
    remedy="Count the level where they were put back, and adjust it.",
    sql="select l.id from returns_returnline l left join (select rtrim(reference, '0123456789:') ref, sum(quantity) q"
    " from inventory_stockmovement where reference like 'return:%' group by 1) m on"
    " m.ref = 'return:' || l.id || ':restock' where l.quantity_restocked <> coalesce(m.q, 0)",
)
invariant(
    "I19r",
    entity="returns.return",
    meaning="A return has a line, a receipt or a refund of another order than its own.",
    remedy="Ask a developer before anything is paid out: it may show one customer what belongs to another.",
    sql="select r.id from returns_return r join returns_returnline l on l.return_order_id = r.id"
    " join orders_orderline o on o.id = l.order_line_id where o.order_id <> r.order_id"
    " union all select r.id from returns_return r join orders_refund f on f.id = r.refund_id"
    " where f.order_id <> r.order_id"
    " union all select c.return_order_id from returns_returnreceipt c join returns_returnline l"
    " on l.id = c.return_line_id where l.return_order_id <> c.return_order_id",
)
