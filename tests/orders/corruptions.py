"""What can go wrong with orders and money, one row each."""

from tests.corruption import Corruption

DRAFT = "select id from orders_order where state = 'draft'"
SHORT = "select id from orders_order where short_since is not null"
VOIDED = "select e.id from orders_paymentevent e where e.kind = 'void'"
HOME = "select id from orders_order where state = 'completed'"
SAYS = "select id from orders_paymentevent where gateway = 'external' and kind = 'authorize'"
EVENT_COLUMNS = (
    "payment_id, kind, gateway, key, currency, amount, outcome, transaction_id, code, message, created_at, lease_token,"
    " attempts, last_error, crashes"
)


def state(name: str, table: str, where: str, word: str) -> Corruption:
    """Return the corruption that writes a state of which no audit line tells."""
    return Corruption(
        name=name,
        row=f"select id from {table} where {where}",
        sql=f"update {table} set state = '{word}' where id = {{row}}",
    )


CORRUPTIONS = [
    state("I16.order", "orders_order", "state = 'draft'", "cancelled"),
    state("I16.payment", "orders_payment", "state = 'captured' and gateway = 'sandbox'", "partially_captured"),
    state("I16.refund", "orders_refund", "state = 'requested'", "approved"),
    state("I16.hold", "orders_hold", "state = 'open'", "expired"),
    Corruption(
        name="I5",
        row=SHORT,
        sql=f"update orders_order set external_id = (select external_id from orders_order where id = ({HOME}))"
        " where id = {row}",
        beside=("order_captured_once",),
    ),
    Corruption(
        name="I6",
        row=f"select id from orders_orderline where order_id = ({DRAFT})",
        sql="update orders_orderline set quantity_cancelled = 1 where id = {row}",
        beside=("line_conserves_quantity",),
    ),
    Corruption(name="I13", row=DRAFT, sql="update orders_order set total_difference = 1 where id = {row}"),
    Corruption(
        name="I19o",
        row="select id from orders_refund where state = 'requested'",
        sql=f"update orders_refund set order_id = ({HOME}) where id = {{row}}",
        found=HOME,
    ),
    Corruption(name="I22o", row=HOME, sql="update orders_order set received_at = {soon} where id = {row}"),
    Corruption(
        name="I23o",
        row="select max(id) from foundation_outboxevent where stream like 'order:%'",
        sql="update foundation_outboxevent set stream = 'order:999999' where id = {row}",
    ),
    Corruption(name="I31", row=HOME, sql="update orders_order set fulfillment_status = 'shipped' where id = {row}"),
    Corruption(
        name="I33",
        row=f"select id from orders_gate where name = 'fraud' and order_id = ({SHORT})",
        sql="delete from orders_gate where id = {row}",
        found=SHORT,
    ),
]
MONEY = [
    Corruption(
        name="I9",
        row=f"select id from orders_payment where order_id = ({SHORT})",
        sql="update orders_payment set authorized = authorized + 1 where id = {row}",
    ),
    Corruption(
        name="I10",
        row="select id from orders_refund where state = 'requested'",
        sql="update orders_refund set amount = 100000 where id = {row}",
        found="select payment_id from orders_refund where id = {row}",
    ),
    Corruption(
        name="I10s",
        row="select min(id) from orders_paymentevent where kind = 'refund' and gateway = 'external'",
        sql="update orders_paymentevent set refund_id = null where id = {row}",
        found="select refund_id from orders_paymentevent where id = {row}",
    ),
    Corruption(
        name="I11",
        row=f"select id from orders_payment where order_id = ({SHORT})",
        sql=f"insert into orders_paymentevent ({EVENT_COLUMNS}) select {{row}}, 'capture', 'sandbox', 'k' || n, 'EUR',"
        " 1, 'pending', '', '', '', {now}, '', 0, '', 0 from (select 1 n union all select 2) twice",
        beside=("one_capture_or_void_in_flight",),
    ),
    Corruption(
        name="I12",
        row=f"select min(id) from ({SAYS}) one",
        sql="update orders_paymentevent set currency = 'USD' where id = {row}",
        found="select p.order_id from orders_payment p join orders_paymentevent e on e.payment_id = p.id"
        " where e.id = {row}",
    ),
    Corruption(
        name="I20",
        row=VOIDED,
        sql="update orders_paymentevent set amount = 0 where id = {row}",
        also={"X1": "select {row}"},
    ),
    Corruption(name="I22e", row=VOIDED, sql="update orders_paymentevent set settled_at = {then} where id = {row}"),
    Corruption(
        name="I26",
        row=VOIDED,
        sql="update orders_paymentevent set outcome = 'unknown' where id = {row}",
        days_later=2,
    ),
    Corruption(name="I30", row=SHORT, sql="update orders_order set payment_status = 'failed' where id = {row}"),
    Corruption(
        name="I32",
        row=f"select max(id) from ({SAYS}) one",
        sql="update orders_paymentevent set transaction_id = (select transaction_id from orders_paymentevent"
        f" where id = (select min(id) from ({SAYS}) one)) where id = {{row}}",
        beside=("transaction_once",),
    ),
    Corruption(
        name="X1",
        row="select max(id) from orders_sandboxcharge",
        sql="update orders_sandboxcharge set amount = amount + 1 where id = {row}",
        found="select e.id from orders_paymentevent e join orders_sandboxcharge c on c.key = e.key where c.id = {row}",
    ),
    Corruption(
        name="X1c",
        sql="insert into orders_sandboxcharge (key, kind, transaction_id, parent_id, token, currency, amount, status,"
        " asked, created_at, events_left) values ('k', 'capture', 't', '', '', 'EUR', 1, 'ok', 1, {now}, 0)",
        found="select max(id) from orders_sandboxcharge",
    ),
]
CORRUPTIONS += MONEY
