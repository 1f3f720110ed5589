"""The acts of matching, declared once for buttons, bulk acts and the API: for all it does."""

from fulfillment.actions import orders, parcels, pickups, rates, rules, scarcity, suppliers, walks, work

__all__ = ["orders", "parcels", "pickups", "rates", "rules", "scarcity", "suppliers", "walks", "work"]
