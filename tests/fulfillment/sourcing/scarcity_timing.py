"""Prints what scarcity fees save and take: ``python -m tests.fulfillment.sourcing.scarcity_timing STREAM.json …``.

The streams are decided by the functions of the live path: fees by ``learn_from``, each order by ``decide``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.lessons import by_product, fees_for, learn_from
from fulfillment.sourcing.snapshot import Fee, Node, OrderSnapshot, Rate, Rules, Snapshot, Want
from tests.fulfillment.sourcing.optimal.network import UNFILLED, Network, bill_of_day

RULES = Rules(prefer="cheapest", split_penalty=0, distance_weight=0)
Units = dict[tuple[int, int], int]


def order_of(number: int, row: dict[str, Any]) -> OrderSnapshot:
    """Return an order of a stream; products and locations are numbered from 1 here."""
    rates = [
        Rate(place, "carrier", f"service {at}", fixed, per_kg)
        for place, asked in enumerate(zip(row["fixed"], row["perkg"], strict=True), 1)
        for at, (fixed, per_kg) in enumerate(zip(*asked, strict=True))
    ]
    lines = enumerate(zip(row["sku"], row["weight_g"], strict=True), 1)
    wants = tuple(Want(line, sku + 1, f"S{sku}", 1, "", grams) for line, (sku, grams) in lines)
    return OrderSnapshot(number, None, "GB", wants, rates=tuple(rates), rate_currency="EUR")


def nodes_of(left: Sequence[int]) -> tuple[Node, ...]:
    """Return the locations with the parcels that each can still send."""
    return tuple(
        Node(at, f"L{at:02}", f"L{at}", "store", None, capacity_left=have, daily_capacity=have)
        for at, have in enumerate(left, 1)
    )


def stream(day: dict[str, Any], *, every: int) -> tuple[float, float]:
    """Return what a day costs with fees learned anew every so many orders (0: never), and the mean ms a decision.

    They are learned as live: from as many past orders as a day has, the stock that is left, and the parcels that are
    left against the share of the day that is still to come.
    """
    units: Units = {(sku + 1, at): have for at, row in enumerate(day["stock"], 1) for sku, have in enumerate(row)}
    left, total, spent = list(day["cap"]), len(day["orders"]), 0.0
    picks = [Fee(at, sku + 1, cost) for at, cost in enumerate(day["pick"], 1) for sku in range(len(day["stock"][0]))]
    table, seen = by_product(picks), [order_of(0, row) for row in day["history"]]
    answer = []
    for number, row in enumerate(day["orders"]):
        if every and number % every == 0:
            nodes, share = nodes_of(left), (total - number) / total
            parcels = {at: round(have / share) for at, have in enumerate(left, 1)} if share > 0.05 else {}
            fees = learn_from([Snapshot((one,), nodes, {}) for one in seen[-total:]], units, RULES, parcels).fees
            learned = {(fee.product_id, fee.location_id): fee.amount for fee in fees}
            more = {one: one.amount + learned.get((one.product_id, one.location_id), 0) for one in picks}
            costs = [Fee(one.location_id, one.product_id, amount) for one, amount in more.items()]
            table = by_product([*costs, *(fee for fee in fees if not fee.product_id)])
        plain = order_of(number, row)
        products = [want.product_id for want in plain.wants]
        stock = {(sku, at): (1, units[sku, at]) for sku in products for at in range(1, len(left) + 1)}
        began = time.process_time()
        dressed = OrderSnapshot(number, None, "GB", plain.wants, rates=plain.rates, fees=fees_for(products, table))
        (decision,) = decide(Snapshot((dressed,), nodes_of(left), stock), RULES)
        spent += time.process_time() - began
        plan: dict[int, list[int]] = {}
        for one in decision.portions:
            plan.setdefault(one.location_id - 1, []).append(one.line_id - 1)
            units[one.product_id, one.location_id] -= one.quantity
        for place in plan:
            left[place] -= 1
        answer.append(plan)
        seen.append(plain)
    return bill_of_day(day, answer)[0], 1000 * spent / total


def main(files: Sequence[str]) -> None:
    """Print each stream's cost against its bound, then the time of learning a day of 3,000 orders."""
    for name in files:
        day = json.loads(Path(name).read_text())
        known = json.loads((Path(name).parent.parent / "answers" / Path(name).name).read_text())
        told = []
        for words, every in (("without", 0), ("once a day", 10**9), ("every 100", 100), ("every 50", 50)):
            cost, spent = stream(day, every=every)
            told.append(f"{words} {cost / known['lower_bound']:.3f} ({spent:.2f} ms)")
        told.append(f"reference {known['reference'] / known['lower_bound']:.3f}")
        sys.stdout.write(f"{Path(name).stem}: {', '.join(told)}\n")
    for locations, products in ((6, 500), (12, 1000), (20, 2000)):
        day = Network(7, locations=locations, products=products).day("peak", orders=3000)
        units = {(sku + 1, at): have for at, row in enumerate(day["stock"], 1) for sku, have in enumerate(row)}
        seen = [Snapshot((order_of(0, row),), nodes_of(day["cap"]), {}) for row in day["orders"]]
        began = time.process_time()
        lesson = learn_from(seen, units, RULES)
        spent = time.process_time() - began
        sys.stdout.write(
            f"3,000 orders, {locations} locations, {products} products: {spent:.1f} s, {len(lesson.fees)} fees\n"
        )
    sys.stdout.write(f"an unfilled line counts for {UNFILLED} or more\n")


if __name__ == "__main__":
    main(sys.argv[1:])
