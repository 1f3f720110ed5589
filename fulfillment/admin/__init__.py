"""The console's pages of matching."""

from fulfillment.admin import (  # noqa: F401  registering is their import
    boxes,
    carriers,
    decisions,
    floor,
    manifests,
    mispacks,
    offers,
    pickups,
    rates,
    replays,
    rules,
    scarcity,
    shipments,
    suppliers,
    visits,
    walks,
)
