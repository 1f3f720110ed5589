"""Importing products, locations, stock and what is on its way from files: every row is taken or named."""

from inventory.imports.kinds import Bins, Incoming, Locations, Products, Stock
from oms.foundation.imports.kinds import register_kind

for _kind in (Products(), Stock(), Locations(), Incoming(), Bins()):
    register_kind(_kind)
