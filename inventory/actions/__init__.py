"""What may be done with supply, declared once for buttons, bulk acts and the API."""

from inventory.actions import counts, lots, supply

__all__ = ["counts", "lots", "supply"]
