"""Which locations ship a long order, with freight in proportion to weight: facility location by add, drop and swap."""

from __future__ import annotations

import numpy as np

from fulfillment.sourcing.optimal.partition import NEVER, Floats, Integers
from fulfillment.sourcing.optimal.polishing import Sharing

ROUNDS = 120
"""Steps of the bound's subgradient."""
PATIENCE = 6
"""Steps without a better bound after which they become half as long."""


class Openings:
    """The search for sets of (location, service), numbered location by location."""

    __slots__ = ("_bare", "_fixed", "_lines", "_services", "bound")

    def __init__(self, sharing: Sharing) -> None:
        """Spread the locations' services out into rows."""
        self._services = sharing.fixed.shape[1]
        self._bare = sharing.fixed
        self._fixed = (sharing.fixed + sharing.rates / 2).ravel()  # half a started kilogram is empty on average
        self._lines = sharing.proportional()
        self.bound = 0.0
        """What no plan can be cheaper than, once ``best`` has been asked."""

    def best(self, count: int) -> list[list[int]]:
        """Return the best sets found, best first: local optima, from a greedy start and from the relaxation's sets."""
        found = {tuple(sorted(self._improve(self._greedy())))}
        ceiling = min(map(self._cost, found))
        self.bound, relaxed = relax(self._bare, self._lines, ceiling)
        for opened in sorted(relaxed, key=self._rank)[:count]:
            found.add(tuple(sorted(self._improve(list(opened)))))
        for opened in sorted(found, key=self._rank)[:count]:
            found.update(tuple(sorted(near)) for _, near in self._neighbours(list(opened))[:count])
        return [list(opened) for opened in sorted(found, key=self._rank)[: count * count // 2]]

    def _rank(self, opened: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        """Order sets by cost, equal ones by their rows."""
        return self._cost(opened), opened

    def assign(self, opened: list[int]) -> Integers:
        """Return by line the location of the cheapest opened row."""
        rows = np.array(opened)[self._lines[opened].argmin(axis=0)]
        shares: Integers = rows // self._services
        return shares

    def _cost(self, opened: tuple[int, ...]) -> float:
        """Return the cost of a set with freight in proportion to weight."""
        rows = list(opened)
        return float(self._fixed[rows].sum() + self._lines[rows].min(axis=0).sum())

    def _greedy(self) -> list[int]:
        """Open row after row until every line is covered and nothing more pays."""
        opened: list[int] = []
        best = np.full(self._lines.shape[1], 2 * NEVER)
        while True:
            gains = np.maximum(best - self._lines, 0).sum(axis=1) - self._fixed
            row = int(gains.argmax())
            if gains[row] <= 0:
                return opened
            opened.append(row)
            best = np.minimum(best, self._lines[row])

    def _improve(self, opened: list[int]) -> list[int]:
        """Add, drop and swap rows as long as it saves something."""
        while True:
            around = self._neighbours(opened)
            if not around or around[0][0] > -1e-6:
                return opened
            opened = around[0][1]

    def _neighbours(self, opened: list[int]) -> list[tuple[float, list[int]]]:
        """Return the sets one add, drop or swap away that cover everything, with what they cost more, best first."""
        rows = self._lines[opened]
        found = [(change, [*opened, row]) for row, change in self._additions(rows.min(axis=0), opened)]
        now = rows.min(axis=0)
        for at, row in enumerate(opened):
            others = [other for other in opened if other != row]
            without = np.delete(rows, at, axis=0).min(axis=0) if others else np.full_like(now, NEVER)
            loss = float((without - now).sum() - self._fixed[row])
            found.append((loss, others))
            found += [(loss + change, [*others, new]) for new, change in self._additions(without, opened)]
        found = [pair for pair in found if pair[0] < NEVER / 2]
        return sorted(found)[: 2 * len(self._fixed)]

    def _additions(self, best: Floats, opened: list[int]) -> list[tuple[int, float]]:
        """Return by row that is not open the change in cost when it is opened too; the most useful few."""
        changes = self._fixed - np.maximum(best - self._lines, 0).sum(axis=1)
        changes[opened] = NEVER
        return [(int(row), float(changes[row])) for row in np.argsort(changes, kind="stable")[:4]]


def relax(fixed: Floats, rows: Floats, ceiling: float) -> tuple[float, set[tuple[int, ...]]]:
    """Return what no plan can be cheaper than, and the sets met on the way: the Lagrangian of "every line once".

    :param fixed: by location and service
    :param rows: by row and line
    :param ceiling: the cost of a known plan, which sets the length of the subgradient's steps
    """
    lines = rows.reshape(*fixed.shape, -1)
    worth = np.sort(rows, axis=0)[:2].min(axis=0)
    best, length, stale = 0.0, 1.0, 0
    met: set[tuple[int, ...]] = set()
    first = np.arange(len(fixed)) * fixed.shape[1]
    for _ in range(ROUNDS):
        gains = np.minimum(lines - worth, 0)
        by_service = fixed + gains.sum(axis=2)
        service = by_service.argmin(axis=1)
        value = np.take_along_axis(by_service, service[:, None], 1)[:, 0]
        opened = (first + service)[value < 0]
        if len(opened) and rows[opened].min(axis=0).max() < NEVER:
            met.add(tuple(opened.tolist()))
        bound = float(worth.sum() + np.minimum(value, 0).sum())
        stale = 0 if bound > best else stale + 1
        best = max(best, bound)
        if stale >= PATIENCE:
            length, stale = length / 2, 0
        used = np.take_along_axis(gains, service[:, None, None], 1)[:, 0] < 0
        slope = 1.0 - (used & (value < 0)[:, None]).sum(axis=0)
        norm = float((slope**2).sum())
        if not norm or bound >= ceiling:
            break
        worth = worth + length * (ceiling - bound) / norm * slope
    return best, met
