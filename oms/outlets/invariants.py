"""What must hold for messages."""

from oms.foundation.invariants import invariant

invariant(
    "X4",
    entity="outlets.notification",
    meaning="An order was confirmed to its customer more than once.",
    sql="select min(id) from outlets_notification where kind = 'order_confirmed' group by order_id having count(*) > 1",
)
invariant(
    "I24m",
    cls="E",
    entity="outlets.notification",
    meaning="A mail has been due for more than a minute and no worker has taken it.",
    sql="select id from outlets_notification where state = 'waiting' and next_try_at < :late"
    " and (lease_until is null or lease_until < :late)",
)
invariant(
    "I24w",
    cls="E",
    entity="outlets.webhookdelivery",
    meaning="A webhook has been due for more than a minute and no worker has taken it.",
    sql="select d.id from outlets_webhookdelivery d join outlets_webhookendpoint e on e.id = d.endpoint_id"
    " where e.is_active and d.state = 'waiting' and d.next_try_at < :late"
    " and (d.lease_until is null or d.lease_until < :late)",
)
invariant(
    "I24x",
    entity="outlets.webhookdelivery",
    meaning="A webhook is still tried although its time was over a day ago.",
    sql="select d.id from outlets_webhookdelivery d join outlets_webhookendpoint e on e.id = d.endpoint_id"
    " where e.is_active and d.state = 'waiting' and d.give_up_at < :day_ago",
)
