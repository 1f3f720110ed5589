"""Walks and waves written down as plain data: read, decided by the same functions as the live floor, answered as data.

A floor is ``aisles``, ``aisle_spacing``, ``cross_aisle_y`` (ascending), ``blocks`` (one fewer) and ``depot_aisle``; the
depot stands on the first cross aisle. A pick is ``[aisle, y]``. Lengths are decimal numbers in any unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Self

from fulfillment.picking.batching import Effort, batch_well
from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.routing import shortest_walk
from fulfillment.picking.wave import Wave
from fulfillment.problems import BadInstance, field_of, list_of, number_of

FINEST = 10**6
"""Lengths are told apart to a millionth of their unit."""
LONGEST = 10**6
MOST_AISLES, MOST_CROSS_AISLES = 1000, 50
MOST_PICKS = 10_000
"""So many places a pick list has at most, and so many items all orders of a wave together have ten times."""
SECONDS = 6.0
"""So long one wave is thought about at most."""

Clock = Callable[[], float]


def decide_walks(data: Any) -> list[list[int]]:
    """Return, for each pick list, the numbers of its picks in the order of a shortest walk.

    :raises BadInstance: when the data is not of this kind
    """
    rows = list_of(field_of(data, "instances", ""), "instances")
    problems = [_read_list(row, f"instances[{number}]") for number, row in enumerate(rows)]
    return [list(shortest_walk(layout, places).order) for layout, places in problems]


def decide_batches(data: Any, clock: Clock) -> list[list[list[int]]]:
    """Return, for each wave, the numbers of its orders by cart.

    :param clock: tells the seconds, so that a wave takes no longer than it may
    :raises BadInstance: when the data is not of this kind, or an order is larger than a cart
    """
    rows = list_of(field_of(data, "instances", ""), "instances")
    waves = [_read_wave(row, f"instances[{number}]") for number, row in enumerate(rows)]
    return [_decided(wave, clock) for wave in waves]


def kinds(clock: Clock) -> Mapping[str, Callable[[Any], Any]]:
    """Return what decides a problem, by the beginning of its kind's name."""
    return {"routing": decide_walks, "batching": partial(decide_batches, clock=clock)}


def _decided(wave: Wave, clock: Clock) -> list[list[int]]:
    """Divide one wave into carts."""
    ends = clock() + SECONDS
    found = batch_well(wave, Effort(), left=lambda: ends - clock())
    return [list(cart) for cart in found.batches]


@dataclass(frozen=True, slots=True)
class _Floor:
    """A floor as it is written down."""

    layout: Layout
    depths: Sequence[int]
    """Of the cross aisles."""

    @classmethod
    def read(cls, row: Any, where: str) -> Self:
        """Read a floor."""
        aisles = _between(field_of(row, "aisles", where), f"{where}.aisles", 1, MOST_AISLES)
        written = list_of(field_of(row, "cross_aisle_y", where), f"{where}.cross_aisle_y")
        depths = [_length(depth, f"{where}.cross_aisle_y[{at}]") for at, depth in enumerate(written)]
        if not 2 <= len(depths) <= MOST_CROSS_AISLES or any(back < front for front, back in pairwise(depths)):
            raise BadInstance(f"{where}.cross_aisle_y: 2 to {MOST_CROSS_AISLES} ascending numbers are expected.")
        if "blocks" in row and number_of(row["blocks"], f"{where}.blocks") != len(depths) - 1:
            raise BadInstance(f"{where}.blocks: there is one block fewer than cross aisles.")
        spacing = _length(field_of(row, "aisle_spacing", where), f"{where}.aisle_spacing")
        if spacing < 0:
            raise BadInstance(f"{where}.aisle_spacing: no length is negative.")
        depot = _between(field_of(row, "depot_aisle", where), f"{where}.depot_aisle", 0, aisles - 1)
        layout = Layout.rectangle(aisles=aisles, spacing=spacing, crossings=depths, depot_aisle=depot)
        return cls(layout, depths)

    def places(self, value: Any, where: str) -> list[Place]:
        """Read picks."""
        picks = list_of(value, where)
        if len(picks) > MOST_PICKS:
            raise BadInstance(f"{where}: there may be {MOST_PICKS} picks, there are {len(picks)}.")
        return [self._place(pick, f"{where}[{at}]") for at, pick in enumerate(picks)]

    def _place(self, pick: Any, where: str) -> Place:
        """Read a pick."""
        aisle, depth = list_of(pick, where, 2)
        at = _length(depth, f"{where}[1]")
        if not self.depths[0] <= at <= self.depths[-1]:
            raise BadInstance(f"{where}[1]: a pick lies between the first and the last cross aisle.")
        block = min(bisect_right(self.depths, at), len(self.depths) - 1) - 1
        return Place(_between(aisle, f"{where}[0]", 0, self.layout.aisles - 1), block, at - self.depths[block])


def _read_list(row: Any, where: str) -> tuple[Layout, list[Place]]:
    """Read one pick list with its floor."""
    floor = _Floor.read(row, where)
    return floor.layout, floor.places(field_of(row, "picks", where), f"{where}.picks")


def _read_wave(row: Any, where: str) -> Wave:
    """Read one wave with its floor; an order takes a cart's room by its picks."""
    floor = _Floor.read(row, where)
    capacity = number_of(field_of(row, "capacity_items", where), f"{where}.capacity_items")
    orders = []
    for number, order in enumerate(list_of(field_of(row, "orders", where), f"{where}.orders")):
        orders.append(tuple(floor.places(order, f"{where}.orders[{number}]")))
        if len(orders[-1]) > capacity:
            size = len(orders[-1])
            raise BadInstance(f"{where}.orders[{number}]: {size} items do not fit a cart of {capacity}.")
    return Wave(floor.layout, tuple(orders), tuple(map(len, orders)), capacity)


def _between(value: Any, where: str, least: int, most: int) -> int:
    """Return a whole number within limits, also where it is written as 3.0."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if type(whole) is not int or not least <= whole <= most:
        raise BadInstance(f"{where}: a whole number from {least} to {most} is expected.")
    return whole


def _length(value: Any, where: str) -> int:
    """Return a decimal number in millionths of its unit."""
    if type(value) not in (int, float) or not abs(value) <= LONGEST:
        raise BadInstance(f"{where}: a number up to {LONGEST} is expected.")
    units: int = round(value * FINEST)
    return units
