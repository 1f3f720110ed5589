"""Walks and batches beside what is known to be best, on generated and published instances, where their files are here.

Every cost is recomputed from the file alone.
"""

import json
import time
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from fulfillment.picking.batching import batch_well
from fulfillment.picking.instances import SECONDS, decide_batches, decide_walks
from fulfillment.picking.lengths import Lengths
from fulfillment.picking.savings import batch_at_once
from fulfillment.picking.tour import shortest_tour
from fulfillment.picking.wave import Wave
from tests.bench.published import foodmart, unified
from tests.bench.table import Table
from tests.town import HOME

DATA = HOME.parent / "shared" / "data"
FOODMART = {5: 348.59, 6: 364.81, 7: 374.81}
Instance = dict[str, Any]


def measure(table: Table, data: Path = DATA) -> None:
    """Add the rows of walks and batches."""
    if not data.exists():
        print(f"  no {data}: walks and batches are not measured")
        return
    published(table, data / "picking")
    walks(table, data / "decisions")
    batches(table, data / "decisions")


def walks(table: Table, data: Path) -> None:
    """Compare walks with the shortest, and with the order of bin codes."""
    instances, best = _read(data, "routing")
    spent, ratios = [], []
    decide_walks({"instances": instances})
    for instance, known in zip(instances, best, strict=True):
        began = time.process_time()
        (order,) = decide_walks({"instances": [instance]})
        spent.append(time.process_time() - began)
        ratios.append(walked(instance, [instance["picks"][at] for at in order]) / known["opt"])
    table.add("walk, longest beside the shortest", max(ratios), "times", most=1.0, how=f"{len(ratios)} pick lists")
    table.add("  mean", 1000 * sum(spent) / len(spent), "CPU ms", most=5)
    table.add("  p95", 1000 * sorted(spent)[int(0.95 * len(spent))], "CPU ms", most=5)
    by_code = sum(known["bin_order"] / known["opt"] for known in best) / len(best)
    table.add("  by bin code, mean", by_code, "times")


def batches(table: Table, data: Path) -> None:
    """Compare batches with the best known, at once and with time to think."""
    instances, best = _read(data, "batching")
    spent, ratios = [], []
    for instance, known in zip(instances, best, strict=True):
        began = time.perf_counter()
        (carts,) = decide_batches({"instances": [instance]}, time.monotonic)
        spent.append(time.perf_counter() - began)
        ratios.append(carted(instance, carts) / known["best_known"])
    table.add("batches, mean", sum(ratios) / len(ratios), "of best known", most=1.01, how=f"{len(ratios)} waves")
    table.add("  worst", max(ratios), "of best known", most=1.03)
    table.add("  longest", max(spent), "s", most=10, how=f"stops after {SECONDS:g} s")
    table.add("  mean", sum(spent) / len(spent), "s")


def published(table: Table, data: Path) -> None:
    """Compare with published lengths."""
    floor, orders, _ = unified(data / "unit_F1_m5_C30_a7_12.txt")
    table.add("walk, Heßler–Irnich sample", shortest_tour(floor, orders[0]).length / 10, "units", most=94, how="94")
    for count, length in FOODMART.items():
        floor, orders = foodmart(data / f"instances_d5_ord{count}_MAL.txt")
        found = shortest_tour(floor, list(chain(*orders))).length / 100
        table.add(f"walk, Foodmart, {count} orders", found, "m", most=length, how=f"{length}")
    floor, orders, capacity = unified(data / "1l-20-30-0.txt")
    wave = Wave(floor, tuple(map(tuple, orders)), tuple(map(len, orders)), capacity)
    table.add("batches, Henn–Wäscher 1l-20-30-0", batch_well(wave).length / 10, "units", most=4286, how="4,286")
    table.add("  at once, by savings", batch_at_once(wave).length / 10, "units")
    floor, orders, _ = unified(data / "1l-20-30-0.txt")
    many = Lengths(floor, orders)
    began = time.process_time()
    many.of(many.lists.repeat(500, axis=0))
    table.add("  a walk among many", 1e6 * (time.process_time() - began) / 500 / len(orders), "CPU µs")


def walked(instance: Instance, picks: list[list[float]]) -> float:
    """Return how far it is from the depot past picks in turn and back."""
    depths = instance["cross_aisle_y"]
    depot = [instance["depot_aisle"], depths[0]]
    length = 0.0
    for (aisle, y), (other, end) in pairwise([depot, *picks, depot]):
        if aisle == other:
            length += abs(y - end)
        else:
            across = min(abs(y - depth) + abs(end - depth) for depth in depths)
            length += abs(aisle - other) * instance["aisle_spacing"] + across
    return length


def carted(instance: Instance, carts: list[list[int]]) -> float:
    """Return how far all carts walk; refuses what is no division of the wave into carts."""
    orders = instance["orders"]
    if sorted(order for cart in carts for order in cart) != list(range(len(orders))):
        raise SystemExit("an order is in no cart, or in two")
    lists = [[pick for order in cart for pick in orders[order]] for cart in carts]
    if any(len(picks) > instance["capacity_items"] for picks in lists):
        raise SystemExit("a cart is too full")
    tours = decide_walks({"instances": [{**instance, "picks": picks} for picks in lists]})
    return sum(walked(instance, [picks[at] for at in order]) for picks, order in zip(lists, tours, strict=True))


def _read(data: Path, kind: str) -> tuple[list[Instance], list[dict[str, float]]]:
    """Return the instances of a kind and what is known of each."""
    instances = json.loads((data / "inst" / f"{kind}.json").read_text())["instances"]
    return instances, json.loads((data / "answers" / f"{kind}.json").read_text())
