"""What can go wrong with messages, one row each."""

from tests.corruption import Corruption

MAIL = "select max(id) from outlets_notification where state = 'sent'"
HOOK = "select max(id) from outlets_webhookdelivery"
CONFIRMED = "select min(id) from outlets_notification where kind = 'order_confirmed'"

CORRUPTIONS = [
    Corruption(
        name="X4",
        row=f"select max(id) from outlets_notification where kind <> 'order_confirmed'"
        f" and order_id = (select order_id from outlets_notification where id = ({CONFIRMED}))",
        sql="update outlets_notification set kind = 'order_confirmed' where id = {row}",
        found=CONFIRMED,
    ),
    Corruption(
        name="I29",
        row="select min(id) from orders_customer",
        sql="update orders_customer set erased_at = {now} where id = {row}",
    ),
    Corruption(
        name="I24m",
        row=MAIL,
        sql="update outlets_notification set state = 'waiting', next_try_at = {before} where id = {row}",
    ),
    Corruption(
        name="I24n",
        row=MAIL,
        sql="update outlets_notification set state = 'waiting', next_try_at = {then} where id = {row}",
        also={"I24m": "select {row}"},
    ),
    Corruption(
        name="I24w",
        row="select min(id) from outlets_webhookdelivery",
        sql="update outlets_webhookdelivery set state = 'waiting', next_try_at = {before} where id = {row}",
    ),
    Corruption(
        name="I24x",
        row=HOOK,
        sql="update outlets_webhookdelivery set state = 'waiting', give_up_at = {then}, next_try_at = {soon}"
        " where id = {row}",
    ),
]
