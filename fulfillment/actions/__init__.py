"""The acts of matching, declared once for buttons, bulk acts and the API: on work, on orders, on parcels, on rules."""

from fulfillment.actions import orders, parcels, rules, work

__all__ = ["orders", "parcels", "rules", "work"]
