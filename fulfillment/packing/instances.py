"""Orders and boxes written down as plain data: read, packed by the same functions as live orders, answered as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fulfillment.packing.choosing import choose_box
from fulfillment.packing.pieces import Box, Piece, Sides
from fulfillment.problems import BadInstance, field_of, list_of, number_of

MOST_MM = 100_000
"""No side is longer."""
MOST_PIECES = 2000
"""No order has more pieces."""


def decide_cartons(data: Any) -> list[dict[str, Any]]:
    """Choose the cheapest box for each order and say where its pieces lie; ``box`` is null where none holds them.

    An order has ``items_mm``, ``boxes_mm`` and ``box_cost``; it may have ``item_g``, ``upright`` and ``fragile`` by
    piece, and ``box_max_g`` by box.

    :raises BadInstance: when the data is not of this kind
    """
    orders = list_of(field_of(data, "orders", ""), "orders")
    return [_decide(order, f"orders[{number}]") for number, order in enumerate(orders)]


KINDS: Mapping[str, Callable[[Any], list[dict[str, Any]]]] = {"carton": decide_cartons}
"""What decides a problem, by the beginning of its kind's name."""


def _decide(order: Any, where: str) -> dict[str, Any]:
    """Read one order, choose, and say it as data."""
    choice = choose_box(_pieces(order, where), _boxes(order, where))
    return {
        "box": choice.box,
        "pos": [list(placed.at) for placed in choice.packing],
        "dim": [list(placed.sides) for placed in choice.packing],
    }


def _pieces(order: Any, where: str) -> list[Piece]:
    """Read the pieces of an order."""
    sides = [_sides(item, f"{where}.items_mm[{at}]") for at, item in enumerate(_items(order, "items_mm", where))]
    count = len(sides)
    if count > MOST_PIECES:
        raise BadInstance(f"{where}.items_mm: an order has at most {MOST_PIECES} pieces, there are {count}.")
    grams = _column(order, "item_g", where, count, number_of) or [0] * count
    upright = _column(order, "upright", where, count, _yes) or [False] * count
    fragile = _column(order, "fragile", where, count, _yes) or [False] * count
    return [Piece(*facts) for facts in zip(sides, grams, upright, fragile, strict=True)]


def _boxes(order: Any, where: str) -> list[Box]:
    """Read the boxes that are offered for an order."""
    inner = [_sides(box, f"{where}.boxes_mm[{at}]") for at, box in enumerate(_items(order, "boxes_mm", where))]
    field_of(order, "box_cost", where)
    costs = _column(order, "box_cost", where, len(inner), number_of)
    limits = _column(order, "box_max_g", where, len(inner), number_of) or [None] * len(inner)
    return [Box(*facts) for facts in zip(inner, costs, limits, strict=True)]


def _items(data: Any, name: str, where: str) -> list[Any]:
    """Return the list under a name."""
    return list_of(field_of(data, name, where), f"{where}.{name}")


def _column(data: Any, name: str, where: str, count: int, read: Callable[[Any, str], Any]) -> list[Any]:
    """Return what stands for each piece or box under a name, an empty list where the name is not there."""
    if name not in data:
        return []
    values = list_of(data[name], f"{where}.{name}", count)
    return [read(value, f"{where}.{name}[{at}]") for at, value in enumerate(values)]


def _sides(value: Any, where: str) -> Sides:
    """Return three lengths."""
    lengths = list_of(value, where)
    if len(lengths) != 3 or any(type(length) is not int or not 0 < length <= MOST_MM for length in lengths):
        raise BadInstance(f"{where}: three whole numbers from 1 to {MOST_MM} are expected, in millimetres.")
    return lengths[0], lengths[1], lengths[2]


def _yes(value: Any, where: str) -> bool:
    """Return a yes or a no."""
    if not isinstance(value, bool):
        raise BadInstance(f"{where}: true or false is expected.")
    return value
