"""What the import commands share: options, summary, faults and exit codes."""

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import kind_named
from oms.foundation.imports.running import Outcome, run_import
from oms.foundation.refusals import Refused

NAMED_FAULTS = 1_000


class ImportCommand(BaseCommand):
    """Takes a CSV or XLSX file entry by entry; prints a summary, and every row that was refused with its reason."""

    code: ClassVar[str]
    thing: ClassVar[str] = "row"
    options: ClassVar[tuple[str, ...]] = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the exit codes in its help."""
        epilog = (
            f"exit codes: 0 every {self.thing} was taken · 1 the file was refused or nothing was taken"
            f" · 2 some {self.thing}s were refused"
        )
        return super().create_parser(
            prog_name, subcommand, epilog=epilog, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV (also .gz) or XLSX with a heading; see docs/import.md")
        parser.add_argument("--dry-run", action="store_true", help=f"check every {self.thing} and keep nothing")
        parser.add_argument("--encoding", default="", help="of a CSV that is not UTF-8, such as cp1252")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file."""
        path: Path = options["file"]
        actor = Actor.system(f"import of {path.name}"[:150], now=timezone.now())
        chosen = {name: options[name] for name in self.options}
        try:
            opened = kind_named(self.code).open(path, name=path.name, encoding=options["encoding"], **chosen)
            outcome = run_import(opened, actor=actor, dry_run=options["dry_run"])
        except Refused as refusal:
            raise CommandError(refusal.sentence, returncode=1) from refusal
        self._tell(outcome)
        word = " (dry run, nothing kept)" if options["dry_run"] else ""
        self.stdout.write(f"{path.name}: {self.summary(outcome)}, {outcome.refused} refused{word}")
        if outcome.refused:
            raise CommandError(self.complaint(outcome), returncode=2 if outcome.taken else 1)

    def summary(self, outcome: Outcome) -> str:
        """Return what was taken, as one line."""
        return f"{outcome.created} created, {outcome.changed} changed, {outcome.unchanged} unchanged"

    def complaint(self, outcome: Outcome) -> str:
        """Return what to do about what was refused."""
        return f"{outcome.refused} of {outcome.taken + outcome.refused} rows were refused; mend and import again."

    def _tell(self, outcome: Outcome) -> None:
        """Name every row that was refused, and the columns that mean nothing here."""
        for fault in outcome.faults[:NAMED_FAULTS]:
            self.stderr.write(str(fault))
        if len(outcome.faults) > NAMED_FAULTS:
            self.stderr.write(f"… and {len(outcome.faults) - NAMED_FAULTS} more")
        if outcome.unused:
            self.stderr.write(f"columns not used: {', '.join(outcome.unused)}")
