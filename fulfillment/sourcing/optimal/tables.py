"""Orders as tables: what every location charges for every set of lines, many orders of equally many lines at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fulfillment.sourcing.optimal.partition import NEVER, Floats, Integers, Partitions, cheapest_partitions, members_of
from fulfillment.sourcing.optimal.shipping import GRAMS_PER_KG, Plan, ShippingOrder, Tariff

CELLS = 2_000_000
"""The largest table, in cells of 8 bytes; more orders make more tables."""
NO_LIMIT = 1 << 50
"""Grams that no parcel weighs."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders of equally many lines; the last location of every table is "nobody", which leaves lines unfilled."""

    numbers: tuple[int, ...]
    """The place of each order in the list that the batch was made of."""
    orders: tuple[ShippingOrder, ...]
    products: Integers
    """By order and line."""
    quantities: Integers
    """By order and line."""
    able: Floats
    """By order, location and line: 0, or ``NEVER`` where the location lacks the capability."""
    table: Floats
    """Cost by order, location and set of lines, as if everything were there."""
    repeats: tuple[int, ...]
    """The places in the batch of orders that want one product on several lines."""

    def solve(self, units: Floats, parcels: Floats, *, stock: Floats, unfilled: int) -> Partitions:
        """Return the cheapest partition of every order under fees.

        :param units: fee by location and product for one unit
        :param parcels: fee by location for one parcel
        :param stock: units by location and product; a line that wants more is not shipped from there
        :param unfilled: what an unfilled line costs
        """
        lines = self.products.shape[1]
        members = members_of(lines)
        fees = (units[:, self.products] * self.quantities).transpose(1, 0, 2)
        short = (stock[:, self.products] < self.quantities).transpose(1, 0, 2)
        fees = np.where(short, NEVER, fees + self.able)
        count, locations = fees.shape[:2]
        table = np.empty((count, locations + 1, members.shape[1]))
        np.matmul(fees, members, out=table[:, :-1])
        table[:, :-1] += self.table
        table[:, :-1] += parcels[:, None]
        table[:, -1] = unfilled * members.sum(axis=0)
        table[:, :, 0] = 0
        for place in self.repeats:
            self._bar_repeats(place, table[place], stock)
        return cheapest_partitions(table)

    def _bar_repeats(self, place: int, table: Floats, stock: Floats) -> None:
        """Forbid sets of lines that together want more of one product than a location has."""
        members = members_of(self.products.shape[1])
        for product in set(self.products[place].tolist()):
            wanted = np.where(self.products[place] == product, self.quantities[place], 0) @ members
            table[:-1][stock[:, product][:, None] < wanted] = NEVER


def batches_of(orders: Sequence[ShippingOrder]) -> list[Batch]:
    """Group orders by their number of lines, into tables that fit the memory."""
    groups: dict[int, list[int]] = {}
    for number, order in enumerate(orders):
        if order.weights_g:
            groups.setdefault(len(order.weights_g), []).append(number)
    batches: list[Batch] = []
    for lines, numbers in sorted(groups.items()):
        size = max(1, CELLS // (len(orders[numbers[0]].tariffs) << lines))
        starts = range(0, len(numbers), size)
        batches += [_batch(orders, numbers[start : start + size]) for start in starts]
    return batches


def _batch(orders: Sequence[ShippingOrder], numbers: Sequence[int]) -> Batch:
    """Build the table of some orders of equally many lines."""
    chosen = tuple(orders[number] for number in numbers)
    lines = len(chosen[0].weights_g)
    return Batch(
        numbers=tuple(numbers),
        orders=chosen,
        products=np.array([order.products for order in chosen], dtype=np.int64),
        quantities=np.array([order.quantities or (1,) * lines for order in chosen], dtype=np.int64),
        able=_able(chosen, lines),
        table=cost_table(chosen),
        repeats=tuple(at for at, order in enumerate(chosen) if len(set(order.products)) < lines),
    )


def _able(orders: Sequence[ShippingOrder], lines: int) -> Floats:
    """Return 0 where a location may ship a line, ``NEVER`` where it lacks the capability."""
    barred = np.zeros((len(orders), len(orders[0].tariffs), lines))
    for at, order in enumerate(orders):
        for location, mask in enumerate(order.able):
            barred[at, location] = [0 if mask >> line & 1 else NEVER for line in range(lines)]
    return barred


def cost_table(orders: Sequence[ShippingOrder]) -> Floats:
    """Return what each location charges for each set of lines, by order, location and set; nothing costs nothing."""
    members = members_of(len(orders[0].weights_g))
    grams = np.array([order.weights_g for order in orders], dtype=np.float64) @ members
    kilograms = np.ceil(grams / GRAMS_PER_KG)[:, None, :]
    most = max(len(tariff.fixed) for order in orders for tariff in order.tariffs)
    limited = any(tariff.up_to_g or tariff.once for order in orders for tariff in order.tariffs)
    fixed = _by_service(orders, lambda tariff: tariff.fixed, most)
    rates = _by_service(orders, lambda tariff: tariff.per_started_kg, most)
    steps = _by_service(orders, _limits, most) if limited else None
    once = _by_service(orders, _once, most) if limited else None
    table = np.empty(0)
    for service in range(most):
        cost = rates[:, :, service, None] * kilograms
        if steps is None or once is None:
            cost += fixed[:, :, service, None]
        else:
            parcels = np.maximum(1, np.ceil(grams[:, None, :] / steps[:, :, service, None]))
            cost += fixed[:, :, service, None] * parcels + once[:, :, service, None]
        table = np.minimum(table, cost, out=table) if service else cost
    per_line = np.array([[tariff.per_line for tariff in order.tariffs] for order in orders], dtype=np.float64)
    table += per_line[:, :, None] * members.sum(axis=0)
    table[:, :, 0] = 0
    return table


def _by_service(orders: Sequence[ShippingOrder], numbers: Callable[[Tariff], tuple[int, ...]], length: int) -> Floats:
    """Return numbers of tariffs by order, location and service."""
    rows = [[_padded(numbers(tariff), length) for tariff in order.tariffs] for order in orders]
    return np.array(rows, dtype=np.float64)


def _limits(tariff: Tariff) -> tuple[int, ...]:
    """Return the heaviest parcel of each service, ``NO_LIMIT`` where any weight goes."""
    return tuple(most or NO_LIMIT for most in tariff.up_to_g or (0,) * len(tariff.fixed))


def _once(tariff: Tariff) -> tuple[int, ...]:
    """Return what a consignment costs however many parcels it goes in, by service."""
    return tariff.once or (0,) * len(tariff.fixed)


def _padded(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    """Repeat the first service until a location has as many as the others."""
    return numbers + numbers[:1] * (length - len(numbers))


def without_unfilled(plan: Plan, locations: int) -> Plan:
    """Return a plan without the lines given to "nobody"."""
    return tuple(parcel for parcel in plan if parcel[0] < locations)
