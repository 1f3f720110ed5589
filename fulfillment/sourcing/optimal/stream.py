"""Orders in the order they come, each decided before the next is seen, with fees renewed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.learning import learn_fees
from fulfillment.sourcing.optimal.online import decide_order
from fulfillment.sourcing.optimal.shipping import NO_FEES, Plan, ScarcityFees, ShippingOrder, Supply

RENEWED_EVERY = 25
"""Orders between two computations of the fees; where capacity is tight every hundred costs 2 % more."""


def decide_stream(
    orders: Sequence[ShippingOrder],
    history: Sequence[ShippingOrder],
    supply: Supply,
    *,
    unfilled: int,
    every: int = RENEWED_EVERY,
) -> Iterator[Plan]:
    """Yield the plan of each order in turn; ``supply`` shrinks by it.

    Fees are learned from the history and from the orders decided so far, for as many orders as are still to come. An
    order is read only when its turn has come; of the later ones nothing is known but their number.

    :param unfilled: what an unfilled line costs; it moves the fees, never a decision to leave a line unfilled
    :param every: orders between two computations of the fees; 0 decides without fees
    """
    fees, seen = NO_FEES, list(history)
    for number, order in enumerate(orders):
        if every and number % every == 0:
            fees = _renewed(fees, seen, supply, horizon=len(orders) - number, unfilled=unfilled)
        plan = decide_order(order, supply, fees)
        supply.take(order, plan)
        seen.append(order)
        yield plan


def _renewed(
    fees: ScarcityFees, seen: Sequence[ShippingOrder], supply: Supply, *, horizon: int, unfilled: int
) -> ScarcityFees:
    """Return new fees, or those so far when the solver fails: a little old is better than none."""
    try:
        return learn_fees(seen, supply, horizon=horizon, unfilled=unfilled, before=fees)
    except SolverFailed:
        return fees
