"""Sourcing problems written down as plain data: read, decided by the same functions as live orders, answered as data.

Every number is a whole number: minor units, grams, units, parcels. Locations, products and lines are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from fulfillment.problems import MOST, BadInstance, field_of, list_of, numbers_of, table_of
from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.pool import decide_pool
from fulfillment.sourcing.optimal.shipping import Plan, ShippingOrder, Supply, Tariff
from fulfillment.sourcing.optimal.stream import decide_stream

UNFILLED = 6000
"""What a line that nobody ships costs in streams and pools, in minor units."""

Answer: TypeAlias = list[dict[int, list[int]]]


def decide_single(data: Any) -> Answer:
    """Decide each order by itself, every line from one location that has it.

    :raises BadInstance: when the data is not of this kind, or no location has a line
    """
    answer = []
    for number, row in enumerate(list_of(field_of(data, "orders", ""), "orders")):
        where = f"orders[{number}]"
        order, supply = _single(row, where)
        plan = decide_order(order, supply)
        shipped = {line for _, lines in plan for line in lines}
        missing = [line for line in range(len(order.weights_g)) if line not in shipped]
        if missing:
            raise BadInstance(f"{where}: no location has line {missing[0]}.")
        answer.append(_as_data(plan))
    return answer


def decide_in_sequence(data: Any) -> Answer:
    """Decide each order of a stream before the next is seen, with fees learned from its history.

    :raises BadInstance: when the data is not of this kind
    """
    supply, per_line = _network(data)
    history = _orders(data, "history", per_line, supply)
    orders = _orders(data, "orders", per_line, supply)
    return [_as_data(plan) for plan in decide_stream(orders, history, supply, unfilled=UNFILLED)]


def decide_together(data: Any) -> Answer:
    """Decide the orders of a pool jointly; the data is like a stream's, a history is not needed.

    :raises BadInstance: when the data is not of this kind, or an order has too many lines
    """
    supply, per_line = _network(data)
    orders = _orders(data, "orders", per_line, supply)
    try:
        return [_as_data(plan) for plan in decide_pool(orders, supply, unfilled=UNFILLED).plans]
    except ValueError as error:
        raise BadInstance(str(error)) from error


KINDS: Mapping[str, Callable[[Any], Answer]] = {
    "sourcing_single": decide_single,
    "sourcing_stream": decide_in_sequence,
    "sourcing_pool": decide_together,
}
"""What decides a problem, by the beginning of its kind's name."""


def _as_data(plan: Plan) -> dict[int, list[int]]:
    """Return a plan as lines by location."""
    return {location: list(lines) for location, lines in plan}


def _single(row: Any, where: str) -> tuple[ShippingOrder, Supply]:
    """Read one order with what is available for it."""
    weights = numbers_of(field_of(row, "weight_g", where), f"{where}.weight_g")
    per_line = numbers_of(field_of(row, "pick_cents_per_line", where), f"{where}.pick_cents_per_line")
    lines = len(weights)
    if not per_line:
        raise BadInstance(f"{where}: there are no locations.")
    available = table_of(field_of(row, "avail", where), f"{where}.avail", len(per_line), lines)
    tariffs = _tariffs(row, ("fixed_cents", "per_started_kg_cents"), per_line, where)
    stock = {
        (location, line): min(1, there) for location, have in enumerate(available) for line, there in enumerate(have)
    }
    order = _payable(ShippingOrder(tuple(weights), tariffs, tuple(range(lines))), where)
    return order, Supply(stock, [None] * len(per_line))


def _network(data: Any) -> tuple[Supply, list[int]]:
    """Read stock, capacity and what picking a line costs at each location."""
    per_line = numbers_of(field_of(data, "pick", ""), "pick")
    levels = list_of(field_of(data, "stock", ""), "stock")
    products = len(list_of(levels[0], "stock[0]")) if levels else 0
    stock = table_of(levels, "stock", len(per_line), products)
    capacity = numbers_of(field_of(data, "cap", ""), "cap", len(per_line))
    units = {(location, product): have for location, row in enumerate(stock) for product, have in enumerate(row)}
    return Supply(units, list(capacity)), per_line


def _orders(data: Any, name: str, per_line: Sequence[int], supply: Supply) -> list[ShippingOrder]:
    """Read the orders under one name."""
    products = 1 + max((product for _, product in supply.stock), default=-1)
    orders = []
    for number, row in enumerate(list_of(field_of(data, name, ""), name)):
        where = f"{name}[{number}]"
        wanted = numbers_of(field_of(row, "sku", where), f"{where}.sku")
        if any(product >= products for product in wanted):
            raise BadInstance(f"{where}.sku: there are {products} products, numbered from 0.")
        weights = numbers_of(field_of(row, "weight_g", where), f"{where}.weight_g", len(wanted))
        tariffs = _tariffs(row, ("fixed", "perkg"), per_line, where)
        orders.append(_payable(ShippingOrder(tuple(weights), tariffs, tuple(wanted)), where))
    return orders


def _payable(order: ShippingOrder, where: str) -> ShippingOrder:
    """Return an order no parcel of which costs so much that leaving it unfilled would count for less."""
    grams, lines = sum(order.weights_g), len(order.weights_g)
    if any(tariff.parcel(grams, lines) > MOST for tariff in order.tariffs):
        raise BadInstance(f"{where}: a parcel may cost at most {MOST} minor units.")
    return order


def _tariffs(row: Any, names: tuple[str, str], per_line: Sequence[int], where: str) -> tuple[Tariff, ...]:
    """Read what each location charges."""
    columns = [list_of(field_of(row, name, where), f"{where}.{name}", len(per_line)) for name in names]
    tariffs = []
    for location, (fixed, rates) in enumerate(zip(*columns, strict=True)):
        services = numbers_of(fixed, f"{where}.{names[0]}[{location}]")
        if not services:
            raise BadInstance(f"{where}.{names[0]}[{location}]: a location has at least one service.")
        kilograms = numbers_of(rates, f"{where}.{names[1]}[{location}]", len(services))
        tariffs.append(Tariff(tuple(services), tuple(kilograms), per_line[location]))
    return tuple(tariffs)
