"""One order at a time, least-cost sourcing …"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.shipping import (
    NO_FEES,
    ScarcityFees,
    ShippingOrder,
    Supply,
    Tariff,
    cost_of,
    needs_of,
)


def draw(dice: Random, *, most_lines: int = 4, most_locations: int = 4) -> tuple[ShippingOrder, Supply, ScarcityFees]:
    """Draw a small order in a poor network: products repeat, skills, stock and parcels are missing."""
    locations, lines = dice.randint(1, most_locations), dice.randint(1, most_lines)
    products = tuple(dice.randint(0, 5) for _ in range(lines))
    tariffs = []
    for _ in range(locations):
        services = dice.randint(1, 2)
        fixed = tuple(dice.randint(0, 900) for _ in range(services))
        tariffs.append(Tariff(fixed, tuple(dice.randint(0, 90) for _ in range(services)), dice.randint(0, 50)))
    order = ShippingOrder(
        tuple(dice.randint(1, 3000) for _ in range(lines)),
        tuple(tariffs),
        products,
        quantities=tuple(dice.randint(1, 3) for _ in range(lines)),
        able=tuple(dice.getrandbits(lines) | dice.getrandbits(lines) for _ in range(locations)),
    )
    stock = {(at, one): dice.randint(0, 5) for at in range(locations) for one in range(6)}
    capacity = [dice.choice([None, 0, 1, 5]) for _ in range(locations)]
    fees = ScarcityFees(
        {at: dice.randint(0, 5000) for at in range(locations)}, {key: dice.randint(0, 5000) for key in stock}
    )
    return order, Supply(stock, capacity), fees


def worlds(**sizes: int):
    """Draw such orders by seed."""
    return st.integers(0, 2**32).map(lambda seed: draw(Random(seed), **sizes))


def plans_of(order: ShippingOrder, supply: Supply):
    """List every plan that may be."""
    locations, lines = len(order.tariffs), range(len(order.products))
    for owners in product((None, *range(locations)), repeat=len(lines)):
        plan = tuple(
            (at, tuple(line for line in lines if owners[line] == at)) for at in range(locations) if at in owners
        )
        able = all(order.can_serve(at, line) for at, own in plan for line in own)
        if able and all(supply.has(*key, units) for key, units in needs_of(order, plan).items()):
            yield plan


def weighed(order: ShippingOrder, plan, fees: ScarcityFees) -> tuple[int, int]:
    """Rank a plan as it must be ranked: lines missing first, then cost and fees."""
    shipped = sum(len(lines) for _, lines in plan)
    extra = sum(fees.of_parcel(at) for at, _ in plan)
    extra += sum(fees.of_unit(*key) * units for key, units in needs_of(order, plan).items())
    return len(order.products) - shipped, cost_of(order, plan) + extra


@given(worlds())
def test_finds_the_best_of_all_plans(world) -> None:
    """Most lines, then the least cost with fees; never without stock, capacity or capability."""
    order, supply, fees = world
    plans = list(plans_of(order, supply))
    plan = decide_order(order, supply, fees)

    assert plan in plans
    assert weighed(order, plan, fees) == min(weighed(order, one, fees) for one in plans)


@given(worlds(most_lines=25, most_locations=6))
def test_never_takes_what_is_not_there(world) -> None:
    """However many lines: stock, capacity, capability, each line at most once; the supply accepts the plan."""
    order, supply, fees = world
    plan = decide_order(order, supply, fees)
    shipped = [line for _, lines in plan for line in lines]

    assert len(shipped) == len(set(shipped)) and all(lines for _, lines in plan)
    assert all(order.can_serve(at, line) for at, lines in plan for line in lines)
    supply.take(order, plan)
    assert all(units >= 0 for units in supply.stock.values())
    assert all(left is None or left >= 0 for left in supply.capacity)


@given(worlds(most_lines=14), st.randoms(use_true_random=False))
def test_does_not_mind_in_which_order_lines_are_written(world, dice) -> None:
    """The same lines go to the same places."""
    order, supply, fees = world
    lines = list(range(len(order.products)))
    dice.shuffle(lines)
    written = decide_order(order.with_lines(lines), supply, fees)

    assert contents(order.with_lines(lines), written) == contents(order, decide_order(order, supply, fees))


def contents(order: ShippingOrder, plan) -> list:
    """Return what lies in each parcel, whatever its lines are called."""
    return [
        (at, sorted((order.products[line], order.wanted(line), order.weights_g[line]) for line in lines))
        for at, lines in plan
    ]


@given(worlds(most_lines=8))
def test_ships_as_much_with_fees_as_without(world) -> None:
    """A fee moves an order, it never refuses one, however high it is."""
    order, supply, _ = world
    dear = ScarcityFees(dict.fromkeys(range(len(order.tariffs)), 10**8), dict.fromkeys(supply.stock, 10**8))
    shipped = [sum(len(lines) for _, lines in decide_order(order, supply, fees)) for fees in (NO_FEES, dear)]

    assert shipped[0] == shipped[1]


@pytest.fixture
def two_places() -> tuple[ShippingOrder, Supply]:
    """One line that York ships for 500 and Leeds for 600."""
    order = ShippingOrder((900,), (Tariff((500,), (0,)), Tariff((600,), (0,))), (4,))
    return order, Supply({(0, 4): 3, (1, 4): 3}, [9, 9])


def test_spares_what_is_scarce(two_places) -> None:
    """A fee of 150 on York's stock makes Leeds the better choice."""
    order, supply = two_places

    assert decide_order(order, supply) == ((0, (0,)),)
    assert decide_order(order, supply, ScarcityFees(units={(0, 4): 150})) == ((1, (0,)),)
    assert decide_order(order, supply, ScarcityFees(parcels={0: 150})) == ((1, (0,)),)


@pytest.mark.parametrize("change", [{"enabled": False}, {"caps": {0: 0}}, {"caps": {0: 99}}])
def test_leaves_fees_out_that_are_switched_off_or_capped(two_places, change) -> None:
    """The switch, a cap of nothing, and a cap below the difference."""
    order, supply = two_places
    fees = replace(ScarcityFees(units={(0, 4): 150}), **change)

    assert decide_order(order, supply, fees) == ((0, (0,)),)
