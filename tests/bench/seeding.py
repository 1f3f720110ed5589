"""``python -m tests.bench.seeding --orders N`` fills an empty PostgreSQL database with N whole orders.

The books are consistent: ``manage.py verify`` finds nothing. A million orders take minutes, because the rows of a table
are one statement, references are not looked at while filling (the session's ``replica`` role: it takes a superuser),
and indexes are dropped before and made again after. Never run it on a database that anybody needs.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from tests.bench.filling import continue_numbering, execute

ROOMS = ("foundation", "inventory", "orders", "fulfillment", "returns", "outlets")
DAYS = 365
Tell = Callable[[str, float], None]


class NotEmpty(Exception):
    """The database holds orders already."""


def seed(*, orders: int, days: int = DAYS, now: datetime | None = None, tell: Tell | None = None) -> None:
    """Fill an empty, migrated PostgreSQL database with whole orders of the last ``days``.

    :raises NotEmpty: when there is an order. :raises RuntimeError: on another engine.
    """
    from orders.models import Order

    if connection.vendor != "postgresql":
        raise RuntimeError("only PostgreSQL is filled by set-based SQL")
    if Order.objects.exists():
        raise NotEmpty("there are orders in this database: seeding fills an empty one")
    tell = tell or (lambda step, seconds: None)
    with transaction.atomic(), _quickly(), _without_indexes(tell):
        for name, step in _steps(orders, days, now or timezone.now()):
            began = time.perf_counter()
            step()
            tell(name, time.perf_counter() - began)
        continue_numbering(_models())


def _steps(orders: int, days: int, now: datetime) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the steps in their order, each with its name."""
    from tests.bench import matching_and_messages as right
    from tests.bench import shape
    from tests.bench import supply_and_demand as left

    yield "shape", lambda: shape.draw(orders=orders, days=days, now=now)
    yield "supply", left.fill_supply
    yield "channels", lambda: left.fill_channels(shape.customers(orders))
    yield "orders", left.fill_orders
    yield "money", left.fill_money
    yield "work", right.fill_work
    yield "parcels", right.fill_parcels
    yield "timeline", right.fill_timeline
    yield "facts", right.fill_facts
    yield "mails", right.fill_mails


def _models() -> list[type[Model]]:
    """Return the models of the rooms."""
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


@contextmanager
def _quickly() -> Iterator[None]:
    """Let the transaction have memory, and let nobody look at references."""
    for setting in (
        "session_replication_role = replica",
        "work_mem = '256MB'",
        "maintenance_work_mem = '512MB'",
        "synchronous_commit = off",
        "jit = off",
    ):
        execute(f"set local {setting}")
    yield
    execute("set local session_replication_role = origin")


@contextmanager
def _without_indexes(tell: Tell) -> Iterator[None]:
    """Drop the indexes that no constraint needs, and make them again afterwards, with fresh statistics."""
    tables = ", ".join(f"'{model._meta.db_table}'" for model in _models())
    with connection.cursor() as cursor:
        cursor.execute(
            f"select indexname, indexdef from pg_indexes where tablename in ({tables})"
            " and schemaname = current_schema() and indexname not in (select conname from pg_constraint)"
        )
        indexes = cursor.fetchall()
    for name, _ in indexes:
        execute(f'drop index "{name}"')
    yield
    began = time.perf_counter()
    for _, definition in indexes:
        execute(definition)
    tell("indexes", time.perf_counter() - began)
    began = time.perf_counter()
    for model in _models():
        execute(f"analyze {model._meta.db_table}")
    tell("statistics", time.perf_counter() - began)


def main() -> None:
    """Migrate the database that ``DATABASE_URL`` names, fill it, and print how long each step took."""
    import django
    from django.core.management import call_command

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, required=True, metavar="N", help="how many orders, such as 200000")
    parser.add_argument("--days", type=int, default=DAYS, help=f"over how many days they came (default {DAYS})")
    words = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    seed(orders=words.orders, days=words.days, tell=say)
    execute("vacuum")  # as the server does by itself while a shop grows
    say(f"all of {words.orders:,} orders", time.perf_counter() - began)


def say(step: str, seconds: float) -> None:
    """Print how long a step took."""
    sys.stdout.write(f"{step:24} {seconds:7.1f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
