"""Importing products, locations and stock from files: every row is taken or named."""

from inventory.imports.kinds import Locations, Products, Stock
from oms.foundation.imports.kinds import register_kind

for _kind in (Products(), Stock(), Locations()):
    register_kind(_kind)
