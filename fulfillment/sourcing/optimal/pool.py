"""Waiting orders decided jointly: column generation for the bound, whole plans chosen from its columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.learning import as_fees, levels_of
from fulfillment.sourcing.optimal.master import Market
from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.relaxation import Generation
from fulfillment.sourcing.optimal.shipping import (
    MOST_LINES,
    NO_FEES,
    Plan,
    ScarcityFees,
    ShippingOrder,
    Supply,
    cost_of,
    locations_of,
)

RELAXED_GAP = 0.0003
"""How near its bound the relaxation is solved."""
CHOICE_GAP = 0.002
"""How near the best choice of known plans the solver must come; together they keep the half percent asked for."""
SECONDS = 8.0
"""The longest that choosing may take."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A joint decision: a plan by order, its cost, and what no decision can be cheaper than; minor units."""

    plans: tuple[Plan, ...]
    cost: int
    bound: float

    @property
    def gap(self) -> float:
        """Return by which share of the bound the decision may be too dear; proven, not estimated."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0


def decide_pool(orders: Sequence[ShippingOrder], supply: Supply, *, unfilled: int, seconds: float = SECONDS) -> Pool:
    """Decide orders of at most ten lines together, so that none takes what another needs more.

    ``supply`` is left as it is. Where stock or capacity cannot serve all, the lines that stay unfilled are those whose
    filling would cost the others most.

    :param unfilled: what an unfilled line costs
    :param seconds: the most that choosing whole plans may take
    :raises ValueError: when an order has more than ten lines
    :raises SolverFailed: when the relaxation cannot be solved
    """
    if any(len(order.weights_g) > MOST_LINES for order in orders):
        raise ValueError(f"An order of a pool has at most {MOST_LINES} lines.")
    if not orders:
        return Pool((), 0, 0.0)
    names = sorted({product for order in orders for product in order.products})
    numbers = {product: number for number, product in enumerate(names)}
    market = Market(
        stock=levels_of(supply, locations_of(orders), numbers),
        capacity=np.array([np.inf if left is None else left for left in supply.capacity], dtype=np.float64),
        unfilled=unfilled,
    )
    own = [order.renumbered(numbers) for order in orders]
    relaxed = Generation(own, market).run(gap=RELAXED_GAP)
    choices = [_in_turn(orders, supply, as_fees(relaxed.prices, names, NO_FEES))]
    with suppress(SolverFailed):
        choices.append(relaxed.master.choose(gap=CHOICE_GAP, seconds=seconds))
    bills = [sum(map(partial(cost_of, unfilled=unfilled), own, plans)) for plans in choices]
    cost = min(bills)
    return Pool(tuple(choices[bills.index(cost)]), cost, min(relaxed.bound, float(cost)))


def _in_turn(orders: Sequence[ShippingOrder], supply: Supply, fees: ScarcityFees) -> list[Plan]:
    """Decide the orders one after the other at the relaxation's prices: what stands when no better choice is found."""
    left = Supply(dict(supply.stock), list(supply.capacity))
    plans = []
    for order in orders:
        plan = decide_order(order, left, fees)
        left.take(order, plan)
        plans.append(plan)
    return plans
