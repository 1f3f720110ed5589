"""Importing products, locations and stock from files: every row is taken or named."""

from inventory.imports.locations import LocationFile
from inventory.imports.products import ProductFile
from inventory.imports.running import Outcome, run_import
from inventory.imports.stock import StockCountFile

__all__ = ["LocationFile", "Outcome", "ProductFile", "StockCountFile", "run_import"]
