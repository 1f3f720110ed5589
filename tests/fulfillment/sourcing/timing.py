"""Prints how long decisions take: ``python -m tests.fulfillment.sourcing.timing``."""

from __future__ import annotations

import random
import sys
import time

from fulfillment.sourcing.engine import decide
from fulfillment.sourcing.geography import locate
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Snapshot, Stock, Want

AREAS = [
    "EH",
    "M",
    "LS",
    "B",
    "BS",
    "L",
    "NE",
    "CF",
    "G",
    "NG",
    "SW",
    "SE",
    "OX",
    "CB",
    "EX",
    "PL",
    "TR",
    "AB",
    "IV",
    "BT",
]
SIZES = [(6, 1), (6, 29), (10, 29), (20, 29), (20, 200), (60, 50), (60, 700)]


def network(dice: random.Random, locations: int, lines: int, stocked: float) -> Snapshot:
    """Draw one order against locations that each stock a share of its products."""
    nodes = tuple(
        Node(
            number, f"L{number:02}", f"Location {number}", "store", locate("GB", f"{AREAS[number % 20]}1"), skills(dice)
        )
        for number in range(locations)
    )
    wants = tuple(
        Want(line, dice.randrange(3000), f"S{line}", dice.randint(1, 12), dice.choice(["", "", "", "", "gift_wrap"]))
        for line in range(lines)
    )
    stock: Stock = {
        (want.product_id, node.location_id): (1, dice.randint(0, 18))
        for want in wants
        for node in nodes
        if dice.random() < stocked
    }
    return Snapshot((OrderSnapshot(1, locate("GB", "SW1A 1AA"), "GB", wants),), nodes, stock)


def skills(dice: random.Random) -> frozenset[str]:
    """Let seven of ten locations gift wrap."""
    return frozenset({"gift_wrap"} if dice.random() < 0.7 else ())


def main() -> None:
    """Print one row for each size and stock level."""
    for locations, lines in SIZES:
        for stocked in (0.3, 0.7, 0.97):
            dice = random.Random(locations * lines)
            snapshots = [network(dice, locations, lines, stocked) for _ in range(100 if lines < 100 else 10)]
            spent, proven = [], 0
            for snapshot in snapshots:
                start = time.perf_counter()
                (decision,) = decide(snapshot, Rules())
                spent.append((time.perf_counter() - start) * 1000)
                proven += decision.method == "exact"
            mean = sum(spent) / len(spent)
            sys.stdout.write(
                f"{locations:3} locations x {lines:3} lines, {stocked:3.0%} stocked: mean {mean:7.2f} ms"
                f"  worst {max(spent):7.2f} ms  proven {proven}/{len(spent)}\n"
            )


if __name__ == "__main__":
    main()
