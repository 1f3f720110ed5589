"""The parcels of one decision: how far each goes, at what cost, and whether it comes in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from fulfillment.sourcing.decision import Decision
from fulfillment.sourcing.snapshot import Node, OrderSnapshot
from fulfillment.sourcing.whatif.figures import Parcel


def parcels_of(
    order: OrderSnapshot, nodes: Iterable[Node], decision: Decision, days: Mapping[int, str]
) -> dict[int, Parcel]:
    """Return the parcel of each location that ships, planned on its day."""
    ways = {one.location_id: one.distance_km for one in decision.candidates if one.chosen}
    costs = {one.location_id: one.cost for one in decision.freights}
    leaving = {node.location_id: node.leaves_on for node in nodes}
    return {
        place: Parcel(day, ways.get(place), costs.get(place), _is_late(order, place, leaving.get(place, "")))
        for place, day in days.items()
    }


def _is_late(order: OrderSnapshot, location_id: int, leaves_on: str) -> bool | None:
    """Say whether the quickest service from a location misses the promised day; None when that is not known."""
    transit = [rate.transit_days for rate in order.rates if rate.location_id in (None, location_id)]
    if not (order.deliver_by and leaves_on and transit):
        return None
    return date.fromisoformat(leaves_on) + timedelta(days=min(transit)) > date.fromisoformat(order.deliver_by)
