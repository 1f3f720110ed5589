"""A stream of orders, decided one by one with scarcity fees …"""

from __future__ import annotations

from functools import lru_cache

import pytest

from fulfillment.sourcing.optimal import stream
from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.learning import learn_fees
from fulfillment.sourcing.optimal.pool import decide_pool
from fulfillment.sourcing.optimal.shipping import ScarcityFees, Supply
from fulfillment.sourcing.optimal.stream import decide_stream
from tests.fulfillment.sourcing.optimal.network import UNFILLED, Network, as_answer, bill_of_day, orders_of, supply_of


@lru_cache(maxsize=8)
def day_of(kind: str, seed: int):
    """Draw a day of 300 orders with the 450 before it."""
    return Network(seed, products=120).day(kind, orders=300, history=450)


def cost(day, *, every: int) -> int:
    """Return what the day's stream costs."""
    plans = decide_stream(orders_of(day), orders_of(day, "history"), supply_of(day), unfilled=UNFILLED, every=every)
    return bill_of_day(day, as_answer(list(plans)))[0]


@pytest.mark.parametrize(("kind", "most"), [("normal", 1.02), ("peak", 1.15), ("tight", 1.35)])
@pytest.mark.parametrize("seed", [11, 12])
def test_costs_little_more_than_knowing_the_whole_day_before(kind: str, most: float, seed: int) -> None:
    """Against the bound of deciding jointly in hindsight; a day of 300 is harsher than one of 800, chance being larger.

    Without fees it costs a tenth more at a peak, and a sixth more where parcels are short.
    """
    day = day_of(kind, seed)
    bound = decide_pool(orders_of(day), supply_of(day), unfilled=UNFILLED).bound
    with_fees, without = cost(day, every=25), cost(day, every=0)

    assert bound <= with_fees <= most * bound
    assert with_fees <= {"normal": 1.002, "peak": 0.9, "tight": 0.85}[kind] * without


def test_is_decided_before_the_next_order_is_seen() -> None:
    """A stream that ends otherwise begins the same: only the number of orders is known."""
    day, other = day_of("tight", 11), dict(day_of("tight", 11))
    other["orders"] = day["orders"][:80] + day["orders"][:79:-1]
    plans = [
        list(decide_stream(orders_of(one), orders_of(one, "history"), supply_of(one), unfilled=UNFILLED))[:80]
        for one in (day, other)
    ]

    assert plans[0] == plans[1]


def test_names_what_its_fees_were_learned_from() -> None:
    """Day, horizon, sample; whole minor units; only where something is scarce."""
    day = day_of("tight", 11)
    fees = learn_fees(
        orders_of(day, "history"), supply_of(day), horizon=300, unfilled=UNFILLED, computed_on="2026-11-26", caps={0: 5}
    )

    assert (fees.computed_on, fees.horizon, fees.sample_size) == ("2026-11-26", 300, 450)
    assert fees.parcels and all(type(fee) is int and fee > 0 for fee in [*fees.parcels.values(), *fees.units.values()])
    assert max(fees.of_parcel(at) for at in range(12)) > 5 >= fees.of_parcel(0)


def test_learns_no_fees_where_there_is_plenty() -> None:
    """Stock and parcels for everybody are worth nothing to the next order."""
    day = day_of("normal", 11)
    plenty = Supply(dict.fromkeys(supply_of(day).stock, 10**6), [None] * 12)
    fees = learn_fees(orders_of(day, "history"), plenty, horizon=300, unfilled=UNFILLED)

    assert not fees.parcels and not fees.units


def test_learns_no_fees_from_a_history_shorter_than_its_horizon() -> None:
    """Scaled up, a few orders make slow products look scarce."""
    day = day_of("tight", 11)

    assert learn_fees(orders_of(day, "history"), supply_of(day), horizon=451, unfilled=UNFILLED) == ScarcityFees(
        horizon=451, sample_size=450
    )


def test_keeps_its_fees_when_the_solver_fails(monkeypatch) -> None:
    """Renewing fails for every time but the first: the day is decided to its end with the first fees."""
    day, learned = day_of("tight", 11), []

    def learn_once(*args, **options):
        if learned:
            raise SolverFailed("Time limit reached")
        learned.append(learn_fees(*args, **options))
        return learned[0]

    monkeypatch.setattr(stream, "learn_fees", learn_once)
    with_first, without = cost(day, every=25), cost(day, every=0)

    assert learned[0].parcels
    assert with_first < without
