"""Least-cost planning: which place sends which lines so that freight and the rules' weights are as little as can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.counters import Quote
from fulfillment.sourcing.decision import Freight, Method, Portion
from fulfillment.sourcing.demand import Place, Problem
from fulfillment.sourcing.optimal.shipping import MOST_LINES, NO_FEES, ScarcityFees, ShippingOrder, Supply, Tariff
from fulfillment.sourcing.search import Plan
from fulfillment.sourcing.snapshot import Rules, Want

MOST_CHUNKS = 3
"""Into how many parts one line is split when no location has all of it; more are left to the search by places."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line, or the part of one, that is shipped from one place."""

    want: Want
    need: int
    quantity: int


@dataclass(frozen=True, slots=True)
class CheapPlan:
    """The places that ship, ascending, what each ships, and how sure it is that nothing is cheaper."""

    plan: Plan
    portions: tuple[Portion, ...]
    method: Method


def cheapest(problem: Problem, rules: Rules, book: Book) -> CheapPlan | None:
    """Return the cheapest plan that fills all that can be filled.

    None where this way does not reach as far as the search by places: lines of one product that ask for different
    skills while it is short, lines in more than ``MOST_CHUNKS`` parts, more parcels than allowed.
    """
    tariffs = [place.counter.tariff for place in problem.places if place.counter is not None]
    pieces = _pieces(problem) if len(tariffs) == len(problem.places) else None
    if pieces is None:
        return None
    # numpy is loaded where costs are counted, not by every process that starts
    from fulfillment.sourcing.optimal.online import decide_order

    supply = Supply(
        stock={
            (place, need): units for place, one in enumerate(problem.places) for need, units in enumerate(one.supply)
        },
        capacity=[None] * len(problem.places),
    )
    plan = decide_order(_shipping_order(problem, tariffs, pieces), supply, _fees(problem))
    shipped = sum(pieces[at].quantity for _, lines in plan for at in lines)
    if shipped < sum(problem.targets) or (rules.max_parcels is not None and len(plan) > rules.max_parcels):
        return None
    split = len(pieces) > len({piece.want.line_id for piece in pieces})
    method: Method = "near_cheapest" if split or len(pieces) > MOST_LINES else "cheapest"
    return CheapPlan(tuple(sorted(place for place, _ in plan)), _portions(problem, plan, pieces, book), method)


def _fees(problem: Problem) -> ScarcityFees:
    """Return the scarcity fees by place and need."""
    if not any(place.toll.parcel or place.toll.units for place in problem.places):
        return NO_FEES
    return ScarcityFees(
        parcels={at: place.toll.parcel for at, place in enumerate(problem.places) if place.toll.parcel},
        units={(at, need): fee for at, place in enumerate(problem.places) for need, fee in enumerate(place.toll.units)},
    )


def _shipping_order(problem: Problem, tariffs: list[Tariff], pieces: list[_Piece]) -> ShippingOrder:
    """Return the order as least-cost sourcing sees it."""
    return ShippingOrder(
        weights_g=tuple(piece.want.weight_g * piece.quantity for piece in pieces),
        tariffs=tuple(tariffs),
        products=tuple(piece.need for piece in pieces),
        quantities=tuple(piece.quantity for piece in pieces),
        able=tuple(
            sum(place.can_serve(piece.want.capability) << at for at, piece in enumerate(pieces))
            for place in problem.places
        ),
    )


def _pieces(problem: Problem) -> list[_Piece] | None:
    """Return what is to be shipped, lines split that no place can fill whole; None when that is not this way's."""
    pieces: list[_Piece] = []
    for index, need in enumerate(problem.needs):
        left = problem.targets[index]
        if left < need.quantity and len(need.cuts) > 1:
            return None
        # the smallest lines first when there is too little, so that many are complete
        for want in sorted(need.wants, key=lambda want: (want.quantity, want.line_id)):
            quantity = min(left, want.quantity)
            left -= quantity
            parts = _parts(problem, index, want, quantity)
            if parts is None:
                return None
            pieces += [_Piece(want, index, part) for part in parts]
    return pieces


def _parts(problem: Problem, need: int, want: Want, quantity: int) -> list[int] | None:
    """Return the quantity as one part, or as the largest stocks there are; None when those are too many."""
    stocks = sorted(
        (place.supply[need] for place in problem.places if place.can_serve(want.capability)), reverse=True
    )  # fmt: skip
    parts: list[int] = []
    for stock in stocks[:MOST_CHUNKS]:
        if quantity <= 0:
            break
        parts.append(min(stock, quantity))
        quantity -= parts[-1]
    return parts if quantity <= 0 else None


def _portions(
    problem: Problem,
    plan: Iterable[tuple[int, tuple[int, ...]]],
    pieces: list[_Piece],
    book: Book,
) -> tuple[Portion, ...]:
    """Return the plan as portions, by line and location."""
    units: dict[tuple[int, int, int], int] = {}
    for place, members in plan:
        location = problem.places[place].node.location_id
        for at in members:
            piece = pieces[at]
            key = (piece.want.line_id, location, problem.needs[piece.need].product_id)
            units[key] = units.get(key, 0) + piece.quantity
    return tuple(
        Portion(line, product, location, book.stock_level_id(product, location), quantity)
        for (line, location, product), quantity in sorted(units.items())
    )


def freights_of(problem: Problem, plan: Plan, portions: Iterable[Portion]) -> tuple[Freight, ...]:
    """Return what each consignment of a plan costs and which service carries it; nothing where no rates decide."""
    portions = list(portions)
    grams, loads = grams_of(problem, portions), loads_of(problem, portions)
    places = [problem.places[index] for index in plan]
    return tuple(
        _freight(place, counter.quote(grams[place.node.location_id]), grams, loads)
        for place in places
        if (counter := place.counter) is not None
    )


def grams_of(problem: Problem, portions: Iterable[Portion]) -> dict[int, int]:
    """Return what each location's consignment weighs."""
    weights = {want.line_id: want.weight_g for need in problem.needs for want in need.wants}
    grams: dict[int, int] = {}
    for portion in portions:
        grams[portion.location_id] = grams.get(portion.location_id, 0) + weights[portion.line_id] * portion.quantity
    return grams


def loads_of(problem: Problem, portions: Iterable[Portion]) -> dict[int, list[int]]:
    """Return the units of each need that each location sends."""
    at = {need.product_id: index for index, need in enumerate(problem.needs)}
    loads: dict[int, list[int]] = {}
    for portion in portions:
        load = loads.setdefault(portion.location_id, [0] * len(problem.needs))
        load[at[portion.product_id]] += portion.quantity
    return loads


def _freight(place: Place, quote: Quote, grams: Mapping[int, int], loads: Mapping[int, list[int]]) -> Freight:
    """Return a quote as the decision keeps it."""
    rate, location_id = quote.service.rate, place.node.location_id
    return Freight(
        location_id=location_id,
        carrier=rate.carrier,
        service=rate.service,
        grams=grams[location_id],
        cost=quote.freight,
        weighed=quote.total,
        transit_days=rate.transit_days,
        late_days=quote.service.late_days,
        scarcity=place.toll.of(loads[location_id]),
    )
