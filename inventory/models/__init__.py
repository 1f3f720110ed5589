"""The tables of supply."""

from inventory.models.bins import Bin, BinMovement, BinStock
from inventory.models.catalogue import Product
from inventory.models.files import StockFile
from inventory.models.incoming import IncomingStock
from inventory.models.places import Location, LocationMembership
from inventory.models.reservations import Reservation
from inventory.models.stock import StockLevel, StockMovement
from inventory.models.substitutes import Substitute

__all__ = [
    "Bin",
    "BinMovement",
    "BinStock",
    "IncomingStock",
    "Location",
    "LocationMembership",
    "Product",
    "Reservation",
    "StockFile",
    "StockLevel",
    "StockMovement",
    "Substitute",
]
