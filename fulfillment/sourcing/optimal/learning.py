"""Scarcity fees from past orders: what stock and capacity will be worth to the orders still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fulfillment.sourcing.optimal.master import Market
from fulfillment.sourcing.optimal.partition import Floats
from fulfillment.sourcing.optimal.relaxation import Generation, Prices
from fulfillment.sourcing.optimal.shipping import MOST_LINES, ScarcityFees, ShippingOrder, Supply, locations_of

GAP = 0.001
"""How near its bound the relaxation is solved; closer changes no decision."""


def learn_fees(
    past: Sequence[ShippingOrder],
    supply: Supply,
    *,
    horizon: int,
    unfilled: int,
    computed_on: str = "",
    before: ScarcityFees | None = None,
    caps: Mapping[int, int] | None = None,
) -> ScarcityFees:
    """Return what a parcel of each location and a unit of each product there is worth, in whole minor units.

    The past orders stand for the next ``horizon`` ones: stock and capacity are scaled to their number. A history that
    is shorter than the horizon would have to be scaled up, which makes slow products look scarce: no fees then.

    :param unfilled: what an unfilled line costs
    :param before: the fees so far; they save time and change nothing else
    :raises SolverFailed: when the solver fails; the fees so far stay right enough
    """
    blank = ScarcityFees(
        computed_on=computed_on, horizon=horizon, sample_size=len(past), caps=dict(caps) if caps else {}
    )
    sample = [piece for order in past for piece in _pieces(order)]
    if horizon <= 0 or len(past) < horizon or not sample:
        return blank
    names = sorted({product for order in sample for product in order.products})
    numbers = {product: number for number, product in enumerate(names)}
    scale = len(past) / horizon
    market = Market(
        stock=levels_of(supply, locations_of(sample), numbers) * scale,
        capacity=np.array([np.inf if left is None else left * scale for left in supply.capacity], dtype=np.float64),
        unfilled=unfilled,
    )
    generation = Generation([order.renumbered(numbers) for order in sample], market)
    return as_fees(generation.run(gap=GAP, start=_as_prices(before, market, names)).prices, names, blank)


def as_fees(prices: Prices, names: Sequence[int], blank: ScarcityFees) -> ScarcityFees:
    """Return prices as fees of whole minor units, without those of nothing."""
    parcels = {location: round(fee) for location, fee in enumerate(prices.parcels.tolist()) if round(fee)}
    units = {
        (location, names[at]): fee
        for location, row in enumerate(prices.units.tolist())
        for at, price in enumerate(row)
        if (fee := round(price))
    }
    return replace(blank, parcels=parcels, units=units)


def _pieces(order: ShippingOrder) -> Iterable[ShippingOrder]:
    """Cut an order that is too long for the exact table into orders that are not."""
    lines = range(len(order.weights_g))
    if len(lines) <= MOST_LINES:
        return [order] if lines else []
    return [order.with_lines(lines[at : at + MOST_LINES // 2]) for at in lines[:: MOST_LINES // 2]]


def levels_of(supply: Supply, locations: int, numbers: Mapping[int, int]) -> Floats:
    """Return the units by location and product."""
    levels = np.zeros((locations, len(numbers)))
    for (location, product), units in supply.stock.items():
        if product in numbers and units > 0:
            levels[location, numbers[product]] = units
    return levels


def _as_prices(fees: ScarcityFees | None, market: Market, names: Sequence[int]) -> Prices | None:
    """Return earlier fees as prices to start from; None without any."""
    if fees is None or not (fees.parcels or fees.units):
        return None
    prices = Prices.zero(market)
    at = {product: number for number, product in enumerate(names)}
    for location, fee in fees.parcels.items():
        prices.parcels[location] = fee
    for (location, product), fee in fees.units.items():
        if product in at:
            prices.units[location, at[product]] = fee
    return prices
