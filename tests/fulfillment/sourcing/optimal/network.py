"""Draws sourcing problems as plain data, and recomputes from the data alone what an answer costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from random import Random
from typing import Any

from fulfillment.sourcing.optimal.shipping import ShippingOrder, Supply, Tariff

UNFILLED = 6000
LATE = 1500
LINES = (52, 24, 13, 6, 3, 2)
"""Orders of one, two … six lines, of a hundred."""
COVER = {"normal": (2.5, 1.6), "peak": (1.6, 1.0), "tight": (2.5, 0.85)}
"""Stock against demand, and capacity against parcels, by kind of day."""
Order = dict[str, Any]
Answer = Sequence[Mapping[Any, Sequence[int]]]


class Network:
    """Locations on a map, two of them large, and customers who order few of many products, some far more often."""

    def __init__(self, seed: int, *, locations: int = 12, products: int = 300) -> None:
        """Draw the locations and how much each product is asked for."""
        self.dice = Random(seed)
        self.places = [self._place() for _ in range(locations)]
        self.pick = [self.dice.randint(20, 90) for _ in self.places]
        self.handling = [self.dice.randint(0, 100) for _ in self.places]
        self.products = range(products)
        self.asked = [1 / (product + 1) ** 0.75 for product in self.products]

    def _place(self) -> tuple[float, float]:
        """Draw a point on the map, in kilometres."""
        return self.dice.uniform(0, 3800), self.dice.uniform(0, 2500)

    def order(self, lines: int | None = None) -> Order:
        """Draw an order and what each location charges for it: two services, zones, late penalty included."""
        dice = self.dice
        count = lines or min(dice.choices(range(1, 7), LINES)[0], len(self.products))
        wanted: list[int] = []
        while len(wanted) < count:
            product = dice.choices(self.products, self.asked)[0]
            if product not in wanted:
                wanted.append(product)
        home, promised = self._place(), dice.choice([2, 3, 5, 7])
        kilometres = [int(1.2 * hypot(x - home[0], y - home[1])) for x, y in self.places]
        zones = [min(8, 1 + far // 350) for far in kilometres]
        fixed = []
        for zone, handling in zip(zones, self.handling, strict=True):
            ground = 600 + 18 * zone + handling + LATE * (1 + (zone + 1) // 2 + (zone > 4) > promised)
            express = 1250 + 70 * zone + handling + LATE * (1 + (zone > 3) + (zone > 6) > promised)
            fixed.append([ground, express])
        weights = [max(50, int(dice.lognormvariate(6.6, 0.7))) for _ in wanted]
        rates = [[23 + 12 * zone, 50 + 30 * zone] for zone in zones]
        return {"sku": wanted, "weight_g": weights, "fixed": fixed, "perkg": rates, "dist": kilometres}

    def day(self, kind: str, *, orders: int, history: int = 0) -> dict[str, Any]:
        """Draw a day of orders, the past ones before it, and stock and capacity as scarce as the kind says."""
        cover, room = COVER[kind]
        past, coming = [self.order() for _ in range(history)], [self.order() for _ in range(orders)]
        lines = 1.9 * orders / sum(self.asked)
        stock = [[0] * len(self.products) for _ in self.places]
        for product in self.products:
            self._put(stock, product, 1.18 * cover * lines * self.asked[product])
        shares = [4 if at < 2 else 1 for at in range(len(self.places))]
        capacity = [int(1.25 * room * orders * share / sum(shares)) + 1 for share in shares]
        return {"pick": self.pick, "stock": stock, "cap": capacity, "history": past, "orders": coming}

    def _put(self, stock: list[list[int]], product: int, units: float) -> None:
        """Spread the units of a product over some locations, most of them over the large ones."""
        held = [at for at in range(len(stock)) if self.dice.random() < (0.8 if at < 2 else 0.28)]
        held = held or [self.dice.randrange(len(stock))]
        weights = {at: 3 if at < 2 else 1 for at in held}
        for at in held:
            share = units * weights[at] / sum(weights.values())
            stock[at][product] = int(share * self.dice.uniform(0.6, 1.4)) + 1

    def single(self, lines: int, *, stocked: float = 0.4) -> dict[str, Any]:
        """Draw one order by itself, in the words of a ``sourcing_single`` file."""
        order = self.order(lines)
        available = [[int(self.dice.random() < stocked) for _ in range(lines)] for _ in self.places]
        for line in range(lines):
            available[self.dice.randrange(len(self.places))][line] = 1
        return {
            "weight_g": order["weight_g"],
            "avail": available,
            "fixed_cents": order["fixed"],
            "per_started_kg_cents": order["perkg"],
            "pick_cents_per_line": self.pick,
        }


def long_order(
    seed: int, lines: int, locations: int, *, stocked: float, kinds: int = 0
) -> tuple[ShippingOrder, Supply]:
    """Draw a long order; with ``kinds`` its lines are of only so many availabilities."""
    dice = Random(seed)
    tariffs = []
    for zone in (dice.randint(1, 8) for _ in range(locations)):
        fixed = (600 + 18 * zone + dice.randint(0, 100) + 1500 * (zone > 5), 1250 + 70 * zone)
        tariffs.append(Tariff(fixed, (23 + 12 * zone, 50 + 30 * zone), dice.randint(20, 90)))
    patterns = [[dice.random() < stocked for _ in range(locations)] for _ in range(kinds or lines)]
    stock = {}
    for line in range(lines):
        pattern = dice.choice(patterns) if kinds else patterns[line]
        stock |= {(at, line): 1 for at, there in enumerate(pattern) if there}
        stock.setdefault((dice.randrange(locations), line), 1)
    weights = tuple(max(50, int(dice.lognormvariate(6.4, 0.7))) for _ in range(lines))
    return ShippingOrder(weights, tuple(tariffs), tuple(range(lines))), Supply(stock, [None] * locations)


def bill_of_single(order: Order, plan: Mapping[Any, Sequence[int]]) -> int:
    """Return the cost of a plan of a single order; it must ship every line once, from where it is."""
    assert sorted(line for lines in plan.values() for line in lines) == list(range(len(order["weight_g"])))
    total = 0
    for name, lines in plan.items():
        at = int(name)
        assert lines and all(order["avail"][at][line] for line in lines)
        services = zip(order["fixed_cents"][at], order["per_started_kg_cents"][at], strict=True)
        total += _parcel(services, sum(order["weight_g"][line] for line in lines))
        total += order["pick_cents_per_line"][at] * len(lines)
    return total


def bill_of_day(day: Mapping[str, Any], answer: Answer) -> tuple[int, int]:
    """Return the cost of a day's plans and the lines unfilled; nothing may be taken that is not there."""
    stock, capacity = [list(row) for row in day["stock"]], list(day["cap"])
    total = missing = 0
    for order, plan in zip(day["orders"], answer, strict=True):
        shipped = [line for lines in plan.values() for line in lines]
        assert len(shipped) == len(set(shipped)) and all(lines for lines in plan.values())
        missing += len(order["sku"]) - len(shipped)
        for name, lines in plan.items():
            at = int(name)
            capacity[at] -= 1
            for line in lines:
                stock[at][order["sku"][line]] -= 1
            services = zip(order["fixed"][at], order["perkg"][at], strict=True)
            total += _parcel(services, sum(order["weight_g"][line] for line in lines)) + day["pick"][at] * len(lines)
    assert min(capacity) >= 0 and all(min(row) >= 0 for row in stock)
    return total + UNFILLED * missing, missing


def _parcel(services: Any, grams: int) -> int:
    """Return what the cheapest service charges."""
    return min(fixed + rate * ((grams + 999) // 1000) for fixed, rate in services)


def orders_of(day: Mapping[str, Any], name: str = "orders") -> list[ShippingOrder]:
    """Return a day's orders as the engine sees them."""
    return [
        ShippingOrder(
            tuple(row["weight_g"]),
            tuple(
                Tariff(tuple(fixed), tuple(rates), pick)
                for fixed, rates, pick in zip(row["fixed"], row["perkg"], day["pick"], strict=True)
            ),
            tuple(row["sku"]),
        )
        for row in day[name]
    ]


def supply_of(day: Mapping[str, Any]) -> Supply:
    """Return a day's stock and capacity as the engine sees them."""
    stock = {(at, product): units for at, row in enumerate(day["stock"]) for product, units in enumerate(row)}
    return Supply(stock, list(day["cap"]))


def as_answer(plans: Sequence[Any]) -> list[dict[int, list[int]]]:
    """Return plans as an answer."""
    return [{at: list(lines) for at, lines in plan} for plan in plans]
