"""The shortest walk for one pick list, exactly, by dynamic programming over half walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from fulfillment.picking.layout import Layout, Place
from fulfillment.picking.states import Floats, Machine, Step, Way, machine_of
from fulfillment.picking.walking import Choices, Stretch, walk

MOST_CROSSINGS = 5
"""Up to so many cross aisles a walk takes some milliseconds; each one more makes it five times slower."""
Costs: TypeAlias = list[list[Floats]]
"""By aisle and block: how long each way of walking is."""
BARE = np.array([0.0, 1.0, 2.0, np.inf, np.inf, np.inf])


@dataclass(frozen=True, slots=True)
class Tour:
    """A walk from the depot past all places and back."""

    length: int
    order: tuple[int, ...]
    """The numbers of the places in the order in which the walk comes to them."""


def shortest_tour(layout: Layout, places: Sequence[Place]) -> Tour:
    """Return a shortest walk; places at the same spot are visited one after the other.

    :raises ValueError: when the floor has more cross aisles than the tables are made for
    """
    if layout.crossings > MOST_CROSSINGS:
        raise ValueError(f"Walks are exact up to {MOST_CROSSINGS} cross aisles.")
    if not places:
        return Tour(0, ())
    depot = len(places)
    stretches = _stretches([*places, layout.depot])
    costs = [
        [_ways(height, stretches.get((aisle, block))) for block, height in enumerate(heights)]
        for aisle, heights in enumerate(layout.heights)
    ]
    length, choices = _choose(layout, costs)
    visited = walk(choices, stretches)
    begin = visited.index(depot)
    return Tour(length, (*visited[begin + 1 :], *visited[:begin]))


def _stretches(places: Sequence[Place]) -> dict[tuple[int, int], Stretch]:
    """Return the depths and numbers of the places in each stretch of an aisle, from the front."""
    found: dict[tuple[int, int], Stretch] = {}
    for number, place in enumerate(places):
        found.setdefault((place.aisle, place.block), []).append((place.at, number))
    for stretch in found.values():
        stretch.sort()
    return found


def _ways(height: int, stretch: Stretch | None) -> Floats:
    """Return how long each way through a stretch is."""
    if stretch is None:
        bare = BARE * height if height else np.array([0.0, 0.0, 0.0, np.inf, np.inf, np.inf])
        return np.asarray(bare)
    gap = max((after[0] - before[0] for before, after in pairwise(stretch)), default=0)
    both = 2.0 * (height - gap) if gap else np.inf
    return np.array([np.inf, height, 2 * height, 2 * stretch[-1][0], 2 * (height - stretch[0][0]), both])


def _choose(layout: Layout, costs: Costs) -> tuple[int, Choices]:
    """Return the length of a shortest walk, and how it goes through each stretch of the floor."""
    machine = machine_of(layout.crossings)
    now: Floats = np.full(machine.size, np.inf)
    now[machine.start] = 0.0
    trail: list[tuple[Step, Floats, Floats]] = []
    for step, ways in _steps(machine, layout, costs):
        trail.append((step, now, ways))
        now = step.one(now, ways)
    best = int(machine.closed[np.argmin(now[machine.closed])])
    length, state, options = int(now[best]), best, []
    for step, before, ways in reversed(trail):
        state, option = step.back(state, before, ways)
        options.append(option)
    return length, _as_choices(layout, options[::-1])


def _steps(machine: Machine, layout: Layout, costs: Costs) -> list[tuple[Step, Floats]]:
    """Return all steps over a floor, with what their options cost; there is none beyond the last aisle."""
    steps: list[tuple[Step, Floats]] = []
    for aisle in range(layout.aisles):
        steps += zip(machine.blocks, costs[aisle], strict=True)
        if aisle < layout.aisles - 1:
            ways = (np.array([0.0, 1.0, 2.0]) * gaps[aisle] for gaps in layout.along)
            steps += zip(machine.crossings, ways, strict=True)
    return steps


def _as_choices(layout: Layout, options: Sequence[int]) -> Choices:
    """Write the options taken, one by step, as ways by stretch and times by stretch of a cross aisle."""
    ways: dict[tuple[int, int], Way] = {}
    along: dict[tuple[int, int], int] = {}
    taken = iter(options)
    for aisle in range(layout.aisles):
        ways |= {(aisle, block): Way(next(taken)) for block in range(layout.crossings - 1)}
        if aisle < layout.aisles - 1:
            along |= {(aisle, crossing): next(taken) for crossing in range(layout.crossings)}
    return Choices(ways, along)
