"""Imports counted stock from a file."""

from django.core.management.base import CommandParser

from oms.foundation.management.importing import ImportCommand


class Command(ImportCommand):
    """Counts stock levels to the pieces a file names; the same file never counts twice, unless with --again."""

    help = __doc__
    code = "stock"
    options = ("again",)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--again", action="store_true", help="count to this file once more, although it was taken before"
        )
