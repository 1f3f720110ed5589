"""Whole lives through every process: captured, worked, picked, packed, labelled, shipped, delivered."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.bench.load import order
from tests.chaos.line import Line
from tests.town import Town, cpu_seconds

STEP_SECONDS = 120.0
WORK, PARCELS = "fulfillment_fulfillmentorder", "fulfillment_shipment"
DONE = "select count(*) from orders_order where state='completed'"


@dataclass(frozen=True, slots=True)
class Life:
    """What a life costs: milliseconds of processor time of each process, and SQL statements."""

    by_process: dict[str, float]
    statements: float

    @property
    def milliseconds(self) -> float:
        """Return all processes together."""
        return sum(self.by_process.values())


def live(town: Town, line: Line, count: int, *, in_one_call: int = 1) -> Life:
    """Let orders live from capture to delivered, so many in one call, and return what each cost."""
    before, asked, done = _cpu(town), _statements(town), _number(town, DONE)
    newer = {table: _number(town, f"select coalesce(max(id), 0) from {table}") for table in (WORK, PARCELS)}
    for start in range(0, count, in_one_call):
        _capture(line, [order() for _ in range(start, min(start + in_one_call, count))])
    work = _numbers(town, WORK, newer, "open", count)
    for act in ("start_picking", "confirm_picked", "pack"):
        _act(line, "fulfillment-orders", act, work, in_one_call)
    _act(line, "shipments", "buy_labels", _numbers(town, PARCELS, newer, "packed", count), in_one_call)
    _act(line, "shipments", "ship", _numbers(town, PARCELS, newer, "labelled", count), in_one_call)
    _until(lambda: _number(town, DONE) - done >= count)
    after = _cpu(town)
    spent = {name: 1000 * (after[name] - before[name]) / count for name in before}
    return Life(spent, (_statements(town) - asked) / count)


def _capture(line: Line, orders: list[dict[str, Any]]) -> None:
    """Send orders: one alone, or all of them in one call."""
    reply = line.post("orders/", orders[0]) if len(orders) == 1 else line.post("orders/bulk/", {"orders": orders})
    if not reply.ok:
        raise SystemExit(f"the bench's own order was refused: {reply.status} {reply.body[:400]!r}")


def _act(line: Line, kind: str, act: str, numbers: list[str], in_one_call: int) -> None:
    """Do an act on rows: one a call, or many."""
    if in_one_call == 1:
        for number in numbers:
            line.post(f"{kind}/{number}/{act}/")
        return
    for start in range(0, len(numbers), in_one_call):
        reply = line.post(f"{kind}/bulk/{act}/", {"numbers": numbers[start : start + in_one_call]})
        refused = [one for one in reply.json["results"] if one["status"] != 200]
        if refused:
            raise SystemExit(f"{act} was refused: {refused[0]}")


def _numbers(town: Town, table: str, newer: Mapping[str, int], state: str, count: int) -> list[str]:
    """Return the numbers of new rows in a state once there are as many as wanted; asks the database, not the shop."""
    question = f"select number from {table} where state = '{state}' and id > {newer[table]}"
    found: list[str] = []

    def enough() -> bool:
        """Read them all."""
        with psycopg.connect(town.database_url, autocommit=True) as line:
            found[:] = [number for (number,) in line.execute(question).fetchall()]  # type: ignore[arg-type]
        return len(found) >= count

    _until(enough)
    return found


def _until(condition: Any) -> None:
    """Wait for a condition."""
    ends = time.monotonic() + STEP_SECONDS
    while not condition():
        if time.monotonic() > ends:
            raise SystemExit(f"a step of the lives took longer than {STEP_SECONDS:.0f} s")
        time.sleep(1.0)


def _cpu(town: Town) -> dict[str, float]:
    """Return the processor time of each process so far."""
    return {name: cpu_seconds(one.pid) for name, one in town.processes.items()}


def _statements(town: Town) -> int:
    """Return how many statements the database has run so far, by pg_stat_statements where loaded, else 0."""
    with psycopg.connect(town.database_url, autocommit=True) as line:
        return int(line.execute("select coalesce(sum(calls), 0) from pg_stat_statements").fetchone()[0])  # type: ignore[index]


def _number(town: Town, question: str) -> int:
    """Return the one number that a query answers."""
    with psycopg.connect(town.database_url, autocommit=True) as line:
        return int(line.execute(question).fetchone()[0])  # type: ignore[index, arg-type]
