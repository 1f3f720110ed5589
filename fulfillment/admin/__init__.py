"""The console's pages of matching."""

from fulfillment.admin import (  # noqa: F401  registering is their import
    carriers,
    decisions,
    floor,
    offers,
    rates,
    replays,
    rules,
    scarcity,
    shipments,
    walks,
)
