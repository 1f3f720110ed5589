"""The console's pages of matching."""

from fulfillment.admin import carriers, decisions, floor, rates, replays, rules, scarcity, shipments  # noqa: F401  registering is their import
