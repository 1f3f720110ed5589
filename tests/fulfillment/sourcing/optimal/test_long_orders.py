"""An order of more lines than the exact table holds …"""

from __future__ import annotations

import highspy
import pytest

from fulfillment.sourcing.optimal.long_orders import decide_long
from fulfillment.sourcing.optimal.shipping import NO_FEES, ScarcityFees, ShippingOrder, Supply, Tariff, cost_of
from tests.fulfillment.sourcing.optimal.network import long_order

HALF_A_PERCENT = 1.005


def optimum(order: ShippingOrder, supply: Supply, *, seconds: float = 20) -> tuple[float, float]:
    """Return the best cost that a mixed-integer program finds, and its bound."""
    model = highspy.Highs()
    model.silent()
    for option, value in (("threads", 1), ("time_limit", float(seconds)), ("mip_rel_gap", 1e-6)):
        model.setOptionValue(option, value)
    owners: dict[int, list] = {line: [] for line in range(len(order.products))}
    for at, tariff in enumerate(order.tariffs):
        for fixed, rate in zip(tariff.fixed, tariff.per_started_kg, strict=True):
            opened, kilograms = model.addBinary(obj=fixed), model.addIntegral(obj=rate)
            lines = [line for line in owners if supply.stock.get((at, line))]
            takes = {line: model.addBinary(obj=tariff.per_line) for line in lines}
            model.addConstr(sum(order.weights_g[line] / 1000 * takes[line] for line in lines) - kilograms <= 0)
            for line, takes_it in takes.items():
                owners[line].append(takes_it)
                model.addConstr(takes_it - opened <= 0)
    for takes_it in owners.values():
        model.addConstr(sum(takes_it) == 1)
    model.run()
    found = model.getInfo()
    return found.objective_function_value, found.mip_dual_bound


@pytest.mark.parametrize(
    ("lines", "locations", "stocked", "kinds"), [(14, 6, 0.5, 0), (24, 8, 0.4, 0), (28, 6, 0.7, 0), (60, 8, 0.5, 7)]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_costs_at_most_half_a_percent_more_than_the_optimum(lines, locations, stocked, kinds, seed) -> None:
    """Against a mixed-integer program with started kilograms, and never below the bound that it states."""
    order, supply = long_order(seed, lines, locations, stocked=stocked, kinds=kinds)
    found = decide_long(order, supply, NO_FEES)
    best, bound = optimum(order, supply)

    assert sorted(line for _, shipped in found.plan for line in shipped) == list(range(lines))
    assert found.cost == cost_of(order, found.plan) <= HALF_A_PERCENT * best
    assert found.bound <= bound + 1


@pytest.mark.parametrize("seed", range(3))
def test_of_200_lines_at_20_locations_states_a_small_gap(seed: int) -> None:
    """The gap is proven by the relaxation; most of it is the relaxation, which does not see started kilograms."""
    order, supply = long_order(seed, 200, 20, stocked=0.5)
    found = decide_long(order, supply, NO_FEES)

    assert found.cost == cost_of(order, found.plan)
    assert 0 <= found.gap <= 0.08


def test_ships_every_line_that_can_be_shipped_however_high_the_fees() -> None:
    """A line that is nowhere stays behind, the others go."""
    order, supply = long_order(3, 40, 6, stocked=0.3)
    for at in range(6):
        supply.stock.pop((at, 17), None)
    dear = ScarcityFees(dict.fromkeys(range(6), 10**7), dict.fromkeys(supply.stock, 10**7))
    found = decide_long(order, supply, dear)

    assert sorted(line for _, shipped in found.plan for line in shipped) == [line for line in range(40) if line != 17]


def test_that_is_nowhere_ships_nothing() -> None:
    """No location has anything."""
    order, supply = long_order(3, 12, 3, stocked=0.3)
    supply.stock.clear()

    assert decide_long(order, supply, NO_FEES).plan == ()


def test_lines_that_weigh_nothing_still_pay_for_their_parcel() -> None:
    """Many cheap lines from one dear parcel are no bargain, although no line starts a kilogram."""
    lines = 12
    tariffs = (Tariff((100,), (50,), 2), Tariff((5000,), (50,), 1))
    order = ShippingOrder((0,) * lines, tariffs, tuple(range(lines)))
    supply = Supply({(at, line): 1 for at in range(2) for line in range(lines)}, [None, None])

    assert cost_of(order, decide_long(order, supply, NO_FEES).plan) == 124
