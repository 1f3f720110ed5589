"""Imports counted stock from a file."""

from typing import Any

from django.core.management.base import CommandParser

from inventory.imports import StockCountFile
from inventory.imports.running import FileKind
from inventory.management.importing import ImportCommand, digest_of
from oms.foundation.tables import Table


class Command(ImportCommand):
    """Counts stock levels to the pieces a file names; the same file never counts twice, unless with --again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--again", action="store_true", help="count to this file once more, although it was taken before"
        )

    def columns(self) -> list[str]:
        """Return the columns a stock file must have."""
        return list(StockCountFile.required)

    def kind(self, table: Table, options: dict[str, Any]) -> FileKind:
        """Return the stock file with what is remembered of it."""
        digest = digest_of(options["file"])
        return StockCountFile(digest=digest, name=table.name, again=options["again"])
