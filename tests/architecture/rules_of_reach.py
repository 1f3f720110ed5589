"""Rules about what a module may reach: the network, the broker, the clock, another room's doors."""

import ast
from collections.abc import Iterator

from tests.architecture.rule import rule
from tests.architecture.tree import Source, last_name

HTTP_CLIENTS = ("requests", "httpx", "urllib.request", "http.client", "aiohttp", "urllib3")
RIGHTWARD = ("oms.foundation", "inventory", "orders", "fulfillment", "returns", "oms.outlets")
DOORS = ("admin", "api", "tasks", "handlers", "management")
CLOCKLESS = frozenset({"services", "queries", "locks", "models", "events", "states", "sourcing", "packing", "picking"})
# one fact, message, job or row that fails must not stop the others, and a probe answers whatever is wrong
EDGE_FILES = ("relay.py", "inbox.py", "work.py", "work/", "tasks.py", "bulk.py", "health.py", "imports/working.py")
EDGES = tuple(f"oms/foundation/{edge}" for edge in EDGE_FILES)
PURE_CORES = (
    "oms/foundation/money.py",
    "orders/screening/",
    "orders/proration.py",
    "fulfillment/sourcing/",
    "fulfillment/packing/",
    "fulfillment/picking/",
    "fulfillment/problems.py",
    "fulfillment/cutoff.py",
    "returns/proration.py",
)
IMPURE = ("django", "rest_framework", "celery", "redis", "requests", "datetime.datetime.now", "random", "time")


def begins(name: str, roots: tuple[str, ...]) -> bool:
    """Tell whether a dotted name is one of the roots or lies below one."""
    return any(name == root or name.startswith(f"{root}.") for root in roots)


@rule(
    "OMS010",
    bad=("fulfillment/carriers/ups.py", "import requests"),
    ok=("oms/foundation/http.py", "import requests"),
)
def one_client_speaks_to_the_network(source: Source) -> Iterator[int]:
    """Outside calls go through oms.foundation.http, which has the time-outs and the address guard."""
    if source.is_product and source.path != "oms/foundation/http.py":
        yield from (line for name, line in source.imports() if begins(name, HTTP_CLIENTS))


@rule(
    "OMS011",
    bad=("orders/services.py", "sweep.delay()"),
    ok=("oms/foundation/work.py", "sweep.delay()"),
)
def one_module_rings_the_broker(source: Source) -> Iterator[int]:
    """Only oms.foundation.work sends a Celery task; the rest publishes a fact or rings a drainer."""
    if source.is_product and not source.path.startswith(("oms/foundation/work.py", "oms/foundation/work/")):
        yield from (call.lineno for call in source.calls("delay", "apply_async", "send_task", "delay_on_commit"))


@rule(
    "OMS012",
    bad=("orders/admin.py", "moment = datetime.now()"),
    ok=("orders/admin.py", "moment = timezone.now()"),
)
def time_is_aware(source: Source) -> Iterator[int]:
    """datetime.now(), utcnow() and today() are naive or local: doors ask timezone.now()."""
    if source.is_test:
        return
    for call in source.calls("now", "utcnow", "today", "utcfromtimestamp"):
        if isinstance(call.func, ast.Attribute) and last_name(call.func.value) in ("datetime", "date"):
            yield call.lineno


@rule(
    "OMS013",
    bad=("orders/services.py", "def hold(order):\n    order.held_at = timezone.now()"),
    ok=("orders/services.py", "def hold(order, actor):\n    order.held_at = actor.now"),
)
def time_is_passed_in(source: Source) -> Iterator[int]:
    """Below the doors nobody asks for the time: it comes in as actor.now."""
    if not source.is_product or source.is_migration or source.path.startswith("oms/foundation/"):
        return
    if source.parts & CLOCKLESS:
        calls = source.calls("now", "localdate", "localtime")
        yield from (call.lineno for call in calls if last_name(getattr(call.func, "value", call)) == "timezone")


@rule(
    "OMS014",
    bad=("fulfillment/services.py", "from orders.admin import OrderAdmin"),
    ok=("fulfillment/services.py", "from orders.services import mark_shipped"),
)
def doors_are_their_own(source: Source) -> Iterator[int]:
    """A room's admin, api, tasks, handlers and commands are not imported from outside it."""
    if not source.is_product or source.path == "oms/urls.py":
        return
    own = [room for room in RIGHTWARD if source.path.startswith(room.replace(".", "/") + "/")]
    doors = tuple(f"{room}.{door}" for room in RIGHTWARD[1:] if room not in own for door in DOORS)
    yield from (line for name, line in source.imports() if begins(name, doors))


@rule(
    "OMS015",
    bad=("fulfillment/sourcing/decide.py", "from django.db import models"),
    ok=("fulfillment/sourcing/decide.py", "from dataclasses import dataclass"),
)
def pure_cores_decide_alone(source: Source) -> Iterator[int]:
    """A pure core imports neither Django nor an outside system, a clock or chance."""
    if source.path.startswith(PURE_CORES):
        yield from (line for name, line in source.imports() if begins(name, IMPURE))


@rule(
    "OMS017",
    bad=("orders/intake/files.py", "from xml.etree import ElementTree"),
    ok=("orders/intake/files.py", "from defusedxml import ElementTree"),
)
def xml_is_read_defused(source: Source) -> Iterator[int]:
    """XML is read with defusedxml: Python's own readers follow the tricks of a hostile file."""
    if source.is_product:
        yield from (line for name, line in source.imports() if begins(name, ("xml", "lxml")) and "Error" not in name)


@rule(
    "OMS016",
    bad=("orders/services.py", "try:\n    act()\nexcept Exception:\n    pass"),
    ok=("oms/foundation/relay.py", "try:\n    act()\nexcept Exception:\n    pass"),
)
def errors_are_caught_by_name(source: Source) -> Iterator[int]:
    """Only the worker's edges catch everything; elsewhere a fault is raised on and reaches the log."""
    if not source.is_product or source.path.startswith(EDGES):
        return
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[-1]) != "raise":
            caught = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
            if any(kind is None or last_name(kind) in ("Exception", "BaseException") for kind in caught):
                yield node.lineno
