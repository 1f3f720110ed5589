"""One order at a time at the least cost, scarcity fees included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fulfillment.sourcing.optimal.long_orders import decide_long
from fulfillment.sourcing.optimal.partition import Floats
from fulfillment.sourcing.optimal.shipping import MOST_LINES, NO_FEES, Plan, ScarcityFees, ShippingOrder, Supply
from fulfillment.sourcing.optimal.tables import batches_of, without_unfilled

LAST_RESORT = 10**10
"""What an unfilled line counts for while an order is decided: more than any cost and any fee, so that neither is ever
a reason not to ship what can be shipped."""


def decide_order(order: ShippingOrder, supply: Supply, fees: ScarcityFees = NO_FEES) -> Plan:
    """Return the parcels of one order at the least cost plus fees; exact up to ten lines.

    As many lines as possible are shipped, whatever it costs. The same order in other words gives the same answer: lines
    are put in an order of their own first, and the earliest location wins between equals.
    """
    if not order.weights_g:
        return ()
    canonical, former = order.sorted_lines()
    if len(former) > MOST_LINES:
        plan = decide_long(canonical, supply, fees).plan
    else:
        plan = _exact(canonical, supply, fees)
    return tuple((location, tuple(sorted(former[line] for line in lines))) for location, lines in plan)


def _exact(order: ShippingOrder, supply: Supply, fees: ScarcityFees) -> Plan:
    """Decide an order of few lines by its table of sets."""
    names = sorted(set(order.products))
    own = order.renumbered({product: number for number, product in enumerate(names)})
    locations = len(order.tariffs)
    (batch,) = batches_of([own])
    found = batch.solve(
        _unit_fees(fees, locations, names),
        np.array([fees.of_parcel(location) for location in range(locations)], dtype=np.float64),
        stock=stock_table(supply, locations, names),
        unfilled=LAST_RESORT,
    )
    return without_unfilled(found.plan(0), locations)


def _unit_fees(fees: ScarcityFees, locations: int, products: Sequence[int]) -> Floats:
    """Return the fee by location and product for one unit."""
    if not fees.units or not fees.enabled:
        return np.zeros((locations, len(products)))
    return np.array(
        [[fees.of_unit(location, product) for product in products] for location in range(locations)], dtype=np.float64
    )


def stock_table(supply: Supply, locations: int, products: Sequence[int]) -> Floats:
    """Return the units that may be shipped, by location and product; none from a location that is full."""
    table = np.zeros((locations, len(products)))
    for location in range(locations):
        if supply.capacity[location] != 0:
            table[location] = [supply.stock.get((location, product), 0) for product in products]
    return table
