"""A pool of waiting orders …"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.master import Market, Master
from fulfillment.sourcing.optimal.pool import decide_pool
from fulfillment.sourcing.optimal.shipping import ShippingOrder, Supply, Tariff
from fulfillment.sourcing.optimal.stream import decide_stream
from tests.fulfillment.sourcing.optimal.network import UNFILLED, Network, as_answer, bill_of_day, orders_of, supply_of


@pytest.mark.parametrize("kind", ["normal", "peak", "tight"])
def test_is_proven_to_cost_at_most_half_a_percent_too_much(kind: str) -> None:
    """The bill is recomputed from the data; nothing is taken twice; one by one costs more."""
    day = Network(5, locations=20, products=150).day(kind, orders=300)
    pool = decide_pool(orders_of(day), supply_of(day), unfilled=UNFILLED)
    one_by_one = list(decide_stream(orders_of(day), [], supply_of(day), unfilled=UNFILLED, every=0))

    assert bill_of_day(day, as_answer(pool.plans))[0] == pool.cost
    assert 0 <= pool.gap <= 0.005
    assert pool.cost <= bill_of_day(day, as_answer(one_by_one))[0]


@pytest.mark.parametrize("seed", range(8))
def test_costs_what_trying_everything_finds(seed: int) -> None:
    """Five orders of one line, two locations, three units and few parcels: all ways are tried."""
    network = Network(seed, locations=2, products=2)
    day = network.day("tight", orders=5)
    day["orders"] = [network.order(1) for _ in range(5)]
    day |= {"stock": [[1, 2], [1, 0]], "cap": [2, 1]}
    best = min(filter(None, (_bill(day, owners) for owners in product((None, 0, 1), repeat=5))))

    pool = decide_pool(orders_of(day), supply_of(day), unfilled=UNFILLED)

    assert pool.cost == best
    assert pool.bound <= best


def _bill(day, owners) -> int | None:
    """Return what giving each order to an owner costs, or None when there is not enough."""
    try:
        return bill_of_day(day, [{} if owner is None else {owner: [0]} for owner in owners])[0]
    except AssertionError:
        return None


def test_refuses_an_order_of_too_many_lines() -> None:
    """A pool is decided by tables of all sets of lines."""
    order = ShippingOrder((1,) * 11, (Tariff((1,), (1,)),), tuple(range(11)))

    with pytest.raises(ValueError, match="at most 10 lines"):
        decide_pool([order], Supply({}, [None]), unfilled=UNFILLED)


def test_of_nobody_costs_nothing() -> None:
    """No orders, no cost, no gap."""
    assert decide_pool([], Supply({}, []), unfilled=UNFILLED).gap == 0


def test_reads_no_prices_from_a_solver_that_has_failed() -> None:
    """After an error duals are zero, which would look like plenty: here the time is up before it began."""
    day = Network(5, products=40).day("tight", orders=40)
    orders = orders_of(day)
    market = Market(np.array(day["stock"], dtype=float), np.array(day["cap"], dtype=float), UNFILLED)
    master = Master(orders, market)
    master._highs.setOptionValue("time_limit", 0.0)
    master.add((at, ((0, tuple(range(len(order.products)))),)) for at, order in enumerate(orders))

    with pytest.raises(SolverFailed, match="Time limit"):
        master.solve()


def test_is_decided_in_turn_when_no_whole_choice_is_found_in_time() -> None:
    """With no time to choose, prices alone decide; the gap is proven all the same."""
    day = Network(5, locations=20, products=150).day("tight", orders=150)
    orders = orders_of(day)
    hasty = decide_pool(orders, supply_of(day), unfilled=UNFILLED, seconds=0.0)

    assert bill_of_day(day, as_answer(hasty.plans))[0] == hasty.cost
    assert decide_pool(orders, supply_of(day), unfilled=UNFILLED).cost <= hasty.cost
    assert 0 <= hasty.gap < 0.2
