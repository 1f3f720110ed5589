"""Boxes on the pages of supply."""

from typing import Any

from inventory.models import StockLevel
from oms.foundation.panels import Panel, add_panel

SHOWN = 20


def latest_movements(level: StockLevel, principal: Any) -> dict[str, Any]:
    """Return the latest movements of a level, newest first."""
    return {"movements": list(level.movements.order_by("-pk")[:SHOWN]), "shown": SHOWN}


add_panel("inventory.stocklevel", Panel("Latest movements", "inventory/movements_panel.html", latest_movements))
