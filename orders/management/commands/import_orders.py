"""Captures the orders of a file."""

from django.core.management.base import CommandParser

from oms.foundation.imports.running import Outcome
from oms.foundation.management.importing import ImportCommand
from orders.channels.formats import FORMATS


class Command(ImportCommand):
    """Captures every order of a CSV or XLSX file once; importing the file again changes nothing."""

    help = __doc__
    code = "orders"
    thing = "order"
    options = ("channel", "format")

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--channel", required=True, metavar="CODE", help="the channel whose orders they are")
        parser.add_argument("--format", choices=sorted(FORMATS), default="", help="default: told by the heading")

    def summary(self, outcome: Outcome) -> str:
        """Return what was taken, as one line."""
        differing = f", {outcome.noted} with a total that does not add up" if outcome.noted else ""
        return f"{outcome.created} captured{differing}, {outcome.unchanged} already known"

    def complaint(self, outcome: Outcome) -> str:
        """Return what to do about what was refused."""
        return "Some orders or rows were refused; mend them and import the file again."
