"""What can go wrong on the way back, one row each."""

from tests.corruption import Corruption
from tests.orders.corruptions import state

BACK = "select id from returns_returnline"
LINE = "select order_line_id from returns_returnline"

CORRUPTIONS = [
    state("I16.return", "returns_return", "state = 'completed'", "received"),
    Corruption(
        name="I8",
        row=LINE,
        sql="update orders_orderline set quantity_returned = quantity_shipped + 1 where id = {row}",
        also={"I8o": "select {row}"},
        beside=("line_returned_shipped",),
    ),
    Corruption(
        name="I8o",
        row=LINE,
        sql="update orders_orderline set quantity_returned = quantity_returned + 1 where id = {row}",
    ),
    Corruption(
        name="I8r",
        row="select id from returns_returnreceipt",
        sql="update returns_returnreceipt set quantity = 9 where id = {row}",
        found=BACK,
    ),
    Corruption(name="I8s", row=BACK, sql="update returns_returnline set quantity_restocked = 0 where id = {row}"),
    Corruption(
        name="I19r",
        row="select id from returns_return",
        sql="update returns_return set refund_id = (select id from orders_refund where state = 'requested')"
        " where id = {row}",
    ),
]
