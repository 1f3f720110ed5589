"""The parcels of one decision: how far each goes, at what cost, and whether it comes in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fulfillment.sourcing.counters import counter_of
from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules
from fulfillment.sourcing.whatif.figures import Parcel

FREIGHT_ALONE = Rules(prefer="cheapest", split_penalty=0, distance_weight=0)
"""What a consignment is priced by that was decided without rates: freight and nothing else."""


def parcels_of(
    order: OrderSnapshot, nodes: Iterable[Node], decision: Decision, days: Mapping[int, str]
) -> dict[int, Parcel]:
    """Return the parcel of each location that ships, planned on its day."""
    ways = {one.location_id: one.distance_km for one in decision.candidates if one.chosen}
    freights = _freights(order, nodes, decision, ways)
    return {
        place: Parcel(day, ways.get(place), *_cost_and_lateness(order, freights.get(place)))
        for place, day in days.items()
    }


def _freights(
    order: OrderSnapshot, nodes: Iterable[Node], decision: Decision, ways: Mapping[int, int | None]
) -> dict[int, tuple[int, int | None]]:
    """Return cost and days late by location: as decided, else as the cheapest service of the order's rates asks."""
    leaving = {node.location_id: node for node in nodes}
    if decision.freights:
        return {
            one.location_id: (one.cost, one.late_days if leaving[one.location_id].leaves_on else None)
            for one in decision.freights
        }
    weights = {want.line_id: want.weight_g for want in order.wants}
    grams: dict[int, int] = {}
    for one in decision.portions:
        grams[one.location_id] = grams.get(one.location_id, 0) + weights.get(one.line_id, 0) * one.quantity
    found: dict[int, tuple[int, int | None]] = {}
    for place, weight in grams.items():
        node = leaving.get(place)
        counter = counter_of(node, ways.get(place), order, FREIGHT_ALONE) if node and order.rates else None
        if node and counter:
            quote = counter.quote(weight)
            found[place] = (quote.freight, quote.service.late_days if node.leaves_on else None)
    return found


def _cost_and_lateness(order: OrderSnapshot, freight: tuple[int, int | None] | None) -> tuple[int | None, bool | None]:
    """Return the cost, and whether the parcel misses the promised day; None for what is not known."""
    if freight is None:
        return None, None
    cost, late = freight
    return cost, late > 0 if order.deliver_by and late is not None else None
