"""Boxes on the pages of supply."""

from typing import Any

from inventory.models import Bin, BinMovement, StockLevel
from inventory.services.bin_room import contents_of, share_filled, suggest_bins
from oms.foundation.look.words import changes_told, detail_acts, name_acts
from oms.foundation.panels import Panel, add_panel

SHOWN = 20


def latest_movements(level: StockLevel, principal: Any) -> dict[str, Any]:
    """Return the latest movements of a level, newest first."""
    return {"movements": list(level.movements.order_by("-pk")[:SHOWN]), "shown": SHOWN}


def bins_of(level: StockLevel, principal: Any) -> dict[str, Any]:
    """Return in which bins the pieces of a level lie, how many in none, and where those could be put."""
    rows = level.bin_stock.filter(quantity__gt=0, bin__isnull=False).select_related("bin", "lot")
    rows = rows.order_by("bin__sequence", "bin__code", "lot__expires_on", "lot__number")
    return {
        "rows": list(rows),
        "without": level.without_bin,
        "suggested": suggest_bins(level) if level.without_bin else [],
        "kept": Bin.objects.filter(location=level.location_id).exists(),
    }


def lying_in(row: Bin, principal: Any) -> dict[str, Any]:
    """Return what lies in a bin, and how full it is."""
    rows = row.stock.filter(quantity__gt=0).select_related("stock_level__product", "lot")
    rows = rows.order_by("stock_level__product__sku", "lot__expires_on", "lot__number")
    return {"rows": list(rows), "filled": share_filled(row, contents_of([row.pk])[row.pk])}


def movements_in(row: Bin, principal: Any) -> dict[str, Any]:
    """Return the latest movements of a bin, newest first."""
    movements = BinMovement.objects.filter(bin_stock__bin=row).select_related(
        "bin_stock__stock_level__product", "bin_stock__lot"
    )
    return {"movements": list(movements.order_by("-pk")[:SHOWN])}


add_panel("inventory.stocklevel", Panel("Bins", "inventory/bins_panel.html", bins_of, 40))
add_panel("inventory.bin", Panel("What lies here", "inventory/bin_panel.html", lying_in, 40))
add_panel("inventory.bin", Panel("Latest movements", "inventory/bin_movements_panel.html", movements_in))
add_panel("inventory.stocklevel", Panel("Latest movements", "inventory/movements_panel.html", latest_movements))
name_acts(
    "inventory",
    {
        "adjust_stock": "Stock adjusted",
        "set_stock": "Stock set",
        "count_stock": "Stock counted",
        "keep_level": "Bin and safety stock set",
        "put_away": "Put away",
        "move_in_bins": "Moved between bins",
        "take_out": "Taken out of a bin",
        "create_bin": "Bin added",
        "change_bin": "Bin changed",
        "close_bin": "Bin out of use",
        "reopen_bin": "Bin in use again",
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
detail_acts("inventory", {"change_product": changes_told, "change_location": changes_told, "change_bin": changes_told})
