"""One row made wrong past every guard, and the invariant that must see it: that one, with that id, and no other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from oms.foundation.invariants import check
from tests.books import EVENING

MOMENTS = {
    "then": EVENING - timedelta(days=3),
    "before": EVENING - timedelta(minutes=5),
    "now": EVENING,
    "soon": EVENING + timedelta(days=9),
}


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """A change of one row.

    ``row`` is a query for the id of the row; ``sql`` changes it and may name it as ``{row}``, and the moments
    ``{then}``, ``{before}``, ``{now}`` and ``{soon}``. ``found`` is a query for the id that the invariant ``name``
    returns, by default the row's own, and ``also`` holds what other invariants say of the same change; they are asked
    before the change, unless they do not name the row. ``beside`` names the guards that would refuse the change.
    ``engine`` is ``sql`` by engine, for a change of the database itself, where no guard has to sleep.
    """

    name: str
    row: str = "select 0"
    sql: str = ""
    engine: Mapping[str, str] = field(default_factory=dict)
    found: str = "select {row}"
    also: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    days_later: int = 0


def broken(days_later: int = 0) -> dict[str, tuple[Any, ...]]:
    """Return the ids found by each invariant that does not hold; one that cannot run is an error."""
    findings = check(EVENING + timedelta(days=days_later))
    assert [(one.invariant.id, one.error) for one in findings if one.error] == []
    return {one.invariant.id: one.ids for one in findings if not one.holds}


def see(one: Corruption) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the row wrong, and return what is found and what should be; everything is taken back."""
    values = {name: f"'{connection.ops.adapt_datetimefield_value(moment)}'" for name, moment in MOMENTS.items()}
    values["row"] = ask(one.row)
    wanted = {one.name: one.found, **one.also}
    with undone():
        expected = {name: (ask(query.format(**values)),) for name, query in wanted.items() if "{row}" in query}
        if one.engine:
            _look_now()
            run(one.engine[connection.vendor])
        else:
            assert change(one.sql.format(**values), *one.beside) >= 1
        expected |= {name: (ask(query),) for name, query in wanted.items() if name not in expected}
        return broken(one.days_later), expected


@contextmanager
def undone() -> Iterator[None]:
    """Take everything back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(query: str) -> Any:
    """Return the one value that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    assert len(rows) == 1, query
    return rows[0][0]


def run(sql: str) -> int:
    """Run a statement and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def change(sql: str, *beside: str) -> int:
    """Change rows as nobody can, and return how many: triggers sleep meanwhile, the guards named are gone for good."""
    words = sql.split()
    table = words[1] if words[0] == "update" else words[2]
    if connection.vendor == "postgresql":
        return _change_postgresql(sql, table, beside)
    run("PRAGMA ignore_check_constraints = ON")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
    for name, _ in triggers:
        run(f"DROP TRIGGER {name}")
    if beside:
        _without_guards(table)
    changed = run(sql)
    for _, trigger in triggers:
        run(trigger)
    run("PRAGMA ignore_check_constraints = OFF")
    return changed


def _change_postgresql(sql: str, table: str, beside: tuple[str, ...]) -> int:
    """Let the triggers sleep for one statement, as they do for rows that a replica receives."""
    _look_now()
    for name in beside:
        run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        run(f"DROP INDEX IF EXISTS {name}")
    run("SET LOCAL session_replication_role = replica")
    changed = run(sql)
    run("SET LOCAL session_replication_role = origin")
    return changed


def _look_now() -> None:
    """Let PostgreSQL look at the references made so far, and at those to come only at the commit that never comes."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")


def _without_guards(table: str) -> None:
    """Make a SQLite table anew without any guard: what stands inside CREATE TABLE cannot be dropped."""
    run(f"CREATE TABLE bare AS SELECT * FROM {table}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE bare RENAME TO {table}")
    run(f"CREATE UNIQUE INDEX bare_id ON {table} (id)")  # what other tables refer to
