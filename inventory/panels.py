"""Boxes on the pages of supply."""

from typing import Any

from inventory.models import StockLevel
from oms.foundation.look.words import changes_told, detail_acts, name_acts
from oms.foundation.panels import Panel, add_panel

SHOWN = 20


def latest_movements(level: StockLevel, principal: Any) -> dict[str, Any]:
    """Return the latest movements of a level, newest first."""
    return {"movements": list(level.movements.order_by("-pk")[:SHOWN]), "shown": SHOWN}


add_panel("inventory.stocklevel", Panel("Latest movements", "inventory/movements_panel.html", latest_movements))
name_acts(
    "inventory",
    {
        "adjust_stock": "Stock adjusted",
        "set_stock": "Stock set",
        "count_stock": "Stock counted",
        "keep_level": "Bin and safety stock set",
        "create_stocklevel": "Stock level opened",
        "reserve_pieces": "Pieces reserved",
        "release_reservation": "Reservation let go",
        "announce_stock": "Stock announced",
        "create_incomingstock": "Stock announced",
        "reschedule_stock": "Expected pieces or day changed",
        "receive_stock": "Pieces received",
        "close_incoming": "Will not come",
        "reopen_incoming": "Expected again",
        "stop_selling": "Selling stopped",
        "sell_again": "On sale again",
        "close_location": "Location closed",
        "reopen_location": "Location opened again",
        "create_product": "Product added",
        "change_product": "Product changed",
        "create_location": "Location added",
        "change_location": "Location changed",
    },
)
detail_acts("inventory", {"change_product": changes_told, "change_location": changes_told})
