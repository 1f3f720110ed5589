"""What a decision's record costs, and how fast past orders are decided again: generated orders, no database."""

import json
import time
import zlib
from datetime import UTC, datetime, timedelta
from random import Random

from fulfillment.services.sourcing.promise import packed
from fulfillment.sourcing.decision import Decision, decision_hash
from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.snapshot import OrderSnapshot, Rules, Snapshot
from fulfillment.sourcing.whatif.simulation import Recorded, WhatIf
from tests.bench.table import Table
from tests.fulfillment.sourcing.timing import network

BEGINS = datetime(2026, 11, 2, 9, tzinfo=UTC)
KINDS = ((6, 3, "6 locations, 3 lines"), (50, 10, "50 locations, 10 lines"))


def measure(table: Table) -> None:
    """Add the rows of records and replays."""
    for locations, lines, words in KINDS:
        past = orders(locations, lines, 500)
        table.add(f"record of a decision, {words}", 1000 * writing(past), "CPU ms", most=5, how="500 decisions")
        table.add(
            f"replay, {words}", 1 / replaying(past), "orders a CPU second", least=1000 if locations == 6 else None
        )


def orders(locations: int, lines: int, number: int) -> list[tuple[Snapshot, Decision]]:
    """Decide so many orders one by one."""
    dice = Random(locations)
    past = []
    for at in range(number):
        drawn = network(dice, locations, lines, 0.7)
        snapshot = Snapshot((OrderSnapshot(at, None, "GB", drawn.orders[0].wants),), drawn.nodes, drawn.stock)
        past.append((snapshot, decide(snapshot, Rules())[0]))
    return past


def writing(past: list[tuple[Snapshot, Decision]]) -> float:
    """Return the CPU seconds in which one decision is packed, turned to JSON and signed."""
    began = time.process_time()
    for snapshot, decision in past:
        packed(snapshot.to_json())
        decision.to_json()
        decision_hash(decision)
    return (time.process_time() - began) / len(past)


def replaying(past: list[tuple[Snapshot, Decision]]) -> float:
    """Return the CPU seconds in which one order is unpacked, checked, and decided under other rules as well."""
    kept = [(packed(snapshot.to_json()), decision.to_json(), decision_hash(decision)) for snapshot, decision in past]
    other = Rules(version=2, prefer="most_stock")
    whatif = WhatIf(lambda version: other, {})
    began = time.process_time()
    for number, (record, outcome, signed) in enumerate(kept):
        snapshot = Snapshot.from_json(json.loads(zlib.decompress(record)))
        if decision_hash(decide(snapshot, Rules())[0]) != signed:
            raise ValueError(f"decision {number} is not reproduced")
        at = BEGINS + timedelta(minutes=number)
        whatif.decided([Recorded(number, at, snapshot, Decision.from_json(outcome))])
    whatif.finish()
    return (time.process_time() - began) / len(past)
