"""The walk for a pick list on any floor: exact where the floor has few cross aisles, else searched on its distances."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.picking.layout import Layout, Place, distances
from fulfillment.picking.matrix import short_tour
from fulfillment.picking.tour import MOST_CROSSINGS, Tour, shortest_tour


def shortest_walk(layout: Layout, places: Sequence[Place]) -> Tour:
    """Return the shortest walk past some places; a short one where the floor has more than five cross aisles."""
    if layout.crossings <= MOST_CROSSINGS:
        return shortest_tour(layout, places)
    return short_tour(distances(layout, [*places, layout.depot]), depot=len(places))
