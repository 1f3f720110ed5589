"""The acts of matching, declared once for buttons, bulk acts and the API: on work, on orders, on parcels."""

from fulfillment.actions import orders, parcels, work

__all__ = ["orders", "parcels", "work"]
