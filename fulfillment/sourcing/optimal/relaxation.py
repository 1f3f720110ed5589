"""Column generation: prices of stock and capacity, and a proven bound, from orders that compete for them.

The master mixes known plans; at its prices the exact partition finds every order's cheapest plan, which joins the mix
when it is cheaper than what the order pays now. Prices are smoothed towards the best ones so far (Wentges), which saves
rounds. The bound is the Lagrangian: what all orders cost at some prices, less what stock and capacity are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fulfillment.sourcing.optimal.master import Duals, Market, Master
from fulfillment.sourcing.optimal.partition import Floats
from fulfillment.sourcing.optimal.shipping import Plan, ShippingOrder
from fulfillment.sourcing.optimal.tables import Batch, batches_of, without_unfilled

ROUNDS = 80
SMOOTHING = 0.5
"""How far prices are drawn back to the best ones so far."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by location for a parcel, by location and product for a unit; minor units."""

    parcels: Floats
    units: Floats

    def towards(self, other: Prices, share: float) -> Prices:
        """Return prices some share of the way to others."""
        return Prices(
            self.parcels + share * (other.parcels - self.parcels), self.units + share * (other.units - self.units)
        )

    @classmethod
    def zero(cls, market: Market) -> Prices:
        """Return prices of nothing."""
        return cls(np.zeros(len(market.capacity)), np.zeros_like(market.stock))


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A solved relaxation: the cost of the best mix, the bound of all decisions, and the prices that prove it."""

    cost: float
    bound: float
    prices: Prices
    master: Master


class Generation:
    """One run of column generation over orders of at most ten lines, whose products are numbered as in the market."""

    def __init__(self, orders: Sequence[ShippingOrder], market: Market) -> None:
        """Build the tables of all orders, and a master that leaves everything unfilled."""
        self._market = market
        self._count = len(orders)
        self._batches = batches_of(orders)
        self._master = Master(orders, market)
        self._stock = np.where(market.capacity[:, None] > 0, market.stock, 0.0)
        self._bound, self._best = -np.inf, Prices.zero(market)

    def run(self, *, gap: float, start: Prices | None = None) -> Relaxation:
        """Generate plans until the mix is within a gap of the bound, or nothing can improve it.

        :param start: prices that were right for a similar market; they save rounds
        :raises SolverFailed: when the solver fails
        """
        for prices in [Prices.zero(self._market), *([start] if start else [])]:
            self._price(prices, None)
        for _ in range(ROUNDS):
            cost, duals = self._master.solve()
            exact = Prices(duals.parcels, duals.units)
            smooth = exact.towards(self._best, SMOOTHING)
            added = self._price(smooth, duals) or self._price(exact, duals)
            if not added or cost - self._bound <= gap * abs(cost):
                break
        return Relaxation(cost, self._bound, self._best, self._master)

    def _price(self, prices: Prices, duals: Duals | None) -> int:
        """Find every order's cheapest plan at some prices, and add those that the master gains by; keep the bound.

        Without duals every plan is added.
        """
        total, found = 0.0, []
        for batch in self._batches:
            value, plans = self._price_batch(batch, prices, duals)
            total += value
            found += plans
        bound = total - self._market.worth(prices.parcels, prices.units)
        if bound > self._bound:
            self._bound, self._best = bound, prices
        return self._master.add(found)

    def _price_batch(self, batch: Batch, prices: Prices, duals: Duals | None) -> tuple[float, list[tuple[int, Plan]]]:
        """Return what a batch costs at some prices, and the plans worth adding."""
        market = self._market
        partitions = batch.solve(prices.units, prices.parcels, stock=self._stock, unfilled=market.unfilled)
        numbers = np.array(batch.numbers)
        better = np.ones(len(numbers), dtype=bool) if duals is None else partitions.costs < duals.orders[numbers] - 1e-6
        plans = [
            (int(numbers[at]), without_unfilled(partitions.plan(at), len(market.capacity)))
            for at in np.flatnonzero(better).tolist()
        ]
        return float(partitions.costs.sum()), plans
