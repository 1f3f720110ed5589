"""What must be true of money in every committed moment, and against the sandbox gateway's own book."""

from oms.foundation.invariants import invariant

COMPARE = "Compare the payment's money facts with the gateway's dashboard, then ask a developer to correct the row."
CALL = "Look it up in the gateway's dashboard by its key; give the money back there, or record what it was for."
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

invariant(
    "I9",
    entity="orders.payment",
    meaning="What a payment was promised, has collected or given back is not the sum of its money facts.",
    remedy=COMPARE,
    sql="select p.id from orders_payment p left join (select payment_id,"
    " sum(case when kind = 'authorize' then amount else 0 end) a,"
    " sum(case when kind = 'capture' then amount else 0 end) c,"
    " sum(case when kind = 'refund' then amount else 0 end) r from orders_paymentevent where outcome = 'ok'"
    " group by payment_id) e on e.payment_id = p.id where p.authorized <> coalesce(e.a, 0)"
    " or p.captured <> coalesce(e.c, 0) or p.refunded <> coalesce(e.r, 0)"
    " or p.refunded < 0 or p.refunded > p.captured or p.captured > p.authorized",
)
invariant(
    "I10",
    entity="orders.payment",
    meaning="Refunds paid out and under way exceed what the payment has collected.",
    remedy="Cancel the refund that is not paid out yet; if both are, ask the customer for the money back.",
    sql="select p.id from orders_payment p join orders_refund r on r.payment_id = p.id"
    " where r.state not in ('failed','cancelled') group by p.id, p.captured having sum(r.amount) > p.captured",
)
invariant(
    "I10s",
    entity="orders.refund",
    meaning="A refund counts as paid out without exactly one money fact of its amount, or was paid out and does not.",
    remedy=COMPARE,
    sql="select r.id from orders_refund r left join (select refund_id, sum(amount) a, count(*) n"
    " from orders_paymentevent where kind = 'refund' and outcome = 'ok' group by refund_id) e on e.refund_id = r.id"
    " where (r.state = 'settled') <> (e.n is not null) or e.n <> 1 or e.a <> r.amount",
)
invariant(
    "I11",
    entity="orders.payment",
    meaning="Two captures or voids of one payment are under way at once.",
    remedy="Look at the gateway's dashboard which of them it knows; ask a developer to end the other.",
    sql="select payment_id from orders_paymentevent where kind in ('capture','void')"
    " and outcome in ('pending','unknown') group by payment_id having count(*) > 1",
)
invariant(
    "I12",
    entity="orders.order",
    meaning="Money of an order is in another currency than the order.",
    remedy="Hold the order; compare with the gateway in which currency the money moved.",
    sql="select o.id from orders_order o join orders_payment p on p.order_id = o.id where p.currency <> o.currency"
    " union all select p.order_id from orders_payment p join orders_paymentevent e on e.payment_id = p.id"
    " where e.currency <> p.currency"
    " union all select o.id from orders_order o join orders_refund r on r.order_id = o.id"
    " where r.currency <> o.currency",
)
invariant(
    "I20",
    entity="orders.paymentevent",
    meaning="A gateway was asked for nothing, or for an absurd amount.",
    remedy=COMPARE,
    sql="select id from orders_paymentevent where amount <= 0 or amount > 1000000000000",
)
invariant(
    "I22e",
    entity="orders.paymentevent",
    meaning="A gateway's answer is older than the question.",
    remedy="Compare the clocks of the machines; the money itself is as told.",
    sql="select id from orders_paymentevent where settled_at < created_at",
)
invariant(
    "I26",
    cls="E",
    entity="orders.paymentevent",
    meaning="What became of money asked for more than a day ago is not known.",
    remedy="Call the gateway and tell it the key.",
    sql="select id from orders_paymentevent where gateway <> 'external' and outcome in ('pending','unknown')"
    " and created_at < :day_ago",
)
invariant(
    "I30",
    entity="orders.order",
    meaning="An order's payment status is not what its payments add up to.",
    remedy="Ask a developer: the word is derived, and some act did not bring it up to date.",
    sql=PAYMENT_STATUS,
)
invariant(
    "I32",
    entity="orders.paymentevent",
    meaning="One transaction of a gateway was recorded twice.",
    remedy=COMPARE,
    sql="select max(id) from orders_paymentevent where transaction_id <> ''"
    " group by gateway, transaction_id, kind having count(*) > 1",
)
invariant(
    "X1",
    cls="X",
    entity="orders.paymentevent",
    meaning="What we say became of money asked for is not what the sandbox gateway's book says.",
    remedy=COMPARE,
    sql="select e.id from orders_paymentevent e left join orders_sandboxcharge c on c.key = e.key"
    " where e.gateway = 'sandbox' and (e.outcome = 'ok' and (c.id is null or c.status <> 'ok' or c.kind <> e.kind"
    " or c.amount <> e.amount or c.currency <> e.currency or c.transaction_id <> e.transaction_id)"
    " or e.outcome = 'failed' and c.status <> 'failed')",
)
invariant(
    "X1c",
    cls="X",
    entity="orders.sandboxcharge",
    meaning="The sandbox gateway's book shows a charge that we never asked for.",
    remedy=CALL,
    sql="select c.id from orders_sandboxcharge c left join orders_paymentevent e on e.key = c.key"
    " and e.gateway = 'sandbox' where e.id is null",
)
