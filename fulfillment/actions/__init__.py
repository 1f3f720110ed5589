"""The acts of matching, declared once for buttons, bulk acts and the API: for all it does."""

from fulfillment.actions import (
    boxes,
    manifests,
    orders,
    parcels,
    pickups,
    rates,
    rules,
    scarcity,
    suppliers,
    visits,
    walks,
    work,
)

__all__ = [
    "boxes",
    "manifests",
    "orders",
    "parcels",
    "pickups",
    "rates",
    "rules",
    "scarcity",
    "suppliers",
    "visits",
    "walks",
    "work",
]
