"""The floor under capture: the very rows that one captured order left, written again by bare SQL with psycopg."""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

FAMILY = (
    ("orders_customer", "id = (select customer_id from orders_order where id = %(order)s)"),
    ("orders_order", "id = %(order)s"),
    ("orders_orderline", "order_id = %(order)s"),
    ("orders_orderaddress", "order_id = %(order)s"),
    ("orders_orderdiscount", "order_id = %(order)s"),
    ("orders_gate", "order_id = %(order)s"),
    ("orders_payment", "order_id = %(order)s"),
    ("orders_paymentevent", "payment_id in (select id from orders_payment where order_id = %(order)s)"),
    ("foundation_auditline", "subject = 'order:' || %(order)s or entity_id = %(order)s and entity = 'orders.order'"),
    ("foundation_outboxevent", "stream = 'order:' || %(order)s"),
    ("foundation_idempotencykey", "key = %(key)s"),
)
PARENTS = {"customer_id": "orders_customer", "order_id": "orders_order", "payment_id": "orders_payment"}
UNIQUE = {
    "orders_customer": ("email",),
    "orders_order": ("number", "external_id"),
    "orders_paymentevent": ("key",),
    "foundation_idempotencykey": ("key",),
}


@dataclass(frozen=True, slots=True)
class Twin:
    """One table's rows of the order that is written again."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def twins_of(line: "psycopg.Connection[Any]", *, order_id: int, key: str) -> list[Twin]:
    """Read everything that capturing an order wrote."""
    twins = []
    for table, where in FAMILY:
        found = line.execute(f"select * from {table} where {where} order by 1", {"order": order_id, "key": key})  # type: ignore[arg-type]
        names = tuple(column.name for column in found.description or ())
        rows = tuple(tuple(_plain(value) for value in row) for row in found.fetchall())
        if rows:
            twins.append(Twin(table, names, rows))
    return twins


def _plain(value: Any) -> Any:
    """Return a value in the form an INSERT takes."""
    return Jsonb(value) if isinstance(value, dict | list) else value


def write_again(line: "psycopg.Connection[Any]", twins: list[Twin]) -> None:
    """Write one order in one transaction, an INSERT a table, every unique text and every key its own."""
    new: dict[str, int] = {}
    with line.transaction():
        for twin in twins:
            places = [name for name in twin.columns if name != "id"]
            values = [value for row in twin.rows for value in _fresh(twin, row, new)]
            one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(places)))
            statement = sql.SQL("INSERT INTO {} ({}) VALUES {} RETURNING id").format(
                sql.Identifier(twin.table),
                sql.SQL(", ").join(map(sql.Identifier, places)),
                sql.SQL(", ").join([one] * len(twin.rows)),
            )
            row = line.execute(statement, values).fetchone()
            new[twin.table] = int(row[0]) if row else 0


def _fresh(twin: Twin, row: tuple[Any, ...], new: dict[str, int]) -> list[Any]:
    """Return a row's values without its id: new unique texts, new parents."""
    values = []
    for name, value in zip(twin.columns, row, strict=True):
        if name == "id":
            continue
        if name in UNIQUE.get(twin.table, ()):
            values.append(secrets.token_hex(20)[: len(value)] if value else value)
        elif name in PARENTS and PARENTS[name] in new and value is not None:
            values.append(new[PARENTS[name]])
        else:
            values.append(value)
    return values


def rate(url: str, twins: list[Twin], *, clients: int, seconds: float) -> float:
    """Return orders per second that so many connections write."""
    done = [0] * clients
    ends = time.monotonic() + seconds

    def write(place: int) -> None:
        """Write until the time is over."""
        with psycopg.connect(url, autocommit=True) as line:
            while time.monotonic() < ends:
                write_again(line, twins)
                done[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds
