"""Calls one surface as one caller, takes everything back, and tells what came of it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse

from oms.foundation.models import IdempotencyKey
from orders.models import ApiKey
from tests.security.callers import API, Caller
from tests.security.surfaces import Surface, filled
from tests.security.world import World

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
BUSY = 503
MISSING = 999_999_999
NOWHERE = "Nowhere"
LOGIN = "/login/"
BULK_PAGE = "/foundation/bulkoperation/"
# what an address of its own is asked with, so that its door answers and not the check of its input
QUERIES = {
    "availability": "?sku=SHARED",
    "search": "?q=nothing",
    "admin:fulfillment_pick_list": "?number={number}",
    "admin:fulfillment_walk_list": "?number={number}",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: the outcome in one word, the body, and the tables that were written to."""

    outcome: str
    status: int
    body: bytes
    written: tuple[str, ...] = ()


@dataclass
class _Written:
    """The tables that statements changed rows of."""

    tables: list[str] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run a statement and note the table it changed."""
        result = execute(sql, params, many, context)
        verb, *rest = sql.split(None, 3)
        if verb.upper() in WRITES and context["cursor"].rowcount != 0:
            self.tables.append(next((word.strip('"') for word in rest if word.upper() not in ("INTO", "FROM")), sql))
        return result


@contextmanager
def taken_back() -> Iterator[_Written]:
    """Undo everything that happens inside, and tell which tables it touched."""
    written = _Written()
    with transaction.atomic(), connection.execute_wrapper(written):
        yield written
        transaction.set_rollback(True)


def call(surface: Surface, caller: Caller, world: World, relation: str) -> Answer:
    """Call a surface for the row of a relation (own, other_channel, other_location, missing) and undo its effect."""
    places = _places(surface, caller, world, relation)
    url = "/" + filled(surface.route, places) + QUERIES.get(surface.name, "").format(**places)
    cookies = caller.client.cookies.copy()
    with taken_back() as written:
        sent = _body(surface, caller, world, relation)
        response: Any = getattr(caller.client, surface.method.lower())(url, **sent)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    caller.client.cookies = cookies
    if surface.bulk and surface.side == API:  # it tells for which number each result is: as the caller said it
        body = body.replace(str(places["number"]).encode(), b"the number")
    return Answer(outcome(surface, response), response.status_code, body, _effects(surface, written.tables))


def _effects(surface: Surface, tables: Iterable[str]) -> tuple[str, ...]:
    """Return the tables that were written to, without the key of a call that answers for each row by itself."""
    keys = IdempotencyKey._meta.db_table if surface.bulk and surface.side == API else ""
    return tuple(table for table in tables if table != keys)


def _places(surface: Surface, caller: Caller, world: World, relation: str) -> dict[str, Any]:
    """Return what fills the places of a route."""
    row = _row(surface, caller, world, relation)
    number = f"{NOWHERE}{MISSING}" if row is None else ""
    return {
        "object_id": MISSING if row is None else row.pk,
        "id": MISSING if row is None else row.pk,
        "pk": MISSING if row is None else row.pk,
        "number": number or getattr(row, "number", ""),
        "sku": number or getattr(row, "sku", ""),
        "code": number or getattr(row, "code", ""),
        "key": number or getattr(row, "key", ""),
        "tracking_number": number or getattr(row, "tracking_number", ""),
        "history_id": MISSING if row is None or not hasattr(row, "history") else row.history.first().pk,
        "position": 1,
        "act": "give-back",
        "action_name": surface.act or "nothing",
        "account": world.own.account.code,
        "content_type_id": 1,
        "app_label": "orders",
        "url": "no-such-page",
    }


def _row(surface: Surface, caller: Caller, world: World, relation: str) -> Any:
    """Return the row that is meant, None for one that does not exist."""
    if surface.model is None or relation == "missing":
        return None
    if surface.model in world.personal:
        rows = world.personal[surface.model]
        mine = rows.get(caller.user) or next(iter(rows.values()))
        return mine if relation == "own" else next(row for row in rows.values() if row is not mine)
    return world.row(surface.model, relation)


def _body(surface: Surface, caller: Caller, world: World, relation: str) -> dict[str, Any]:
    """Return the body of a call: what a bulk act selects, or an empty form."""
    if surface.method == "GET":
        return {}
    if surface.bulk and surface.side == API:
        numbers = [_places(surface, caller, world, relation)["number"]]
        sent = json.dumps({"numbers": numbers})
        return {"data": sent, "content_type": "application/json", "headers": {"Idempotency-Key": "matrix"}}
    if surface.bulk:
        row = _row(surface, caller, world, relation)
        return {"data": {"action": surface.act, "_selected_action": [MISSING if row is None else row.pk]}}
    if surface.side == "api":
        return {"data": "{}", "content_type": "application/json", "headers": {"Idempotency-Key": "matrix"}}
    return {"data": {}} if surface.method == "POST" else {}


def outcome(surface: Surface, response: HttpResponse) -> str:
    """Return what an answer means: in, login, 401, 403, 404, 405 or 500."""
    status, target = response.status_code, response.headers.get("Location", "")
    if status >= 500 and status != BUSY:
        return "500"
    if status in (401, 403, 404, 405):
        return str(status)
    if LOGIN in target:
        return "login"
    if surface.bulk and surface.side == API and status == 200:
        (result,) = response.json()["results"]  # type: ignore[attr-defined]
        return "404" if result["status"] == 404 else "in"
    if surface.bulk and surface.side != API and not target.startswith(BULK_PAGE):
        return "403"
    if status == 302 and target == "/" and surface.row:
        return "404"  # the console sends people home from a row that does not exist
    return "in"


def let(key: ApiKey | None, scopes: set[str]) -> None:
    """Give a key exactly these scopes."""
    if key is not None:
        ApiKey.objects.filter(pk=key.pk).update(scopes=sorted(scopes))
