"""The exact partition …"""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from fulfillment.sourcing.optimal.partition import NEVER, cheapest_partitions


def table_of(dice: Random, locations: int, lines: int, *, dearest: int = 1000) -> np.ndarray:
    """Draw any cost for any set, a fifth of them impossible, so that no rule of freight holds."""
    table = np.array(
        [
            [dice.randint(1, dearest) if dice.random() < 0.8 else NEVER for _ in range(1 << lines)]
            for _ in range(locations)
        ]
    )
    table[:, 0] = 0
    return table


def cheapest(table: np.ndarray) -> float:
    """Try every way to give each line to a location."""
    locations, sets = table.shape
    best = NEVER
    for owners in product(range(locations), repeat=sets.bit_length() - 1):
        parts = [sum(1 << line for line, owner in enumerate(owners) if owner == at) for at in range(locations)]
        best = min(best, sum(table[at, part] for at, part in enumerate(parts)))
    return best


def paid(table: np.ndarray, plan) -> float:
    """Return what a plan costs by the table; every line goes once, every location once."""
    assert sorted(line for _, lines in plan for line in lines) == list(range(table.shape[1].bit_length() - 1))
    assert len({at for at, _ in plan}) == len(plan)
    return sum(table[at, sum(1 << line for line in lines)] for at, lines in plan)


@pytest.mark.parametrize("seed", range(60))
def test_finds_the_cheapest_of_all_divisions_for_any_cost_of_a_set(seed: int) -> None:
    """Also where two small parcels from one place would cost less than one large one, which is not allowed."""
    dice = Random(seed)
    table = table_of(dice, dice.randint(1, 3), dice.randint(1, 5))
    best = cheapest(table)
    if best < NEVER:
        assert paid(table, cheapest_partitions(table[None]).plan(0)) == best


def test_sends_one_parcel_from_a_place_whose_two_parcels_would_be_cheaper() -> None:
    """A place that charges 1 for each line and 9 for both loses to a neighbour who takes one of them for 2."""
    table = np.array([[[0.0, 1.0, 1.0, 9.0], [0.0, 2.0, 5.0, 9.0]]])

    assert cheapest_partitions(table).plan(0) == ((0, (1,)), (1, (0,)))


def test_decides_many_orders_as_it_decides_each() -> None:
    """A batch is only faster."""
    dice = Random(7)
    tables = np.array([table_of(dice, 4, 5) for _ in range(20)])
    together = cheapest_partitions(tables)

    for at in range(20):
        assert together.plan(at) == cheapest_partitions(tables[at : at + 1]).plan(0)
