"""Least-cost sourcing beside the rules of other systems, on generated days: what each costs, how long ours takes."""

import time
from collections.abc import Callable, Sequence
from random import Random

from fulfillment.sourcing.optimal.long_orders import decide_long
from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.pool import decide_pool
from fulfillment.sourcing.optimal.shipping import NO_FEES, Plan, ShippingOrder, Supply, cost_of
from fulfillment.sourcing.optimal.stream import decide_stream
from tests.bench.table import Table
from tests.fulfillment.sourcing.optimal.network import UNFILLED, Network, long_order, orders_of, supply_of

DAYS = {"normal": "normal day", "peak": "peak day", "tight": "parcels short"}
Merit = Callable[[dict[str, list[int]], Supply, ShippingOrder, int], float]


def by_priority(row: dict[str, list[int]], supply: Supply, order: ShippingOrder, at: int) -> float:
    """Take locations by their place in a list."""
    return at


def by_distance(row: dict[str, list[int]], supply: Supply, order: ShippingOrder, at: int) -> float:
    """Take the nearest location first."""
    return row["dist"][at]


def by_stock(row: dict[str, list[int]], supply: Supply, order: ShippingOrder, at: int) -> float:
    """Take the location with most of the wanted products first."""
    return -sum(supply.stock.get((at, product), 0) for product in order.products)


RULES: dict[str, Merit] = {"priority": by_priority, "distance": by_distance, "most stock": by_stock}


def greedy(row: dict[str, list[int]], order: ShippingOrder, supply: Supply, merit: Merit) -> Plan:
    """Let location after location ship whatever it has of what is left, as order systems do."""
    left, plan = list(range(len(order.products))), []
    for at in sorted(range(len(order.tariffs)), key=lambda at: (merit(row, supply, order, at), at)):
        lines = [line for line in left if supply.has(at, order.products[line], 1)]
        if lines:
            plan.append((at, tuple(lines)))
            left = [line for line in left if line not in lines]
    return tuple(plan)


def measure(table: Table) -> None:
    """Add the rows of sourcing."""
    singles(table)
    days(table)
    pool(table)
    long_orders(table)


def singles(table: Table) -> None:
    """Compare single orders of one to ten lines at fifty locations."""
    network = Network(1, locations=50)
    ours, rules, spent = 0, dict.fromkeys(RULES, 0), []
    for number in range(200):
        row = network.order(1 + number % 10)
        day = {"pick": network.pick, "orders": [row]}
        (order,), supply = orders_of(day), drawn_stock(network.dice, row["sku"])
        plan, seconds = timed(order, supply)
        ours += cost_of(order, plan)
        spent.append(seconds)
        for name, merit in RULES.items():
            rules[name] += cost_of(order, greedy(row, order, supply, merit))
    table.add("sourcing, 1–10 lines at 50 locations, p95", 1000 * p95(spent), "CPU ms", most=2, how="200 orders")
    for name, cost in rules.items():
        table.add(f"  by {name}", 100 * (cost / ours - 1), "% dearer")


def drawn_stock(dice: Random, products: Sequence[int]) -> Supply:
    """Draw stock of four in ten products at each location, at least one unit somewhere."""
    stock = {(at, product): dice.randint(1, 40) for at in range(50) for product in products if dice.random() < 0.4}
    for product in products:
        stock.setdefault((dice.randrange(50), product), 1)
    return Supply(stock, [None] * 50)


def timed(order: ShippingOrder, supply: Supply) -> tuple[Plan, float]:
    """Return the plan and the least CPU seconds of three tries."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        plan = decide_order(order, supply)
        spent.append(time.process_time() - began)
    return plan, min(spent)


def p95(values: Sequence[float]) -> float:
    """Return the value that nineteen of twenty do not exceed."""
    return sorted(values)[int(0.95 * len(values))]


def days(table: Table) -> None:
    """Compare days of 800 orders with the bound of knowing the whole day before."""
    for kind, words in DAYS.items():
        day = Network(2).day(kind, orders=800, history=1200)
        orders = orders_of(day)
        bound = decide_pool(orders, supply_of(day), unfilled=UNFILLED).bound
        began = time.process_time()
        plans = decide_stream(orders, orders_of(day, "history"), supply_of(day), unfilled=UNFILLED)
        cost = bill(orders, plans)
        spent = time.process_time() - began
        table.add(f"sourcing, {words}, 800 orders", 100 * (cost / bound - 1), "% above hindsight", how=f"{spent:.0f} s")
        exact = bill(orders, decide_stream(orders, [], supply_of(day), unfilled=UNFILLED, every=0))
        table.add("  exact for each order, without fees", 100 * (exact / bound - 1), "% above hindsight")
        for name, merit in RULES.items():
            ruled = bill(orders, in_turn(day, merit))
            table.add(f"  by {name}", 100 * (ruled / bound - 1), "% above hindsight")


def in_turn(day: dict[str, list], merit: Merit) -> list[Plan]:
    """Decide a day by a rule."""
    supply, plans = supply_of(day), []
    for row, order in zip(day["orders"], orders_of(day), strict=True):
        plan = greedy(row, order, supply, merit)
        supply.take(order, plan)
        plans.append(plan)
    return plans


def bill(orders: Sequence[ShippingOrder], plans) -> int:
    """Return what plans cost, unfilled lines included."""
    return sum(cost_of(order, plan, unfilled=UNFILLED) for order, plan in zip(orders, plans, strict=True))


def pool(table: Table) -> None:
    """Decide a thousand waiting orders over twenty locations."""
    for kind, words in DAYS.items():
        day = Network(3, locations=20, products=400).day(kind, orders=1000)
        orders, supply = orders_of(day), supply_of(day)
        began = time.process_time()
        found = decide_pool(orders, supply, unfilled=UNFILLED)
        spent = time.process_time() - began
        table.add(f"pool of 1,000 at 20 locations, {words}", spent, "CPU s", most=10)
        table.add("  proven gap", 100 * found.gap, "%", most=0.5)


def long_orders(table: Table) -> None:
    """Decide orders of 200 lines at 20 locations."""
    spent, gaps = [], []
    for seed in range(20):
        order, supply = long_order(seed, 200, 20, stocked=0.5)
        began = time.process_time()
        found = decide_long(order, supply, NO_FEES)
        spent.append(time.process_time() - began)
        gaps.append(found.gap)
    table.add("sourcing, 200 lines at 20 locations, p95", 1000 * p95(spent), "CPU ms", most=50, how="20 orders")
    table.add("  stated gap, mean", 100 * sum(gaps) / len(gaps), "%", how="started kilograms included")
