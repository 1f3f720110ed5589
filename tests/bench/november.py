"""A month of a real shop at six locations: what least-cost sourcing saves beside the rules of other systems.

Orders, quantities and times are those of the November file; freight is a table of our own, by distance and kilogram.
"""

from __future__ import annotations

import csv
import gzip
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fulfillment.sourcing.geography import UNKNOWN_KM, distance_km, locate
from fulfillment.sourcing.optimal.learning import learn_fees
from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.shipping import NO_FEES, Plan, ScarcityFees, ShippingOrder, Supply, Tariff, cost_of
from fulfillment.sourcing.snapshot import Point
from tests.bench.table import Table
from tests.fulfillment.sourcing.optimal.network import UNFILLED

PARCEL, ZONES_KM, ZONE, STARTED_KG = 480, (80, 250, 600, 1200), 130, 45
"""Pence: a parcel, each zone further, each started kilogram (a third more in each zone)."""
PICK, STORE = 12, 150
"""Pence: a line picked; a parcel packed between customers."""
Order = tuple[str, ShippingOrder, list[float]]
Ruled = Callable[[Supply, ShippingOrder, list[float], int], float]
RULES: dict[str, Ruled] = {
    "priority": lambda supply, order, far, at: at,
    "distance": lambda supply, order, far, at: far[at],
    "most stock": lambda supply, order, far, at: -sum(supply.stock.get((at, sku), 0) for sku in order.products),
}


@dataclass(frozen=True)
class Shop:
    """The month in numbers: its orders by day of placement, and what lay where when it began."""

    orders: list[Order]
    stock: Mapping[tuple[int, int], int]
    capacity: list[int]

    def days(self) -> dict[str, list[Order]]:
        """Return the orders by day."""
        found: dict[str, list[Order]] = defaultdict(list)
        for one in self.orders:
            found[one[0]].append(one)
        return dict(found)


def measure(table: Table, folder: Path) -> None:
    """Add what the month costs with fees, without, and by each rule."""
    shop = read(folder)
    began = time.process_time()
    ours, unfilled = month(shop, least_cost(fees=False))
    spent = time.process_time() - began
    how = f"{len(shop.orders):,} orders, {unfilled:,} lines that nobody has, {spent:.0f} CPU s"
    table.add("November file, least cost, freight", ours / 100, "GBP", how=how)
    learnt, _ = month(shop, least_cost(fees=True))
    table.add("  with scarcity fees of the day before", 100 * (learnt / ours - 1), "% dearer")
    for name, merit in RULES.items():
        ruled, _ = month(shop, by_rule(merit))
        table.add(f"  by {name}", 100 * (ruled / ours - 1), "% dearer")


Decider = Callable[[Sequence[Order], Sequence[Order], Supply], list[Plan]]


def month(shop: Shop, decide: Decider) -> tuple[int, int]:
    """Return the cost in pence of all days, unfilled lines included, and the number of unfilled lines."""
    supply, cost, unfilled = Supply(dict(shop.stock), []), 0, 0
    before: Sequence[Order] = []
    for orders in shop.days().values():
        supply.capacity = list(shop.capacity)
        for (_, order, _), plan in zip(orders, decide(orders, before, supply), strict=True):
            cost += cost_of(order, plan, unfilled=UNFILLED)
            unfilled += len(order.products) - sum(len(lines) for _, lines in plan)
        before = orders
    return cost, unfilled


def least_cost(*, fees: bool) -> Decider:
    """Decide each order as it comes, with fees learnt from the day before or without."""

    def decide(orders: Sequence[Order], before: Sequence[Order], supply: Supply) -> list[Plan]:
        known: ScarcityFees = NO_FEES
        if fees and before:
            past = [order for _, order, _ in before]
            known = learn_fees(past, supply, horizon=len(orders), unfilled=UNFILLED)
        return [taken(supply, order, decide_order(order, supply, known)) for _, order, _ in orders]

    return decide


def by_rule(merit: Ruled) -> Decider:
    """Let location after location ship what it has of what is left."""

    def decide(orders: Sequence[Order], before: Sequence[Order], supply: Supply) -> list[Plan]:
        return [taken(supply, order, greedy(supply, order, far, merit)) for _, order, far in orders]

    return decide


def taken(supply: Supply, order: ShippingOrder, plan: Plan) -> Plan:
    """Subtract a plan and return it."""
    supply.take(order, plan)
    return plan


def greedy(supply: Supply, order: ShippingOrder, far: list[float], merit: Ruled) -> Plan:
    """Return what the locations ship when they are asked one after the other."""
    left, plan = list(range(len(order.products))), []
    for at in sorted(range(len(order.tariffs)), key=lambda at: (merit(supply, order, far, at), at)):
        given: dict[int, int] = defaultdict(int)
        lines = []
        for line in left:
            product, wanted = order.products[line], order.wanted(line)
            if supply.has(at, product, given[product] + wanted):
                given[product] += wanted
                lines.append(line)
        if lines:
            plan.append((at, tuple(lines)))
            left = [line for line in left if line not in lines]
    return tuple(sorted(plan))


# ------------------------------------------------------------ reading


def read(folder: Path) -> Shop:
    """Read the month, its locations, weights and stock from the folder of shared data."""
    places = list(rows(folder / "locations.csv"))
    weights = {row["sku"]: int(row["weight_g"] or 0) for row in rows(folder / "products.csv")}
    number = {sku: at for at, sku in enumerate(sorted(weights))}
    at = {row["code"]: place for place, row in enumerate(places)}
    stock = {
        (at[row["location"]], number[row["sku"]]): int(row["on_hand"]) - int(row["safety_stock"] or 0)
        for row in rows(folder / "stock.csv")
    }
    orders: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(folder / "orders_2011-11_shopify.csv.gz"):
        if row["Lineitem sku"] in number:
            orders[row["Name"]].append(row)
    read_orders = [order_of(lines, places, weights, number) for lines in orders.values()]
    return Shop(read_orders, stock, [int(row["daily_capacity"]) for row in places])


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, packed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def order_of(
    lines: Sequence[Mapping[str, str]],
    places: Sequence[Mapping[str, str]],
    weights: Mapping[str, int],
    number: Mapping[str, int],
) -> Order:
    """Return the day of an order, its problem, and its kilometres to each location."""
    head = lines[0]
    home = locate(head["Shipping Country"] or "GB", head["Shipping Zip"])
    points = [Point(float(row["latitude"]), float(row["longitude"])) for row in places]
    far = [distance_km(point, home) if home else float(UNKNOWN_KM) for point in points]
    units = [int(row["Lineitem quantity"]) for row in lines]
    order = ShippingOrder(
        weights_g=tuple(weights[row["Lineitem sku"]] * unit for row, unit in zip(lines, units, strict=True)),
        tariffs=tuple(tariff(row, km) for row, km in zip(places, far, strict=True)),
        products=tuple(number[row["Lineitem sku"]] for row in lines),
        quantities=tuple(units),
    )
    return head["Created at"][:10], order, far


def tariff(place: Mapping[str, str], km: float) -> Tariff:
    """Return what a location pays for a parcel over so many kilometres."""
    zone = sum(km > limit for limit in ZONES_KM)
    fixed = PARCEL + ZONE * zone + (STORE if place["kind"] == "store" else 0)
    return Tariff((fixed,), (STARTED_KG + STARTED_KG * zone // 3,), PICK)
