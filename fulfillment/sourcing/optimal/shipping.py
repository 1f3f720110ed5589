"""What least-cost sourcing looks at: orders, what each location charges for them, stock and capacity; all frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

GRAMS_PER_KG = 1000
MOST_LINES = 10
"""Lines that are decided exactly; each more makes the tables twice, the work three times as large."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one location pays to send one parcel of an order, in minor units; the cheapest service is taken."""

    fixed: tuple[int, ...]
    """By service: the parcel itself, with zone, handling and the penalty for being late."""
    per_started_kg: tuple[int, ...]
    """By service: each started kilogram."""
    per_line: int = 0
    """Picking one line."""
    up_to_g: tuple[int, ...] = ()
    """By service: the heaviest parcel, 0 for any weight; what is heavier goes in several, each at the fixed price."""
    once: tuple[int, ...] = ()
    """By service: what a consignment costs however many parcels it goes in: distance, lateness."""

    def parcel(self, grams: int, lines: int) -> int:
        """Return the cost of one consignment of so many grams and lines."""
        return min(self.service(at, grams) for at in range(len(self.fixed))) + self.per_line * lines

    def service(self, at: int, grams: int) -> int:
        """Return what one service costs for so many grams, without picking."""
        most = self.up_to_g[at] if self.up_to_g else 0
        parcels = max(1, -(-grams // most)) if most else 1
        kilograms = -(-grams // GRAMS_PER_KG)
        return self.fixed[at] * parcels + self.per_started_kg[at] * kilograms + (self.once[at] if self.once else 0)

    def without_steps(self, grams: int) -> Tariff:
        """Return the tariff that is nearest without weight limits, for consignments of up to so many grams.

        Exact where no limit is reached; else the price of further parcels is spread over the kilograms.
        """
        if not self.up_to_g and not self.once:
            return self
        fixed, rates = list(self.fixed), list(self.per_started_kg)
        for at, most in enumerate(self.up_to_g):
            if most and grams > most:
                rates[at] += fixed[at] * GRAMS_PER_KG // most
                fixed[at] //= 2
        for at, cost in enumerate(self.once):
            fixed[at] += cost
        return Tariff(tuple(fixed), tuple(rates), self.per_line)


@dataclass(frozen=True, slots=True)
class ShippingOrder:
    """The lines of one order and what every location charges for them; locations are numbered from 0."""

    weights_g: tuple[int, ...]
    """By line: grams of the whole line."""
    tariffs: tuple[Tariff, ...]
    """By location."""
    products: tuple[int, ...]
    """By line: the number of its product."""
    quantities: tuple[int, ...] = ()
    """By line: units; empty is one of each."""
    able: tuple[int, ...] = ()
    """By location: the lines whose capability it has, bit by bit from line 0; empty is all of them."""

    def wanted(self, line: int) -> int:
        """Return the units that a line wants."""
        return self.quantities[line] if self.quantities else 1

    def can_serve(self, location: int, line: int) -> bool:
        """Say whether a location has the capability that a line asks for."""
        return not self.able or bool(self.able[location] >> line & 1)

    def sorted_lines(self) -> tuple[ShippingOrder, tuple[int, ...]]:
        """Return the order with its lines in an order of their own, and for each of them its former number.

        Equal orders are then decided equally, however their lines were written.
        """
        rank = sorted(range(len(self.weights_g)), key=lambda line: (self.products[line], *self._of(line), line))
        return self.with_lines(rank), tuple(rank)

    def with_lines(self, lines: Sequence[int]) -> ShippingOrder:
        """Return an order of some of the lines, in the given order."""
        able = tuple(sum((mask >> line & 1) << at for at, line in enumerate(lines)) for mask in self.able)
        return ShippingOrder(
            weights_g=tuple(self.weights_g[line] for line in lines),
            tariffs=self.tariffs,
            products=tuple(self.products[line] for line in lines),
            quantities=tuple(self.quantities[line] for line in lines) if self.quantities else (),
            able=able,
        )

    def renumbered(self, numbers: Mapping[int, int]) -> ShippingOrder:
        """Return the order with other numbers for its products."""
        return replace(self, products=tuple(numbers[product] for product in self.products))

    def _of(self, line: int) -> tuple[int, ...]:
        """Return what tells two lines of one product apart."""
        return (self.weights_g[line], self.wanted(line), *(mask >> line & 1 for mask in self.able))


Parcel: TypeAlias = tuple[int, tuple[int, ...]]
"""A location and the lines that it ships, ascending."""

Plan: TypeAlias = tuple[Parcel, ...]
"""The parcels of one order, by location; lines in none of them stay unfilled."""


def cost_of(order: ShippingOrder, plan: Plan, *, unfilled: int = 0) -> int:
    """Return what a plan costs in minor units, with ``unfilled`` for each line that nobody ships."""
    total, left = 0, len(order.weights_g)
    for location, lines in plan:
        grams = sum(order.weights_g[line] for line in lines)
        total += order.tariffs[location].parcel(grams, len(lines))
        left -= len(lines)
    return total + unfilled * left


@dataclass(slots=True)
class Supply:
    """What is left while orders are decided: units by (location, product) and parcels by location (None: no limit)."""

    stock: dict[tuple[int, int], int]
    capacity: list[int | None]

    def has(self, location: int, product: int, quantity: int) -> bool:
        """Say whether a location can still send a parcel with so many units in it."""
        left = self.capacity[location]
        return (left is None or left > 0) and self.stock.get((location, product), 0) >= quantity

    def take(self, order: ShippingOrder, plan: Plan) -> None:
        """Subtract a plan: one parcel for each location, and the units of its lines.

        :raises ValueError: when something is not there; nothing is subtracted then.
        """
        need = needs_of(order, plan)
        for (location, product), units in need.items():
            if not self.has(location, product, units):
                raise ValueError(f"Location {location} cannot ship {units} of product {product}.")
        for key, units in need.items():
            self.stock[key] -= units
        for location, _ in plan:
            left = self.capacity[location]
            if left is not None:
                self.capacity[location] = left - 1


def needs_of(order: ShippingOrder, plan: Plan) -> dict[tuple[int, int], int]:
    """Return the units that a plan takes, by (location, product)."""
    need: dict[tuple[int, int], int] = {}
    for location, lines in plan:
        for line in lines:
            key = (location, order.products[line])
            need[key] = need.get(key, 0) + order.wanted(line)
    return need


@dataclass(frozen=True, slots=True)
class ScarcityFees:
    """What one parcel of a location, or one unit of its stock, is worth to the orders still to come, in minor units.

    Learned from past orders; added to the cost of a choice, never to a bill, never a reason to leave a line unfilled.
    """

    parcels: Mapping[int, int] = field(default_factory=dict)
    """By location."""
    units: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """By (location, product)."""
    computed_on: str = ""
    """ISO day of the computation, given by the caller."""
    horizon: int = 0
    """Orders that the stock and capacity had to last for."""
    sample_size: int = 0
    """Past orders that the fees were learned from."""
    enabled: bool = True
    """The switch: off, every fee is 0."""
    caps: Mapping[int, int] = field(default_factory=dict)
    """By location: the most that any one fee of it may be; 0 switches the location's fees off."""

    def of_parcel(self, location: int) -> int:
        """Return the fee for one parcel of a location."""
        return self._capped(location, self.parcels.get(location, 0))

    def of_unit(self, location: int, product: int) -> int:
        """Return the fee for one unit of a product at a location."""
        return self._capped(location, self.units.get((location, product), 0))

    def _capped(self, location: int, fee: int) -> int:
        """Return a fee within the location's cap, 0 when fees are switched off."""
        if not self.enabled:
            return 0
        cap = self.caps.get(location)
        return fee if cap is None or fee < cap else cap


NO_FEES = ScarcityFees()


def locations_of(orders: Iterable[ShippingOrder]) -> int:
    """Return how many locations the orders have tariffs of; 0 without orders."""
    return max((len(order.tariffs) for order in orders), default=0)
