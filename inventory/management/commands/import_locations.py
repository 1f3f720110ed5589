"""Imports locations from a file."""

from typing import Any

from inventory.imports import LocationFile
from inventory.imports.running import FileKind
from inventory.management.importing import ImportCommand
from oms.foundation.tables import Table


class Command(ImportCommand):
    """Creates or changes locations by code; importing the same file again changes nothing."""

    help = __doc__

    def columns(self) -> list[str]:
        """Return the columns a location file must have."""
        return list(LocationFile.required)

    def kind(self, table: Table, options: dict[str, Any]) -> FileKind:
        """Return the location file."""
        return LocationFile()
