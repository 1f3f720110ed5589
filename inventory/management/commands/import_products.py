"""Imports products from a file."""

from typing import Any

from inventory.imports import ProductFile
from inventory.imports.running import FileKind
from inventory.management.importing import ImportCommand
from oms.foundation.tables import Table


class Command(ImportCommand):
    """Creates or changes products by SKU; importing the same file again changes nothing."""

    help = __doc__

    def columns(self) -> list[str]:
        """Return the columns a product file must have."""
        return list(ProductFile.required)

    def kind(self, table: Table, options: dict[str, Any]) -> FileKind:
        """Return the product file."""
        return ProductFile()
