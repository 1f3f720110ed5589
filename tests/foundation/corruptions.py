"""What can go wrong on the floor, one row each."""

from tests.corruption import Corruption

DONE = "select max(id) from foundation_outboxevent where state = 'done' and kind = 'OrderPlaced'"
MESSAGE = "select max(id) from foundation_inboxmessage where state = 'done'"
ONE_ACT = "select max(id) from foundation_bulkoperation"
ONE_IMPORT = "select max(id) from foundation_importsession"
AUDIT_COLUMNS = (
    "at, entity, entity_id, subject, act, from_state, to_state, actor_kind, actor_id, actor_label, note, data"
)

CORRUPTIONS = [
    Corruption(
        name="I16",
        row="select min(id) from foundation_auditline where act = 'fulfillment.start_picking'",
        sql="update foundation_auditline set from_state = 'ready' where id = {row}",
    ),
    Corruption(
        name="I16.bulkoperation", row=ONE_ACT, sql="update foundation_bulkoperation set state = 'done' where id = {row}"
    ),
    Corruption(
        name="I16.importsession",
        row=ONE_IMPORT,
        sql="update foundation_importsession set state = 'applied' where id = {row}",
    ),
    Corruption(
        name="I17",
        sql=f"insert into foundation_auditline ({AUDIT_COLUMNS}) select {{now}}, 'orders.order', id, 'order', 'x',"
        " 'cancelled', 'cancelled', 'system', '', 'x', '', '{{}}' from orders_order where state = 'cancelled'",
        found="select max(id) from foundation_auditline",
    ),
    Corruption(
        name="I23",
        row=ONE_ACT,
        sql="delete from foundation_bulkoperation where id = {row}",
        found="select id from foundation_auditline where entity = 'foundation.bulkoperation' and entity_id = {row}",
    ),
    Corruption(name="I24", row=DONE, sql="update foundation_outboxevent set state = 'received' where id = {row}"),
    Corruption(name="I24d", row=DONE, sql="update foundation_outboxevent set state = 'dead' where id = {row}"),
    Corruption(
        name="I24h",
        row=DONE,
        sql="update foundation_outboxevent set state = 'retry_wait', next_try_at = {then} where id = {row}",
        also={"I24": "select {row}"},
    ),
    Corruption(name="I25", row=MESSAGE, sql="update foundation_inboxmessage set state = 'received' where id = {row}"),
    Corruption(
        name="I25f",
        row=ONE_IMPORT,
        sql="update foundation_importsession set next_try_at = {before} where id = {row}",
    ),
    Corruption(
        name="I25h",
        row=MESSAGE,
        sql="update foundation_inboxmessage set state = 'retry_wait', next_try_at = {then} where id = {row}",
        also={"I25": "select {row}"},
    ),
    Corruption(
        name="I27",
        row="select id from foundation_idempotencykey",
        sql="update foundation_idempotencykey set status = null where id = {row}",
    ),
    Corruption(
        name="I28",
        row=f"select id from foundation_handledevent where handler = 'fulfillment.handlers.source_placed'"
        f" and event_id = ({DONE})",
        sql="delete from foundation_handledevent where id = {row}",
        found="select event_id from foundation_handledevent where id = {row}",
    ),
    Corruption(
        name="I36a",
        engine={
            "postgresql": "alter table foundation_auditline disable trigger foundation_auditline_append_only",
            "sqlite": "drop trigger foundation_auditline_append_only_delete",
        },
        found="select 'foundation_auditline'",
    ),
    Corruption(
        name="I37",
        engine={
            "postgresql": 'alter table orders_gate add constraint "orders_gate 1" check (id > 0) not valid',
            "sqlite": "update orders_gate set order_id = 999999 where id = 1",
        },
        found="select 'orders_gate 1'",
    ),
]
