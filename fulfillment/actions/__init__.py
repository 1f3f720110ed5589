"""The acts of matching, declared once for buttons, bulk acts and the API: for all it does."""

from fulfillment.actions import boxes, orders, parcels, pickups, rates, rules, scarcity, suppliers, walks, work

__all__ = ["boxes", "orders", "parcels", "pickups", "rates", "rules", "scarcity", "suppliers", "walks", "work"]
