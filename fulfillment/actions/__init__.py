"""The acts of matching, declared once for buttons, bulk acts and the API: on work, orders, parcels, rules and rates."""

from fulfillment.actions import orders, parcels, rates, rules, work

__all__ = ["orders", "parcels", "rates", "rules", "work"]
