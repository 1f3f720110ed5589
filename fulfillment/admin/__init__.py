"""The console's pages of matching."""

from fulfillment.admin import (  # noqa: F401  registering is their import
    boxes,
    carriers,
    claims,
    decisions,
    floor,
    manifests,
    mispacks,
    offers,
    partners,
    pickups,
    rates,
    replays,
    risks,
    rules,
    scarcity,
    shipments,
    suppliers,
    visits,
    walks,
    waves,
)
