"""The one or two sentences that sum a decision up for the order page."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.sourcing.decision import Freight, Portion
from fulfillment.sourcing.demand import Problem
from fulfillment.sourcing.methods import unreachable
from fulfillment.sourcing.search import Plan
from fulfillment.sourcing.snapshot import OrderSnapshot
from fulfillment.sourcing.wording import amount, enumeration, units_by_sku
from oms.foundation.wording import count


def sentence_of(
    order: OrderSnapshot,
    problem: Problem,
    plan: Plan,
    portions: Sequence[Portion],
    freights: Sequence[Freight],
    spared: Sequence[int] = (),
) -> str:
    """Say who ships how much and why not from one place, what is spared for later orders, then what is missing.

    :param spared: the locations that lost by their scarcity fees
    """
    wanted = sum(need.quantity for need in problem.needs)
    if not wanted:
        return "Nothing to ship."
    if problem.unserved and not problem.places:
        return f"No carrier service goes to this address, so none of the {count(wanted, 'unit')} can be shipped."
    if not problem.places:
        why = unreachable(order, wanted, problem.kept, problem.store_known)
        if why:
            return why
        return f"No location can ship any of the {count(wanted, 'unit')}."
    if not plan:
        return f"Nothing is promised, because the order ships whole or not at all: {_obstacle(problem)}."
    shipped = sum(portion.quantity for portion in portions)
    if len(plan) == 1:
        sentence = _one_place(problem, plan[0], shipped, wanted)
    else:
        sentence = _together(problem, plan, portions, priced=bool(freights))
    if freights:
        sentence = f"{sentence} {_freight(freights, order.rate_currency)}{_spared(problem, spared)}"
    return sentence if shipped == wanted else f"{sentence} Missing: {units_by_sku(_missing(problem, portions))}."


def _one_place(problem: Problem, index: int, shipped: int, wanted: int) -> str:
    """Say that one location ships what can be shipped."""
    place = problem.places[index]
    amount = f"all {count(wanted, 'unit')}" if shipped == wanted else f"{shipped} of {count(wanted, 'unit')}"
    if wanted == shipped == 1:
        amount = "the only unit"
    distance = "" if place.km is None else f" from {place.km} km away"
    return f"{place.node.name} ships {amount}{distance}."


def _freight(freights: Sequence[Freight], currency: str) -> str:
    """Say what the carriers are paid, and where parcels come too late."""
    services = enumeration([f"{one.carrier} {one.service}" for one in freights])
    words = f"Freight {amount(sum(one.cost for one in freights), currency)} by {services}"
    late, scarcity = max(one.late_days for one in freights), sum(one.scarcity for one in freights)
    words = f"{words}; {count(late, 'day')} later than promised." if late else f"{words}."
    return f"{words} A scarcity fee of {amount(scarcity, currency)} weighs in; nobody pays it." if scarcity else words


def _spared(problem: Problem, spared: Sequence[int]) -> str:
    """Say whose stock and parcels a scarcity fee keeps for the orders to come."""
    names = [place.node.name for place in problem.places if place.node.location_id in spared]
    return f" A scarcity fee spares {enumeration(sorted(names))} for later orders." if names else ""


def _together(problem: Problem, plan: Plan, portions: Sequence[Portion], *, priced: bool) -> str:
    """Say how an order is split over locations."""
    shares: dict[int, int] = {}
    for portion in portions:
        shares[portion.location_id] = shares.get(portion.location_id, 0) + portion.quantity
    names = [
        f"{problem.places[index].node.name} ({count(shares[problem.places[index].node.location_id], 'unit')})"
        for index in plan
    ]
    total = sum(shares.values())
    alone = any(problem.units((index,)) >= total for index in range(len(problem.places)))
    weighs = "which weighs less than one parcel from farther away"
    if priced:
        fees = any(place.toll.parcel or any(place.toll.units) for place in problem.places)
        weighs = f"which costs less than one parcel{', scarcity fees counted in' if fees else ''}"
    why = weighs if alone else "because no single location has all of it"
    return f"{enumeration(names)} ship together, {why}."


def _obstacle(problem: Problem) -> str:
    """Say what keeps an all-or-nothing order from shipping."""
    missing = [
        (need.quantity - target, need.sku)
        for need, target in zip(problem.needs, problem.targets, strict=True)
        if target < need.quantity
    ]
    if not missing:
        return "it needs more parcels than it may have"
    return f"{units_by_sku(missing)} missing everywhere"


def _missing(problem: Problem, portions: Sequence[Portion]) -> list[tuple[int, str]]:
    """List the units that nobody ships, by product."""
    given: dict[int, int] = {}
    for portion in portions:
        given[portion.product_id] = given.get(portion.product_id, 0) + portion.quantity
    gaps = ((need.quantity - given.get(need.product_id, 0), need.sku) for need in problem.needs)
    return [gap for gap in gaps if gap[0]]
