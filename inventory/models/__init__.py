"""The tables of supply."""

from inventory.models.bins import Bin, BinMovement, BinStock
from inventory.models.catalogue import Product
from inventory.models.counts import CountLine, CountSession
from inventory.models.files import StockFile
from inventory.models.incoming import IncomingStock
from inventory.models.kits import KitComponent
from inventory.models.lots import Lot
from inventory.models.places import Location, LocationMembership
from inventory.models.reservations import Reservation
from inventory.models.scans import BinScan
from inventory.models.stock import StockLevel, StockMovement
from inventory.models.substitutes import Substitute

__all__ = [
    "Bin",
    "BinMovement",
    "BinScan",
    "BinStock",
    "CountLine",
    "CountSession",
    "IncomingStock",
    "KitComponent",
    "Location",
    "LocationMembership",
    "Lot",
    "Product",
    "Reservation",
    "StockFile",
    "StockLevel",
    "StockMovement",
    "Substitute",
]
