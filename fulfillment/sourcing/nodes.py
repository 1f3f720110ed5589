"""Locations as sourcing sees them: where they are, and what they can do today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SAME_DAY_KM = 30
"""How far from a location a courier delivers on the same day, unless the location says otherwise."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth, in decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Node:
    """A location that may ship, with what it can do today."""

    location_id: int
    code: str
    name: str
    kind: str
    point: Point | None
    capabilities: frozenset[str] = frozenset()
    capacity_left: int | None = None
    """Parcels it can still send today; None is no limit."""
    priority: int = 0
    """The higher one wins when everything else is equal, or first of all under ``prefer="priority"``."""
    daily_capacity: int | None = None
    """Parcels a day, only for the sentence that explains a full location."""
    leaves_on: str = ""
    """ISO day on which an order that comes in now leaves; "" is not known."""
    same_day_km: int = SAME_DAY_KM
    """How far a courier brings its parcels on the same day; 0 is not at all."""
    late_today: bool = False
    """An order that comes in now leaves it on a later day."""


def point_to_json(point: Point | None) -> list[float] | None:
    """Return latitude and longitude, or None."""
    return None if point is None else [point.latitude, point.longitude]


def point_from_json(data: list[float] | None) -> Point | None:
    """Rebuild a point from latitude and longitude."""
    return None if data is None else Point(data[0], data[1])


def node_to_json(node: Node) -> dict[str, Any]:
    """Return one location as plain data; what came with later releases only where it is not as usual."""
    return {
        **({"leaves_on": node.leaves_on} if node.leaves_on else {}),
        **({"same_day_km": node.same_day_km} if node.same_day_km != SAME_DAY_KM else {}),
        **({"late_today": True} if node.late_today else {}),
        "location_id": node.location_id,
        "code": node.code,
        "name": node.name,
        "kind": node.kind,
        "point": point_to_json(node.point),
        "capabilities": sorted(node.capabilities),
        "capacity_left": node.capacity_left,
        "priority": node.priority,
        "daily_capacity": node.daily_capacity,
    }


def node_from_json(data: Mapping[str, Any]) -> Node:
    """Rebuild one location."""
    return Node(
        **{
            **data,
            "point": point_from_json(data["point"]),
            "capabilities": frozenset(data["capabilities"]),
        }
    )
