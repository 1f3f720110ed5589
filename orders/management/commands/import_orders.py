"""Captures the orders of a file."""

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from oms.foundation.tables import RowFault, Table
from orders.channels.files import read_orders, unused_columns
from orders.channels.formats import FORMATS, open_orders
from orders.services.channels import account_named
from orders.services.importing import ImportTally, import_orders

NAMED_FAULTS = 1_000
EXIT_CODES = (
    "exit codes: 0 every order was taken · 1 the file was refused or nothing was taken · 2 some orders were refused"
)


class Command(BaseCommand):
    """Captures every order of a CSV or XLSX file once; importing the file again changes nothing."""

    help = __doc__

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the exit codes in its help."""
        return super().create_parser(
            prog_name, subcommand, epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV (also .gz) or XLSX with a heading; see docs/import.md")
        parser.add_argument("--channel", required=True, metavar="CODE", help="the channel whose orders they are")
        parser.add_argument("--format", choices=sorted(FORMATS), default="", help="default: told by the heading")
        parser.add_argument("--dry-run", action="store_true", help="check every order and keep nothing")
        parser.add_argument("--encoding", default="", help="of a CSV that is not UTF-8, such as cp1252")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file."""
        path: Path = options["file"]
        actor = Actor.system(f"import of {path.name}"[:150], now=timezone.now())
        try:
            account = account_named(options["channel"])
            form, table = open_orders(path, name=path.name, code=options["format"], encoding=options["encoding"])
            told = read_orders(form, table)
            tally = import_orders(account_id=account.pk, told=told, dry_run=options["dry_run"], actor=actor)
        except Refused as refusal:
            raise CommandError(refusal.sentence, returncode=1) from refusal
        self._tell_faults([*table.faults, *tally.faults], unused_columns(form, table.header))
        self._tell(table, tally, dry_run=options["dry_run"])

    def _tell_faults(self, faults: list[RowFault], unused: list[str]) -> None:
        """Name every row that was refused, and the columns that mean nothing here."""
        for fault in sorted(faults, key=lambda one: one.row)[:NAMED_FAULTS]:
            self.stderr.write(str(fault))
        if len(faults) > NAMED_FAULTS:
            self.stderr.write(f"… and {len(faults) - NAMED_FAULTS} more")
        if unused:
            self.stderr.write(f"columns not used: {', '.join(unused)}")

    def _tell(self, table: Table, tally: ImportTally, *, dry_run: bool) -> None:
        """Print the summary and leave with the fitting code."""
        refused = tally.refused + len(table.faults)
        word = " (dry run, nothing kept)" if dry_run else ""
        differing = f", {tally.differing} with a total that does not add up" if tally.differing else ""
        self.stdout.write(
            f"{table.name}: {tally.captured} captured{differing}, {tally.known} already known, {refused} refused{word}"
        )
        if refused:
            taken = tally.captured + tally.known
            sentence = "Some orders or rows were refused; mend them and import the file again."
            raise CommandError(sentence, returncode=2 if taken else 1)
