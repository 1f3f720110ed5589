"""Cartons beside the rule of other systems, on generated baskets: how often the cheapest box, how long it takes."""

import time
from collections.abc import Sequence
from random import Random

from fulfillment.packing.choosing import Choice, choose_box
from fulfillment.packing.pieces import Box, Piece
from tests.bench.table import Table
from tests.fulfillment.packing.referee import basket, cartons, cut_up, faults_of

BASKETS = 600


def measure(table: Table) -> None:
    """Add the rows of cartons."""
    boxes, dice = cartons(), Random(11)
    baskets = [basket(dice) for _ in range(BASKETS)]
    choices, spent = [], []
    for pieces in baskets:
        began = time.process_time()
        choices.append(choose_box(pieces, boxes))
        spent.append(1000 * (time.process_time() - began))
    best = [choose_box(pieces, boxes, steps=2400) for pieces in baskets]
    cheapest = sum(cost_of(one, boxes) == cost_of(other, boxes) for one, other in zip(choices, best, strict=True))
    bad = sum(
        bool(faults_of(pieces, boxes[choice.box or 0], choice.packing))
        for pieces, choice in zip(baskets, choices, strict=True)
    )
    table.add("cartons, 1–8 pieces, 15 boxes, mean", sum(spent) / BASKETS, "CPU ms", most=5, how=f"{BASKETS} orders")
    table.add("  p99", sorted(spent)[int(0.99 * BASKETS)], "CPU ms", most=20)
    table.add("  as cheap as a search twenty times as long", 100 * cheapest / BASKETS, "%", least=99)
    table.add("  packings with a fault", bad, "packings", most=0)
    by_volume(table, baskets, boxes, best)
    cuts(table)


def cost_of(choice: Choice, boxes: Sequence[Box]) -> int:
    """Return what the box of a choice costs; every basket goes into the largest."""
    assert choice.box is not None
    return boxes[choice.box].cost


def by_volume(table: Table, baskets: Sequence[list[Piece]], boxes: Sequence[Box], best: Sequence[Choice]) -> None:
    """Take the cheapest box that is at most four fifths full and as long as the longest piece, as order systems do."""
    impossible = dearer = 0
    for pieces, choice in zip(baskets, best, strict=True):
        volume, longest = sum(piece.volume for piece in pieces), max(max(piece.sides) for piece in pieces)
        fitting = [box for box in boxes if volume <= 0.8 * box.volume and longest <= max(box.inner)]
        cost = min((box.cost for box in fitting), default=0)
        impossible += cost < cost_of(choice, boxes)
        dearer += cost > cost_of(choice, boxes)
    table.add("  by volume up to 80 %: pieces do not go in", 100 * impossible / BASKETS, "% of orders")
    table.add("  by volume up to 80 %: dearer box", 100 * dearer / BASKETS, "% of orders")


def cuts(table: Table) -> None:
    """Put together what was cut from one box without loss."""
    box, dice = Box((400, 300, 200)), Random(12)
    found = sum(choose_box(cut_up(dice, box.inner, 8), [box]).box == 0 for _ in range(300))
    table.add("  8 pieces that fill a box to the last millimetre", found / 3, "% found", least=95)
