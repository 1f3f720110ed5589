"""The console's pages of matching."""

from fulfillment.admin import (  # noqa: F401  registering is their import
    carriers,
    decisions,
    floor,
    offers,
    pickups,
    rates,
    replays,
    rules,
    scarcity,
    shipments,
    suppliers,
    walks,
)
