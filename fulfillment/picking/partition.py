"""The best choice among known batches: a set partitioning problem, solved by HiGHS.

First with fractions, for a bound and prices of orders; then whole, with only those batches that can be part of anything
better than what is already known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import TypeAlias

import highspy
import numpy as np
import numpy.typing as npt

from fulfillment.picking.wave import members_of

Numbers: TypeAlias = npt.NDArray[np.float64]
LARGEST = 1e6
"""Costs are told to the solver in units in which they are no larger: it works with tolerances."""
Left: TypeAlias = Callable[[], float]
SHORTEST = 0.1
"""The solver has so many seconds even where none are left."""
MOST_WHOLE = 800
"""Of so many batches at most whole ones are chosen: those whose walks exceed the prices of their orders least."""
OPTIMAL = (highspy.HighsModelStatus.kOptimal,)
NOTHING_BETTER = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound)
STOPPED = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kSolutionLimit)


@dataclass(frozen=True, slots=True)
class Choice:
    """Batches that hold every order and are shorter than what is known, or None where none were found."""

    batches: tuple[int, ...] | None
    proven: bool
    """Whether no choice among the batches given is shorter."""


def choose(lengths: Mapping[int, int], orders: int, *, below: int, branches: int, left: Left) -> Choice:
    """Return the batches that are shortest together and shorter than what is known, each order in exactly one.

    :param lengths: by batch, written as bits
    :param below: how long the walks of the best batches known are together
    :param branches: so many of them are tried at most
    :param left: tells how many seconds the solver may still take
    """
    batches = [batch for batch in lengths if batch]
    unit = max(gcd(*lengths.values(), below), max(lengths.values()) / LARGEST) or 1
    costs = np.array([lengths[batch] for batch in batches], dtype=np.float64) / unit
    members = [members_of(batch) for batch in batches]
    solver = _solver(costs, members, orders, left())
    if not _run(solver, OPTIMAL):
        return Choice(None, proven=False)
    prices = np.array(solver.getSolution().row_dual)
    bound = float(solver.getInfo().objective_function_value)
    excess = costs - np.array([prices[held].sum() for held in members])
    ranked = np.argsort(excess, kind="stable")
    best: tuple[int, ...] | None = None
    while True:
        room = below / unit - 0.5 - bound
        useful = ranked[: np.searchsorted(excess[ranked], room + 0.1)]
        if room <= 0 or not len(useful):
            return Choice(best, proven=True)
        few = useful[:MOST_WHOLE]
        found = _whole([batches[at] for at in few.tolist()], costs[few], orders, bound + room, branches, left())
        if len(useful) == len(few) or found.batches is None:
            return Choice(found.batches or best, found.proven and len(useful) == len(few))
        best, below = found.batches, sum(lengths[batch] for batch in found.batches)


def _whole(batches: Sequence[int], costs: Numbers, orders: int, cutoff: float, branches: int, seconds: float) -> Choice:
    """Choose whole batches."""
    solver = _solver(costs, [members_of(batch) for batch in batches], orders, seconds)
    gaps = (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.9))
    for option, value in (("mip_max_nodes", branches), ("objective_bound", cutoff), *gaps):
        solver.setOptionValue(option, value)
    whole = np.full(len(batches), highspy.HighsVarType.kInteger.value, dtype=np.uint8)
    solver.changeColsIntegrality(len(batches), np.arange(len(batches), dtype=np.int32), whole)
    if not _run(solver, (*OPTIMAL, *NOTHING_BETTER, *STOPPED)):
        return Choice(None, proven=False)
    proven = solver.getModelStatus() not in STOPPED
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Choice(None, proven)
    taken = np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)
    better = costs[taken].sum() < cutoff
    return Choice(tuple(batches[at] for at in taken.tolist()) if better else None, proven)


def _solver(costs: Numbers, members: Sequence[Sequence[int]], orders: int, seconds: float) -> highspy.Highs:
    """Return the solver with a column a batch and a row an order; its scheduler is one per process: one thread."""
    solver = highspy.Highs()
    solver.silent()
    for option, value in (("threads", 1), ("random_seed", 1), ("time_limit", max(SHORTEST, seconds))):
        solver.setOptionValue(option, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), orders
    model.col_cost_ = costs
    model.col_lower_, model.col_upper_ = np.zeros(len(costs)), np.full(len(costs), highspy.kHighsInf)
    model.row_lower_ = model.row_upper_ = np.ones(orders)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, members)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate([np.array(held, dtype=np.int32) for held in members])
    model.a_matrix_.value_ = np.ones(len(model.a_matrix_.index_))
    solver.passModel(model)
    return solver


def _run(solver: highspy.Highs, until: Sequence[highspy.HighsModelStatus]) -> bool:
    """Let the solver run; tell whether it ended in one of some ways."""
    return solver.run() != highspy.HighsStatus.kError and solver.getModelStatus() in until
