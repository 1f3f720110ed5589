"""The cheapest division of an order's lines into parcels, exact, for a table of what every set of lines costs.

Dynamic programming over sets of lines, written as bits: the parcel with the lowest line of a set is one of the set's
subsets, the rest is a smaller set. Every subset of every set is looked at once, in one numpy call a line, for many
orders of equally many lines together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fulfillment.sourcing.optimal.shipping import MOST_LINES, Plan

NEVER = 1e13
"""The cost of what cannot be done; whole numbers of this size are exact in a float."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Step:
    """The sets with one lowest line: each set, its first parcels, what those leave, and where each set's begin."""

    sets: Integers
    parcels: Integers
    rests: Integers
    starts: Integers


@lru_cache(maxsize=MOST_LINES + 2)
def members_of(lines: int) -> Floats:
    """Return a table of lines by sets: 1 where the line is in the set."""
    sets = np.arange(1 << lines)
    return np.array([(sets >> line) & 1 for line in range(lines)], dtype=np.float64).reshape(lines, 1 << lines)


@lru_cache(maxsize=MOST_LINES + 2)
def _steps(lines: int) -> tuple[_Step, ...]:
    """Return the steps from the highest line to the lowest; of the last only the full set is needed."""
    steps = []
    for low in range(lines - 1, -1, -1):
        above = range(1 << (lines - 1 - low)) if low else ((1 << (lines - 1)) - 1,)
        sets: list[int] = []
        parcels: list[int] = []
        rests: list[int] = []
        starts: list[int] = []
        for others in above:
            sets.append(1 << low | others << (low + 1))
            starts.append(len(parcels))
            for part in _subsets(others):
                parcels.append(1 << low | part << (low + 1))
                rests.append((others ^ part) << (low + 1))
        steps.append(_Step(*(np.array(column, dtype=np.int64) for column in (sets, parcels, rests, starts))))
    return tuple(steps)


def _subsets(whole: int) -> list[int]:
    """List all subsets of a set, the whole first, the empty set last."""
    found, part = [whole], whole
    while part:
        part = (part - 1) & whole
        found.append(part)
    return found


@dataclass(frozen=True, slots=True)
class Partitions:
    """The cheapest partitions of many orders of equally many lines."""

    table: Floats
    """Cost by order, location and set of lines; ``NEVER`` or more where the location cannot ship the set."""
    parcel: Floats
    """Cost of the cheapest location by order and set."""
    whole: Floats
    """Cost of the cheapest partition by order and set; complete for sets without line 0 and for the full set."""

    @property
    def costs(self) -> Floats:
        """Return the cost of each order, a lower bound where a location would send two parcels."""
        last: Floats = self.whole[:, -1]
        return last

    def plan(self, order: int) -> Plan:
        """Return the cheapest parcels of one order, each location at most once; the earliest of equals."""
        parcel, whole = self.parcel[order].tolist(), self.whole[order].tolist()
        left = len(parcel) - 1
        chosen: dict[int, int] = {}
        while left:
            part = _first_parcel(parcel, whole, left)
            location = int(self.table[order, :, part].argmin())
            together = chosen.get(location, 0) | part
            if together != part and not self._merges(order, location, chosen[location], part):
                return _by_location(self.table[order])
            chosen[location] = together
            left ^= part
        return _as_plan(chosen)

    def _merges(self, order: int, location: int, first: int, second: int) -> bool:
        """Say whether one parcel of a location costs no more than the two that the partition found."""
        row = self.table[order, location]
        return bool(row[first | second] <= row[first] + row[second])


def _first_parcel(parcel: list[float], whole: list[float], left: int) -> int:
    """Return the parcel with the lowest line of a set that the cheapest partition of the set begins with."""
    low = left & -left
    return next(
        low | part
        for part in _subsets(left ^ low)
        if parcel[low | part] + whole[left ^ low ^ part] == whole[left]
    )  # fmt: skip


def cheapest_partitions(table: Floats) -> Partitions:
    """Divide the lines of every order at the least cost.

    :param table: cost by order, location and set of lines, 0 for the empty set. Any function of location and set will
        do: weight steps, services, lateness, fees.
    """
    parcel = table.min(axis=1)
    whole = np.zeros_like(parcel)
    lines = parcel.shape[1].bit_length() - 1
    for step in _steps(lines):
        sums = parcel[:, step.parcels] + whole[:, step.rests]
        whole[:, step.sets] = np.minimum.reduceat(sums, step.starts, axis=1)
    return Partitions(table, parcel, whole)


def _by_location(table: Floats) -> Plan:
    """Divide one order's lines location by location: slower, but right where two small parcels undercut a large one."""
    sets = table.shape[1]
    pairs = [(whole, part) for whole in range(sets) for part in _subsets(whole)]
    wholes, parts = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    starts = np.flatnonzero(np.diff(wholes, prepend=-1))
    best = np.full(sets, NEVER)
    best[0] = 0
    history = []
    for row in table:
        history.append(best)
        best = np.minimum.reduceat(row[parts] + best[wholes ^ parts], starts)
    left, chosen = sets - 1, {}
    for location in range(len(table) - 1, -1, -1):
        before, row = history[location], table[location]
        target = min(row[part] + before[left ^ part] for part in _subsets(left))
        part = next(part for part in reversed(_subsets(left)) if row[part] + before[left ^ part] == target)
        if part:
            chosen[location] = part
        left ^= part
    return _as_plan(chosen)


def _as_plan(chosen: dict[int, int]) -> Plan:
    """Return sets of lines by location as parcels."""
    return tuple(
        (location, tuple(line for line in range(chosen[location].bit_length()) if chosen[location] >> line & 1))
        for location in sorted(chosen)
    )
