"""The acts of matching, declared once for buttons, bulk acts and the API: for all it does."""

from fulfillment.actions import (
    boxes,
    claims,
    counts,
    manifests,
    orders,
    parcels,
    pickups,
    rates,
    risks,
    rules,
    scarcity,
    suppliers,
    visits,
    walks,
    waves,
    work,
)

__all__ = [
    "boxes",
    "claims",
    "counts",
    "manifests",
    "orders",
    "parcels",
    "pickups",
    "rates",
    "risks",
    "rules",
    "scarcity",
    "suppliers",
    "visits",
    "walks",
    "waves",
    "work",
]
