"""``python -m tests.bench.floor``: the floor's figures in the seeded database that ``DATABASE_URL`` names.

Fills its floor when asked first: a walk for every eight orders, a stop and a scan for each promise, and mispacks.
The timeline does not tell of them.

Twenty people pick; each scan comes half a minute after the one before. Of a hundred stops two are short, of a hundred
scans four are of something else, of two hundred orders one has a mispack.
"""

import json
import os
import sys
from datetime import timedelta

from tests.bench.filling import continue_numbering, execute, insert
from tests.bench.pages import boss, percentile, seen

SPANS = {"seven days": 7, "a month": 31, "a year": 366}
TIMES = 10
PEOPLE, ORDERS_A_WALK, SECONDS_A_STOP = 20, 8, 30
STOPS = f"""
create temp table stop as select a.id, f.id work, f.location_id place, a.quantity, w.walk, w.person,
    row_number() over (partition by w.walk order by a.id) turn, w.began
from fulfillment_allocation a
join fulfillment_fulfillmentorder f on f.id = a.fulfillment_order_id and f.picked_at is not null
join (select id, 1 + (place * 1000000 + n / {ORDERS_A_WALK}) walk, place, first_value(at) over w began,
        (n / {ORDERS_A_WALK}) % {PEOPLE} person
      from (select id, location_id place, picked_at at,
                row_number() over (partition by location_id order by picked_at, id) - 1 n
            from fulfillment_fulfillmentorder where picked_at is not null) numbered
      window w as (partition by place, n / {ORDERS_A_WALK} order by at, id)) w on w.id = f.id
"""


def fill_floor() -> None:
    """Fill walks, stops, scans, packings and mispacks for the orders of a seeded database."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from fulfillment.models import PackScan, PackSession, PickList, PickScan, PickTask

    for number in range(PEOPLE):
        User.objects.create(username=f"picker{number}")
    first = User.objects.get(username="picker0").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        execute(STOPS)
        execute("analyze stop")
        _fill_walks(first)
        _fill_packing(first)
        continue_numbering([PickList, PickTask, PickScan, PackSession, PackScan])
    for model in (PickList, PickTask, PickScan, PackSession, PackScan):
        execute(f"analyze {model._meta.db_table}")


def _fill_walks(first: int) -> None:
    """Fill walks with their stops and scans; ``first`` is the first of the people."""
    from fulfillment.models import PickList, PickScan, PickTask

    insert(
        PickList, "from stop group by walk, place, person, began", id="walk", number="'P' || walk", location_id="place",
        state="'completed'", picker_id=f"{first} + person", begun_at="began", created_at="began",
        completed_at=f"began + count(*) * interval '{SECONDS_A_STOP} seconds'",
        length_mm="case when place % 4 = 0 then null else 9000 * count(*) end",
    )  # fmt: skip
    at = f"began + turn * interval '{SECONDS_A_STOP} seconds'"
    insert(
        PickTask, "from stop", id="id", pick_list_id="walk", fulfillment_order_id="work", allocation_id="id",
        position="turn", tote="'A'", bin="'A-' || id % 900", quantity="quantity", created_at="began",
        picked="case when id % 50 = 7 then 0 else quantity end",
        state="case when id % 50 = 7 then 'short' else 'picked' end",
    )  # fmt: skip
    kinds = "(values ('done', 0), ('wrong', -9)) told(tone_, early)"
    insert(
        PickScan, f"from stop, {kinds} where tone_ = 'done' or id % 25 = 3", key="gen_random_uuid()",
        pick_list_id="walk", task_id="id", person_id=f"{first} + person", code="'SKU'", quantity="quantity",
        tone="tone_", sentence="'Counted.'", at=f"{at} + early * interval '1 second'",
    )  # fmt: skip


def _fill_packing(first: int) -> None:
    """Fill a packing for each order, a scan for each piece of it, and mispacks."""
    from fulfillment.models import PackScan, PackSession

    insert(
        PackSession, "from stop group by work, person, began", id="work", fulfillment_order_id="work",
        state="'dropped'", packer_id=f"{first} + person", created_at="began",
    )  # fmt: skip
    kinds = "(values ('ok', ''), ('wrong', 'wrong')) told(tone_, mispack_)"
    insert(
        PackScan, f"from stop, {kinds} where tone_ = 'ok' or id % 400 = 5", key="gen_random_uuid()",
        session_id="work", person_id=f"{first} + person", act="'scan'", code="'SKU'", quantity="quantity", tone="tone_",
        sentence="'In the box.'", mispack="mispack_", at=f"began + turn * interval '{SECONDS_A_STOP} seconds'",
    )  # fmt: skip


def waits() -> dict[str, float]:
    """Return the milliseconds of the page “Floor figures” for spans up to today, and how many stops it counts."""
    from django.test import Client
    from django.utils import timezone

    from fulfillment.models import PickTask

    if not PickTask.objects.exists():
        fill_floor()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(boss())
    today, found = timezone.localdate(), {"stops": float(PickTask.objects.count())}
    for name, days in SPANS.items():
        page = f"/fulfillment/fulfillmentorder/figures/?since={today - timedelta(days=days - 1)}&until={today}"
        found[name] = 1000 * percentile(lambda at=page: seen(client.get(at)), TIMES)  # type: ignore[misc]
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    django.setup()
    json.dump(waits(), sys.stdout, indent=2)
