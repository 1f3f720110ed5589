"""What must hold for the way back in every committed moment."""

from oms.foundation.invariants import invariant

invariant(
    "I8",
    entity="orders.orderline",
    meaning="More pieces of an order line came back than were shipped.",
    sql="select id from orders_orderline where quantity_returned > quantity_shipped",
)
invariant(
    "I8r",
    entity="returns.returnline",
    meaning="A return line has more pieces received than announced, restocked than received, or than its receipts say.",
    sql="select l.id from returns_returnline l left join (select return_line_id, sum(quantity) q from"
    " returns_returnreceipt group by 1) r on r.return_line_id = l.id where l.quantity_received > l.quantity"
    " or l.quantity_restocked > l.quantity_received or l.quantity_received <> coalesce(r.q, 0)",
)
invariant(
    "I8o",
    entity="orders.orderline",
    meaning="The returned pieces of an order line differ from the received pieces of its returns.",
    sql="select o.id from orders_orderline o left join (select order_line_id, sum(quantity_received) q from"
    " returns_returnline group by 1) r on r.order_line_id = o.id where o.quantity_returned <> coalesce(r.q, 0)",
)
invariant(
    "I8s",
    entity="returns.returnline",
    meaning="Pieces of a return line that were put back to stock have no movement, or one of another quantity.",
    sql="select l.id from returns_returnline l left join inventory_stockmovement m on"
    " m.reference = 'return:' || l.id || ':restock' where l.quantity_restocked <> coalesce(m.quantity, 0)",
)
invariant(
    "I16r",
    entity="returns.return",
    meaning="A return's state differs from the last state change in its audit lines.",
    sql="select r.id from returns_return r left join (select entity_id, to_state, row_number() over (partition by"
    " entity_id order by id desc) n from foundation_auditline where entity = 'returns.return' and to_state <> '') a"
    " on a.entity_id = r.id and a.n = 1 where r.state <> coalesce(a.to_state, '')",
)
