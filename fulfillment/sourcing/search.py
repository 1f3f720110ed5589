"""Which set of places ships an order: the cheapest that fills all that can be filled, proven best where time allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from math import comb
from typing import TypeAlias

from fulfillment.sourcing.decision import Method
from fulfillment.sourcing.demand import Problem, reaches

Plan: TypeAlias = tuple[int, ...]
"""Indices of places, ascending, which is best first."""

ALWAYS_EXACT = 10
"""Up to so many places the search runs to its end, whatever it costs."""
WORK_LIMIT = 300_000
"""Beyond, the search gives up after looking at so many rows (about 15 ms)."""
SUBSET_LIMIT = 3_000
"""The most sets that are tried one by one when a parcel limit keeps units from being filled."""


def find_plan(problem: Problem, max_parcels: int | None) -> tuple[Plan, Method]:
    """Return the best set of places: most units, then the smallest sum of weights."""
    if not problem.places:
        return (), "exact"
    limit = len(problem.places) if max_parcels is None else max_parcels
    if limit <= 0:
        return (), "exact"
    search = CoverSearch(problem, limit)
    plan = search.run()
    if plan is not None:
        return plan, "exact" if search.proven else "greedy"
    return _most_units(problem, min(limit, len(problem.places)))


class CoverSearch:
    """Branch and bound over linear rows "these places together must have so many units"."""

    __slots__ = (
        "_best",
        "_best_weight",
        "_columns",
        "_limit",
        "_required",
        "_suppliers",
        "_weights",
        "_work",
        "proven",
    )

    def __init__(self, problem: Problem, limit: int) -> None:
        """Turn every cut of every need into a row, scarcest row first."""
        rows = _rows(problem)
        rows.sort(key=lambda row: sum(1 for units in row[1] if units))
        everybody = range(len(problem.places))
        self._required = [required for required, _ in rows]
        self._columns = [[units[place] for _, units in rows] for place in everybody]
        self._suppliers = [[place for place in everybody if units[place]] for _, units in rows]
        self._weights = problem.weights
        self._limit = limit
        self._best: Plan | None = None
        self._best_weight = 0
        self._work = WORK_LIMIT if len(problem.places) > ALWAYS_EXACT else 1 << 62
        self.proven = True

    def run(self) -> Plan | None:
        """Return the cheapest plan that fills every row within the parcel limit, or None when there is none."""
        start = self._exchange(self._without_waste(self._greedy()))
        if len(start) <= self._limit:
            self._keep(start)
        self._descend((), 0, 0, list(enumerate(self._required)))
        if self._best is not None and not self.proven:
            self._keep(self._exchange(list(self._best)))
        return self._best

    def _keep(self, plan: Plan) -> None:
        """Remember the best plan so far."""
        self._best = tuple(sorted(plan))
        self._best_weight = sum(self._weights[place] for place in plan)

    def _descend(self, chosen: Plan, weight: int, banned: int, unmet: list[tuple[int, int]]) -> None:
        """Try every place that can serve the first unmet row; a place once tried is banned for its later siblings."""
        for place in self._suppliers[unmet[0][0]]:
            if banned >> place & 1:
                continue
            total = weight + self._weights[place]
            if self._best is not None and total >= self._best_weight:
                return
            column = self._columns[place]
            rest = [(row, units - column[row]) for row, units in unmet if units > column[row]]
            self._work -= len(unmet)
            plan = (*chosen, place)
            if not rest:
                self._keep(plan)
                return
            banned |= 1 << place
            if self._promising(plan, total):
                self._descend(plan, total, banned, rest)
            if not self.proven:
                return

    def _promising(self, plan: Plan, weight: int) -> bool:
        """Say whether one more place could still give a better plan."""
        if self._work < 0:
            self.proven = False
            return False
        if len(plan) >= self._limit:
            return False
        return self._best is None or weight + self._weights[0] < self._best_weight

    def _greedy(self) -> list[int]:
        """Take the place that gives most of what is missing, again and again."""
        plan: list[int] = []
        unmet = list(enumerate(self._required))
        while unmet:
            gains = {
                place: sum([units if units < column[row] else column[row] for row, units in unmet])
                for place, column in enumerate(self._columns)
                if place not in plan
            }
            place = max(gains, key=gains.__getitem__)
            plan.append(place)
            column = self._columns[place]
            unmet = [(row, units - column[row]) for row, units in unmet if units > column[row]]
        return plan

    def _without_waste(self, plan: Sequence[int]) -> list[int]:
        """Drop the places that the others make superfluous, dearest first."""
        kept = sorted(plan)
        for place in sorted(plan, reverse=True):
            others = [other for other in kept if other != place]
            if self._covers(others):
                kept = others
        return kept

    def _exchange(self, plan: list[int]) -> Plan:
        """Replace places by cheaper ones as long as every row stays filled."""
        improved = True
        while improved:
            improved = False
            for place in sorted(plan, reverse=True):
                others = [other for other in plan if other != place]
                better = self._first_substitute(others, place)
                if better is not None:
                    plan = self._without_waste([*others, better])
                    improved = True
                    break
        return tuple(sorted(plan))

    def _first_substitute(self, others: list[int], place: int) -> int | None:
        """Return the cheapest place that can stand in for a dearer one."""
        gap = self._gap(others)
        for candidate in range(place):
            column = self._columns[candidate]
            if candidate not in others and all(column[row] >= units for row, units in gap):
                return candidate
        return None

    def _gap(self, plan: Collection[int]) -> list[tuple[int, int]]:
        """List the rows that a plan leaves unfilled, with the units missing."""
        columns = [self._columns[place] for place in plan]
        return [
            (row, missing)
            for row, required in enumerate(self._required)
            if (missing := required - sum([column[row] for column in columns])) > 0
        ]

    def _covers(self, plan: Collection[int]) -> bool:
        """Say whether a plan fills every row."""
        return not self._gap(plan)


def _rows(problem: Problem) -> list[tuple[int, list[int]]]:
    """Turn needs into rows (units required, units by place); all rows together mean "as much as all places fill"."""
    rows = []
    for index, need in enumerate(problem.needs):
        simple = len(need.cuts) == 1
        for inside, outside in need.cuts:
            required = problem.targets[index] - outside
            if required > 0:
                units = [place.supply[index] if simple or reaches(place, inside) else 0 for place in problem.places]
                rows.append((required, units))
    return rows


def _most_units(problem: Problem, limit: int) -> tuple[Plan, Method]:
    """Return the set within the parcel limit that fills most units, for orders that the limit keeps incomplete."""
    count = len(problem.places)
    if sum(comb(count, size) for size in range(1, limit + 1)) <= SUBSET_LIMIT:
        plans = (plan for size in range(1, limit + 1) for plan in combinations(range(count), size))
        return min(plans, key=lambda plan: _merit(problem, plan)), "exact"
    plan: Plan = ()
    while len(plan) < limit:
        grown = [(*plan, place) for place in range(count) if place not in plan]
        plan = min(grown, key=lambda grown_plan: _merit(problem, grown_plan))
    for place in sorted(plan, reverse=True):
        plan = min((plan, tuple(other for other in plan if other != place)), key=lambda kept: _merit(problem, kept))
    return tuple(sorted(plan)), "greedy"


def _merit(problem: Problem, plan: Plan) -> tuple[int, int]:
    """Rank plans: most units first, then the smallest weight."""
    return -problem.units(plan), sum(problem.weights[place] for place in plan)
