"""What must be true of demand in every committed moment: orders once, counters kept, sums right, states told."""

from oms.foundation.invariant_kinds import number_after, states_are_told
from oms.foundation.invariants import invariant
from orders import invariants_money  # noqa: F401  registering is its import
from orders.models import Hold, Order, Payment, Refund

DEVELOPER = "Ask a developer: the word is derived, and some act did not bring it up to date."
FULFILLMENT_STATUS = (
    "select o.id from orders_order o left join (select order_id, sum(quantity) q, sum(quantity_open) op,"
    " sum(quantity_allocated) al, sum(quantity_shipped) sh, sum(quantity_delivered) de from orders_orderline"
    " group by order_id) l on l.order_id = o.id where o.fulfillment_status <> case"
    " when coalesce(l.q, 0) = 0 then 'unallocated' when l.sh > 0 and l.op > 0 then 'partially_shipped'"
    " when l.sh > 0 and l.de >= l.sh then 'delivered' when l.sh > 0 then 'shipped'"
    " when l.op = 0 then 'cancelled' when o.short_since is not null then 'backordered'"
    " when l.al >= l.op then 'allocated' else 'unallocated' end"
)
SUMS = (
    "select o.id from orders_order o left join (select order_id, sum((quantity - quantity_swapped) * unit_price) g,"
    " sum(tax) t, sum(discount) d from orders_orderline group by order_id) l on l.order_id = o.id"
    " where o.lines_total <> coalesce(l.g, 0) or o.discount_total <> coalesce(l.d, 0)"
    " or o.tax_total <> coalesce(l.t, 0) + o.shipping_tax or o.total <> o.lines_total + o.shipping_total"
    " - o.discount_total + o.total_difference + case when o.prices_include_tax then 0 else o.tax_total end"
)

states_are_told(Order, Payment, Refund, Hold)
invariant(
    "I5",
    entity="orders.order",
    meaning="A channel's order was stored twice.",
    remedy="Cancel the younger one before it ships, and refund what was collected for it.",
    sql="select max(id) from orders_order where external_id <> '' group by channel_account_id, external_id"
    " having count(*) > 1",
)
invariant(
    "I6",
    entity="orders.orderline",
    meaning="A line's pieces are not its open, shipped and cancelled ones together, or more are allocated than open.",
    remedy="Hold the order, and ask a developer which act lost the pieces.",
    sql="select id from orders_orderline where quantity <> quantity_open + quantity_shipped + quantity_cancelled"
    " or quantity_allocated > quantity_open",
)
invariant(
    "I13",
    entity="orders.order",
    meaning="An order's total is not the sum of its lines, shipping and tax less its discounts.",
    remedy="Hold the order, compare it with the channel, and ask a developer which act changed the sums.",
    sql=SUMS,
)
invariant(
    "I19o",
    entity="orders.order",
    meaning="Something of an order belongs to another channel, order, line or payment than the order itself.",
    remedy="Hold the order and ask a developer: it may show one customer what belongs to another.",
    sql="select o.id from orders_order o join orders_channelaccount a on a.id = o.channel_account_id"
    " where a.channel_id <> o.channel_id"
    " union all select r.order_id from orders_refund r join orders_payment p on p.id = r.payment_id"
    " where p.order_id <> r.order_id"
    " union all select p.order_id from orders_paymentevent e join orders_refund r on r.id = e.refund_id"
    " join orders_payment p on p.id = e.payment_id where r.payment_id <> e.payment_id"
    " union all select h.order_id from orders_hold h join orders_orderline l on l.id = h.line_id"
    " where l.order_id <> h.order_id"
    " union all select d.order_id from orders_orderdiscount d join orders_orderline l on l.id = d.line_id"
    " where l.order_id <> d.order_id",
)
invariant(
    "I22o",
    entity="orders.order",
    meaning="An order was released or cancelled before it came in, or completed before it was released.",
    remedy="Compare the clocks of the machines; the order itself may go on.",
    sql="select id from orders_order where released_at < received_at or cancelled_at < received_at"
    " or completed_at < released_at",
)
invariant(
    "I23o",
    entity="foundation.outboxevent",
    meaning="A fact tells of an order that is not there.",
    remedy="Somebody deleted the order past the services: bring it back from a backup.",
    sql="select e.id from foundation_outboxevent e left join orders_order o"
    f" on o.id = {number_after('order:', 'e.stream')} where e.stream like 'order:%' and o.id is null",
)
invariant(
    "I31",
    entity="orders.order",
    meaning="An order's fulfillment status is not what its lines add up to.",
    remedy=DEVELOPER,
    sql=FULFILLMENT_STATUS,
)
invariant(
    "I33",
    entity="orders.order",
    meaning="An order lacks one of its five gates, or the moment of its release.",
    remedy="Check the order again (button Re-check); if the gate is still missing, ask a developer.",
    sql="select o.id from orders_order o where o.state = 'released' and o.released_at is null"
    " union all select o.id from orders_order o left join (select order_id, count(*) n from orders_gate"
    " group by order_id) g on g.order_id = o.id where o.state in ('placed','released') and coalesce(g.n, 0) <> 5",
)
