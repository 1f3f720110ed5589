"""What must be true of demand in every committed moment: orders once, counters kept, money balanced, states told."""

from oms.foundation.invariants import invariant

CHAINED = (
    "select r.id from {table} r left join (select entity_id, to_state, row_number() over"
    " (partition by entity_id order by id desc) n from foundation_auditline where entity = '{entity}'"
    " and to_state <> '') a on a.entity_id = r.id and a.n = 1 where coalesce(a.to_state, '') <> r.state"
)
PAYMENT_STATUS = (
    "select o.id from orders_order o left join (select order_id, sum(captured) c, sum(refunded) r,"
    " sum(case when state in ('authorized','partially_captured','captured') then authorized else 0 end) a,"
    " max(case when state in ('failed','expired','voided') then 0 else 1 end) live,"
    " max(case when state in ('failed','expired') then 1 else 0 end) lost,"
    " max(case when state = 'voided' then 1 else 0 end) gone from orders_payment group by order_id) p"
    " on p.order_id = o.id where o.state <> 'draft' and o.payment_status <> case"
    " when p.r > 0 and p.r >= p.c then 'refunded' when p.r > 0 then 'partially_refunded'"
    " when p.c > 0 and p.c >= o.total - o.cancelled_total then 'paid' when p.c > 0 then 'partially_paid'"
    " when o.total = 0 then 'none' when p.a > 0 and p.a >= o.total - o.cancelled_total then 'authorized'"
    " when p.live = 1 then 'pending' when p.lost = 1 then 'failed' when p.gone = 1 then 'voided' else 'unpaid' end"
)
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
    "select o.id from orders_order o left join (select order_id, sum(quantity * unit_price) g, sum(tax) t,"
    " sum(discount) d from orders_orderline group by order_id) l on l.order_id = o.id"
    " where o.lines_total <> coalesce(l.g, 0) or o.discount_total <> coalesce(l.d, 0)"
    " or o.tax_total <> coalesce(l.t, 0) + o.shipping_tax or o.total <> o.lines_total + o.shipping_total"
    " - o.discount_total + o.total_difference + case when o.prices_include_tax then 0 else o.tax_total end"
)

invariant(
    "I5",
    entity="orders.order",
    meaning="A channel's order was stored twice.",
    sql="select max(id) from orders_order where external_id <> '' group by channel_account_id, external_id"
    " having count(*) > 1",
)
invariant(
    "I6",
    entity="orders.orderline",
    meaning="A line's pieces are not its open, shipped and cancelled ones together, or more are allocated than open.",
    sql="select id from orders_orderline where quantity <> quantity_open + quantity_shipped + quantity_cancelled"
    " or quantity_allocated > quantity_open",
)
invariant(
    "I9",
    entity="orders.payment",
    meaning="What a payment has collected or given back is not the sum of its money facts.",
    sql="select p.id from orders_payment p left join (select payment_id,"
    " sum(case when kind = 'capture' and outcome = 'ok' then amount else 0 end) c,"
    " sum(case when kind = 'refund' and outcome = 'ok' then amount else 0 end) r from orders_paymentevent"
    " group by payment_id) e on e.payment_id = p.id where p.captured <> coalesce(e.c, 0)"
    " or p.refunded <> coalesce(e.r, 0) or p.refunded < 0 or p.refunded > p.captured or p.captured > p.authorized",
)
invariant(
    "I10",
    entity="orders.payment",
    meaning="Refunds paid out and under way exceed what the payment has collected.",
    sql="select p.id from orders_payment p join orders_refund r on r.payment_id = p.id"
    " where r.state not in ('failed','cancelled') group by p.id, p.captured having sum(r.amount) > p.captured",
)
invariant(
    "I11",
    entity="orders.payment",
    meaning="Two captures or voids of one payment are under way at once.",
    sql="select payment_id from orders_paymentevent where kind in ('capture','void')"
    " and outcome in ('pending','unknown') group by payment_id having count(*) > 1",
)
invariant(
    "I12",
    entity="orders.order",
    meaning="Money of an order is in another currency than the order.",
    sql="select distinct o.id from orders_order o join orders_payment p on p.order_id = o.id"
    " left join orders_paymentevent e on e.payment_id = p.id left join orders_refund r on r.payment_id = p.id"
    " where p.currency <> o.currency or e.currency <> o.currency or r.currency <> o.currency",
)
invariant(
    "I13",
    entity="orders.order",
    meaning="An order's total is not the sum of its lines, shipping and tax less its discounts.",
    sql=SUMS,
)
for _id, _model in (("I16o", "order"), ("I16p", "payment"), ("I16f", "refund"), ("I16h", "hold")):
    invariant(
        _id,
        entity=f"orders.{_model}",
        meaning=f"The state of a {_model} is not the one its last audit line tells.",
        sql=CHAINED.format(table=f"orders_{_model}", entity=f"orders.{_model}"),
    )
invariant(
    "I20",
    entity="orders.paymentevent",
    meaning="A gateway was asked for nothing, or for an absurd amount.",
    sql="select id from orders_paymentevent where amount <= 0 or amount > 1000000000000",
)
invariant(
    "I26",
    cls="E",
    entity="orders.paymentevent",
    meaning="What became of money asked for more than a day ago is not known: call the gateway.",
    sql="select id from orders_paymentevent where outcome in ('pending','unknown') and created_at < :day_ago",
)
invariant(
    "I30",
    entity="orders.order",
    meaning="An order's payment status is not what its payments add up to.",
    sql=PAYMENT_STATUS,
)
invariant(
    "I31",
    entity="orders.order",
    meaning="An order's fulfillment status is not what its lines add up to.",
    sql=FULFILLMENT_STATUS,
)
invariant(
    "I32",
    entity="orders.paymentevent",
    meaning="One transaction of a gateway was recorded twice.",
    sql="select max(id) from orders_paymentevent where transaction_id <> ''"
    " group by gateway, transaction_id, kind having count(*) > 1",
)
invariant(
    "I33",
    entity="orders.order",
    meaning="An order lacks one of its five gates, or the moment of its release.",
    sql="select o.id from orders_order o where o.state = 'released' and o.released_at is null"
    " union all select o.id from orders_order o where o.state in ('placed','released') and"
    " (select count(*) from orders_gate g where g.order_id = o.id) <> 5",
)
