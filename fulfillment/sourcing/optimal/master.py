"""The restricted master problem: the best mix of known plans within stock and capacity, solved by HiGHS.

Two traps of the solver are met here and nowhere else: its scheduler is one per process, so that every call asks for one
thread; and duals are read only after the status says "optimal", for they are zero after an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.partition import Floats
from fulfillment.sourcing.optimal.shipping import Plan, ShippingOrder, cost_of, needs_of


@dataclass(frozen=True, slots=True)
class Duals:
    """What one more order, parcel or unit is worth to the mix, in minor units; the last two are never negative."""

    orders: Floats
    """By order: what its plan costs at these prices."""
    parcels: Floats
    """By location."""
    units: Floats
    """By location and product."""


@dataclass(frozen=True, slots=True)
class Market:
    """What orders compete for; products are numbered from 0."""

    stock: Floats
    """Units by location and product."""
    capacity: Floats
    """Parcels by location, infinite where there is no limit."""
    unfilled: int
    """What an unfilled line costs."""

    def worth(self, parcels: Floats, units: Floats) -> float:
        """Return what all the stock and capacity are worth at given prices; without a limit the price is zero."""
        limited = np.isfinite(self.capacity)
        return float((parcels[limited] * self.capacity[limited]).sum() + (units * self.stock).sum())


class Master:
    """Plans as columns; a row for each order, each location's parcels and each level of stock."""

    def __init__(self, orders: Sequence[ShippingOrder], market: Market) -> None:
        """Start with one plan an order: leave every line unfilled."""
        self._orders, self._market = orders, market
        self._locations, self._products = market.stock.shape
        self.plans: list[tuple[int, Plan]] = []
        self._known: set[tuple[int, Plan]] = set()
        self._highs = highspy.Highs()
        self._highs.silent()
        for option, value in (("threads", 1), ("presolve", "off"), ("random_seed", 1)):
            self._highs.setOptionValue(option, value)
        self._pass_rows()
        self.add((number, ()) for number in range(len(orders)))

    def _pass_rows(self) -> None:
        """Tell the solver the rows: each order once, parcels and units at most as many as there are."""
        count = len(self._orders)
        upper = np.concatenate([np.ones(count), self._market.capacity, self._market.stock.ravel()])
        lower = np.full(len(upper), -highspy.kHighsInf)
        lower[:count] = 1
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = 0, len(upper)
        model.row_lower_, model.row_upper_ = lower, upper
        self._highs.passModel(model)

    def add(self, plans: Iterable[tuple[int, Plan]]) -> int:
        """Add plans of orders that are not known yet; return how many."""
        new = [one for one in dict.fromkeys(plans) if one not in self._known]
        if not new:
            return 0
        starts: list[int] = []
        rows: list[int] = []
        values: list[float] = []
        costs: list[int] = []
        for number, plan in new:
            order = self._orders[number]
            column = self._column(number, order, plan)
            starts.append(len(rows))
            rows += column.keys()
            values += column.values()
            costs.append(cost_of(order, plan, unfilled=self._market.unfilled))
        self._highs.addCols(
            len(new),
            np.array(costs, dtype=np.float64),
            np.zeros(len(new)),
            np.full(len(new), highspy.kHighsInf),
            len(rows),
            np.array(starts, dtype=np.int32),
            np.array(rows, dtype=np.int32),
            np.array(values, dtype=np.float64),
        )
        self.plans += new
        self._known.update(new)
        return len(new)

    def _column(self, number: int, order: ShippingOrder, plan: Plan) -> dict[int, float]:
        """Return what a plan takes, by row."""
        count = len(self._orders)
        column = {number: 1.0}
        for location, _ in plan:
            column[count + location] = 1.0
        for (location, product), units in needs_of(order, plan).items():
            column[count + self._locations + location * self._products + product] = float(units)
        return column

    def solve(self) -> tuple[float, Duals]:
        """Return the cost of the best mix, fractions allowed, and its duals.

        :raises SolverFailed: when it is not solved to the end
        """
        self._run()
        duals = np.array(self._highs.getSolution().row_dual)
        count, locations = len(self._orders), self._locations
        prices = np.maximum(0.0, -duals[count:])
        units = prices[locations:].reshape(locations, self._products)
        cost = float(self._highs.getInfo().objective_function_value)
        return cost, Duals(duals[:count], prices[:locations], units)

    def choose(self, *, gap: float, seconds: float) -> list[Plan]:
        """Return the best whole plan of each order among the known ones, to within a gap or until time is up.

        :raises SolverFailed: when no choice was found in time
        """
        columns = len(self.plans)
        whole = np.full(columns, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        for option, value in (("presolve", "on"), ("mip_rel_gap", gap), ("time_limit", seconds)):
            self._highs.setOptionValue(option, value)
        self._highs.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), whole)
        self._run(until=(highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit))
        if self._highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise SolverFailed("no whole choice in time")
        taken = np.flatnonzero(np.array(self._highs.getSolution().col_value) > 0.5)
        chosen: list[Plan] = [()] * len(self._orders)
        for column in taken.tolist():
            number, plan = self.plans[column]
            chosen[number] = plan
        return chosen

    def _run(self, until: Sequence[highspy.HighsModelStatus] = (highspy.HighsModelStatus.kOptimal,)) -> None:
        """Let the solver run and insist on how it ends."""
        told = self._highs.run()
        status = self._highs.getModelStatus()
        if told == highspy.HighsStatus.kError or status not in until:
            raise SolverFailed(self._highs.modelStatusToString(status))
