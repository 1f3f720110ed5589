"""``python -m tests.bench.pages``: what a person waits for, in the seeded database that ``DATABASE_URL`` names.

Prints the 95th percentile of every page in milliseconds as JSON: for somebody who sees everything, and for a clerk who
sees the orders of one channel.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

TIMES = 25
LIST, SEARCH = "/orders/order/", "/search/"


def percentile(act: Callable[[], Any], times: int = TIMES) -> float:
    """Return the 95th percentile of an act's seconds, after two runs to warm up."""
    for _ in range(2):
        act()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return sorted(spent)[int(times * 0.95) - 1]


def waits() -> dict[str, float]:
    """Return the milliseconds of each page."""
    from django.test import Client

    found = {}
    for who, make in (("", boss), (", clerk", clerk)):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(make())
        for name, path in addresses():
            found[f"{name}{who}"] = 1000 * percentile(lambda at=path, by=client: seen(by.get(at)))  # type: ignore[misc]
    return found


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and the address of each page; the rows they name are those of a recent order of channel 1."""
    from orders.models import Order

    order = Order.objects.filter(channel_id=1, state="completed").order_by("-pk")[10]
    line = order.lines.all()[0]
    for name, query in (
        ("order list", ""),
        ("order list, page 60", "p=60"),
        ("order list, released", "state__exact=released"),
        ("order list, drafts: none", "state__exact=draft"),
        ("order list, back-ordered", "fulfillment_status__exact=backordered"),
        ("order list, unpaid: none", "gate=payment&state__exact=placed"),
        ("order list, on hold: none", "hold=any"),
        ("order list, ship-by passed: none", "ship=late"),
        ("order list, a day of last year", "placed_at_from=2026-01-10&placed_at_to=2026-01-11"),
        ("order list, tag: none", "tag=nobody"),
        ("order list, by total", "o=-6"),
        ("order list, search by number", f"q={order.number}"),
        ("order list, search by e-mail", f"q={order.email}"),
        ("order list, search by SKU", f"q={line.sku}"),
        ("order list, search by name", "q=ahmed"),
        ("order list, search for nothing", "q=nothing-like-this"),
    ):
        yield name, f"{LIST}?{query}"
    for name, text in (
        ("number", order.number),
        ("channel's number", order.external_id),
        ("e-mail", order.email),
        ("phone", order.phone.replace("+", "%2B")),
        ("SKU", line.sku),
        ("name", "Ada Ahmed"),
        ("nothing", "nothing-like-this"),
    ):
        yield f"search by {name}", f"{SEARCH}?q={text}"
    yield "order page", f"{LIST}{order.pk}/change/"
    yield "start page", "/"


def boss() -> Any:
    """Return somebody who sees everything."""
    from django.contrib.auth.models import User

    return User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})[0]


def clerk() -> Any:
    """Return somebody of customer service who sees the orders of channel 1."""
    from django.contrib.auth.models import Group, User

    from orders.models import ChannelMembership

    person, _ = User.objects.get_or_create(username="bench-clerk", defaults={"is_staff": True})
    person.groups.add(Group.objects.get(name="Customer service"))
    ChannelMembership.objects.get_or_create(user=person, channel_id=1)
    return person


def seen(answer: Any) -> None:
    """Make sure that the page was really drawn."""
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    django.setup()
    json.dump(waits(), sys.stdout, indent=2)
