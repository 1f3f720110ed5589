"""What must hold for messages."""

from oms.foundation.invariants import invariant
from oms.outlets import invariants_privacy  # noqa: F401  registering is its import

START_A_WORKER = "See that a worker runs (/readyz); it sends what waits by itself."

invariant(
    "X4",
    entity="outlets.notification",
    meaning="An order was confirmed to its customer more than once.",
    remedy="Tell the customer that one order stands; ask a developer which fact was told twice.",
    sql="select min(id) from outlets_notification where kind = 'order_confirmed' group by order_id having count(*) > 1",
)
invariant(
    "I24m",
    cls="E",
    entity="outlets.notification",
    meaning="A mail has been due for more than a minute and no worker has taken it.",
    remedy=START_A_WORKER,
    sql="select id from outlets_notification where state = 'waiting' and next_try_at < :late"
    " and (lease_until is null or lease_until < :late)",
)
invariant(
    "I24n",
    entity="outlets.notification",
    meaning="A mail has been due for more than a day and was neither sent nor given up.",
    remedy=START_A_WORKER,
    sql="select id from outlets_notification where state = 'waiting' and next_try_at < :day_ago"
    " and (lease_until is null or lease_until < :day_ago)",
)
invariant(
    "I24w",
    cls="E",
    entity="outlets.webhookdelivery",
    meaning="A webhook has been due for more than a minute and no worker has taken it.",
    remedy=START_A_WORKER,
    sql="select d.id from outlets_webhookdelivery d join outlets_webhookendpoint e on e.id = d.endpoint_id"
    " where e.is_active and d.state = 'waiting' and d.next_try_at < :late"
    " and (d.lease_until is null or d.lease_until < :late)",
)
invariant(
    "I24x",
    entity="outlets.webhookdelivery",
    meaning="A webhook is still tried although its time was over a day ago.",
    remedy=START_A_WORKER,
    sql="select d.id from outlets_webhookdelivery d join outlets_webhookendpoint e on e.id = d.endpoint_id"
    " where e.is_active and d.state = 'waiting' and d.give_up_at < :day_ago",
)
