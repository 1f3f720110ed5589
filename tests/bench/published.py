"""Published instances of picking, in their authors' formats."""

import re
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

from fulfillment.picking.layout import Layout, Place

ARCS = ("//Start End Distance", "//LocStart LocEnd ShortestPath")
PRODUCTS = ("//Idx Location Volume", "//Orders")
ORDERS = (
    "//Idx M NbProdInOrder ProdIdx1 Qty1 ProdIdx2 Qty2 ...",
    "//Graph (Products are vertices indexed from 1 to NbLocations)",
)
NAMES = "//Vertices coordinates LocationName"


def unified(path: Path) -> tuple[Layout, list[list[Place]], int]:
    """Read a file in the unified form of single-block instances: floor in tenths of a unit, orders, capacity."""
    text = path.read_text(encoding="latin-1")
    head = dict(re.findall(r"^([A-Z_]+) : (.+)$", text, re.MULTILINE))
    cell, first, last = (
        round(10 * float(head[f"DISTANCE_{name}"])) for name in ("CELL_TO_CELL", "BOTTOM_TO_CELL", "TOP_TO_CELL")
    )
    floor = Layout.rectangle(
        aisles=int(head["NUM_AISLES"]),
        spacing=round(10 * float(head["DISTANCE_AISLE_TO_AISLE"])),
        crossings=(0, first + (int(head["NUM_CELLS"]) - 1) * cell + last),
        depot_aisle=int(head["DEPOT_AISLE"]),
    )
    _, _, listed = text.partition("SKU_SECTION")
    stored, _, ordered = listed.partition("ORDER_SECTION")
    found = re.findall(r"ID (\d+) AISLE (\d+) CELL (\d+)", stored)
    places = {article: Place(int(aisle), 0, first + int(at) * cell) for article, aisle, at in found}
    orders = [
        [places[article] for article, count in re.findall(r"ID (\d+) QUANTITY (\d+)", order) for _ in range(int(count))]
        for order in re.split(r"NUM_ARTICLES\w* : \d+", ordered)[1:]
    ]
    return floor, orders, int(head.get("PICKER_CAPACITY", 0))


def foodmart(path: Path) -> tuple[Layout, list[list[Place]]]:
    """Read a Foodmart file, in hundredths: the depot reaches every aisle by a way of its own.

    Such a depot is a cross aisle of no length, with a stretch as long as that way between it and each aisle.
    """
    lines = path.read_text(encoding="latin-1").splitlines()
    named = [line.split(maxsplit=3) for line in lines[lines.index(NAMES) + 1 :] if line]
    spots = {int(number): (float(x), float(y), name) for number, x, y, name in named}
    crossings = {
        (int(aisle), int(rank)): (number, y)
        for number, (_, y, name) in spots.items()
        for aisle, rank in re.findall(r"intersection aisle (\d+) bloc \d+ rank (\d+)", name)
    }
    arcs = _table(lines, *ARCS)
    legs = {int(end): round(100 * float(length)) for start, end, length in arcs if start == "0"}
    aisles, ranks = (1 + max(key[at] for key in crossings) for at in (0, 1))
    depths = [round(100 * crossings[0, rank][1]) for rank in range(ranks)]
    blocks = tuple(back - front for front, back in pairwise(depths))
    gaps = tuple(
        round(100 * (spots[crossings[at + 1, 0][0]][0] - spots[crossings[at, 0][0]][0])) for at in range(aisles - 1)
    )
    floor = Layout(
        heights=tuple((legs[crossings[aisle, 0][0]], *blocks) for aisle in range(aisles)),
        along=((0,) * (aisles - 1), *(gaps for _ in depths)),
        depot_aisle=0,
    )
    return floor, _orders(lines, spots, depths)


def _orders(lines: list[str], spots: dict[int, tuple[float, float, str]], depths: list[int]) -> list[list[Place]]:
    """Read where the products of each order lie."""
    location = {product: int(at) for product, at, _ in _table(lines, *PRODUCTS)}

    def place(product: str) -> Place:
        """Return where a product lies; the first block is the way to the depot."""
        _, y, name = spots[location[product]]
        block = bisect_right(depths, round(100 * y)) - 1
        return Place(int(name.split()[2]), 1 + block, round(100 * y) - depths[block])

    return [[place(product) for product in row[3::2]] for row in _table(lines, *ORDERS)]


def _table(lines: list[str], first: str, last: str) -> list[list[str]]:
    """Return the rows between two headings."""
    return [line.split() for line in lines[lines.index(first) + 1 : lines.index(last)]]
