"""The one or two sentences that sum a decision up for the order page."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.sourcing.decision import Portion
from fulfillment.sourcing.demand import Problem
from fulfillment.sourcing.search import Plan
from fulfillment.sourcing.wording import enumeration, units_by_sku
from oms.foundation.wording import count


def sentence_of(problem: Problem, plan: Plan, portions: Sequence[Portion]) -> str:
    """Say who ships how much and why not from one place, then what is missing."""
    wanted = sum(need.quantity for need in problem.needs)
    if not wanted:
        return "Nothing to ship."
    if not problem.places:
        return f"No location can ship any of the {count(wanted, 'unit')}."
    if not plan:
        return f"Nothing is promised, because the order ships whole or not at all: {_obstacle(problem)}."
    shipped = sum(portion.quantity for portion in portions)
    sentence = _one_place(problem, plan[0], shipped, wanted) if len(plan) == 1 else _together(problem, plan, portions)
    return sentence if shipped == wanted else f"{sentence} Missing: {units_by_sku(_missing(problem, portions))}."


def _one_place(problem: Problem, index: int, shipped: int, wanted: int) -> str:
    """Say that one location ships what can be shipped."""
    place = problem.places[index]
    amount = f"all {count(wanted, 'unit')}" if shipped == wanted else f"{shipped} of {count(wanted, 'unit')}"
    if wanted == shipped == 1:
        amount = "the only unit"
    distance = "" if place.km is None else f" from {place.km} km away"
    return f"{place.node.name} ships {amount}{distance}."


def _together(problem: Problem, plan: Plan, portions: Sequence[Portion]) -> str:
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
    why = "which weighs less than one parcel from farther away" if alone else "because no single location has all of it"
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
