"""Orders of more lines than the exact table holds: the best set of locations first, then line by line.

With freight taken in proportion to weight, choosing the locations is the uncapacitated facility location problem, which
add, drop and swap of locations solve well, and whose Lagrangian gives a bound. Started kilograms are then counted as
they are charged, while lines move and change places between the locations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfillment.sourcing.optimal.opening import Openings
from fulfillment.sourcing.optimal.partition import NEVER, Floats, Integers, cheapest_partitions, members_of
from fulfillment.sourcing.optimal.polishing import FEATHER, Sharing
from fulfillment.sourcing.optimal.shipping import MOST_LINES, Plan, ScarcityFees, ShippingOrder, Supply, Tariff
from fulfillment.sourcing.optimal.tables import cost_table

FEWEST_STARTS, MOST_STARTS, START_LINES = 4, 16, 800
"""Sets of locations that are looked at line by line: more of them where the order is short, for then they cost little
and a started kilogram weighs more."""


@dataclass(frozen=True, slots=True)
class LongPlan:
    """A plan with its cost, fees included, and what no plan of the order can be cheaper than; in minor units."""

    plan: Plan
    cost: int
    bound: float

    @property
    def gap(self) -> float:
        """Return by which share of the bound the plan may be too dear."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0


def decide_long(order: ShippingOrder, supply: Supply, fees: ScarcityFees) -> LongPlan:
    """Decide an order of any number of lines; lines that no location can fill whole stay unfilled."""
    allowed = _allowed(order, supply)
    fillable = np.flatnonzero(allowed.any(axis=0))
    if not len(fillable):
        return LongPlan((), 0, 0.0)
    left = _without_steps(order.with_lines(fillable.tolist()))
    sharing = _sharing(left, allowed[:, fillable], fees)
    openings = Openings(sharing)
    count = _starts(left)
    starts = sorted(map(openings.assign, openings.best(count)), key=sharing.rank)[:count]
    grouped = _by_groups(left, allowed[:, fillable], sharing)
    if grouped is not None:
        starts.append(grouped)
    polished = [sharing.polish(start) for start in starts]
    shares = min(polished, key=sharing.rank)
    plan = tuple(
        (int(location), tuple(fillable[shares == location].tolist())) for location in sorted(set(shares.tolist()))
    )
    return LongPlan(plan, round(sharing.cost(shares)), openings.bound)


def _without_steps(order: ShippingOrder) -> ShippingOrder:
    """Return the order with tariffs that grow evenly with the weight."""
    grams = sum(order.weights_g)
    return replace(order, tariffs=tuple(tariff.without_steps(grams) for tariff in order.tariffs))


def _starts(order: ShippingOrder) -> int:
    """Return how many sets of locations are worth a closer look."""
    return max(FEWEST_STARTS, min(MOST_STARTS, START_LINES // len(order.weights_g)))


def _allowed(order: ShippingOrder, supply: Supply) -> Integers:
    """Return which location may ship which line whole.

    Lines of one product share its stock in their order, so that any of the allowed ones fit together.
    """
    lines, before = range(len(order.products)), [0] * len(order.products)
    taken: dict[int, int] = {}
    for line in lines:
        taken[order.products[line]] = before[line] = taken.get(order.products[line], 0) + order.wanted(line)
    return np.array(
        [
            [
                order.can_serve(location, line) and supply.has(location, order.products[line], before[line])
                for line in lines
            ]
            for location in range(len(order.tariffs))
        ],
        dtype=np.int64,
    )


def _sharing(order: ShippingOrder, allowed: Integers, fees: ScarcityFees) -> Sharing:
    """Set the order up as arrays."""
    most = max(len(tariff.fixed) for tariff in order.tariffs)
    services = range(most)
    own = np.array(
        [
            [
                tariff.per_line + fees.of_unit(location, product) * order.wanted(line)
                for line, product in enumerate(order.products)
            ]
            for location, tariff in enumerate(order.tariffs)
        ],
        dtype=np.float64,
    )
    fixed = [
        [_service(tariff.fixed, at) + fees.of_parcel(location) for at in services]
        for location, tariff in enumerate(order.tariffs)
    ]
    rates = [[_service(tariff.per_started_kg, at) for at in services] for tariff in order.tariffs]
    return Sharing(
        grams=np.maximum(np.array(order.weights_g, dtype=np.float64), FEATHER),
        own=np.where(allowed, own, NEVER),
        fixed=np.array(fixed, dtype=np.float64),
        rates=np.array(rates, dtype=np.float64),
    )


def _service(numbers: tuple[int, ...], at: int) -> int:
    """Return the number of one service, of the first where a location has fewer."""
    return numbers[at] if at < len(numbers) else numbers[0]


def _by_groups(order: ShippingOrder, allowed: Integers, sharing: Sharing) -> Integers | None:
    """Divide lines of equal availability as if each group were one line, exactly; None with too many groups."""
    _, group_of = np.unique(allowed, axis=1, return_inverse=True)
    group_of = group_of.ravel()
    count = int(group_of.max()) + 1
    if count > MOST_LINES:
        return None
    grams = np.bincount(group_of, weights=sharing.grams).astype(int).tolist()
    tariffs = tuple(
        Tariff(tuple(map(int, fixed)), tuple(map(int, rates)))
        for fixed, rates in zip(sharing.fixed, sharing.rates, strict=True)
    )
    table = cost_table([ShippingOrder(tuple(grams), tariffs, tuple(range(count)))])
    own = np.array([np.bincount(group_of, weights=row, minlength=count) for row in sharing.own])
    table += _over_sets(own)
    shares = np.zeros(len(group_of), dtype=np.int64)
    for location, groups in cheapest_partitions(table).plan(0):
        shares[np.isin(group_of, groups)] = location
    return shares


def _over_sets(own: Floats) -> Floats:
    """Return the sum of a cost by location and group for every set of groups, as a table of one order."""
    return np.minimum(own @ members_of(own.shape[1]), NEVER)[None]
