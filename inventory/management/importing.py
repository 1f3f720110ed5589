"""What the import commands share: options, summary, faults and exit codes."""

import hashlib
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.imports.running import FileKind, Outcome, run_import
from oms.foundation.actor import Actor
from oms.foundation.tables import BadFile, Table, read_table

NAMED_FAULTS = 1000
EXIT_CODES = (
    "exit codes: 0 every row was taken · 1 the file was refused or nothing was taken · 2 some rows were refused"
)


class ImportCommand(BaseCommand):
    """Takes a CSV or XLSX file row by row; prints a summary, and every row that was refused with its reason."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, with the exit codes in its help."""
        return super().create_parser(
            prog_name, subcommand, epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV (also .gz) or XLSX with a heading")
        parser.add_argument("--dry-run", action="store_true", help="check every row and keep nothing")
        parser.add_argument("--encoding", default="", help="of a CSV that is not UTF-8, such as cp1252")

    def kind(self, table: Table, options: dict[str, Any]) -> FileKind:
        """Return the kind of file this command takes."""
        raise NotImplementedError

    def columns(self) -> list[str]:
        """Return the columns a file must have."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file."""
        path: Path = options["file"]
        actor = Actor.system(f"import of {path.name}"[:150], now=timezone.now())
        try:
            table = read_table(path, name=path.name, expected=self.columns(), encoding=options["encoding"])
            outcome = run_import(self.kind(table, options), table, actor=actor, dry_run=options["dry_run"])
        except BadFile as refusal:
            raise CommandError(refusal.sentence, returncode=1) from refusal
        self._tell(table, outcome, dry_run=options["dry_run"])

    def _tell(self, table: Table, outcome: Outcome, *, dry_run: bool) -> None:
        """Print the summary and the faults, and leave with the fitting code."""
        for fault in outcome.faults[:NAMED_FAULTS]:
            self.stderr.write(str(fault))
        if len(outcome.faults) > NAMED_FAULTS:
            self.stderr.write(f"… and {len(outcome.faults) - NAMED_FAULTS} more")
        if outcome.ignored_columns:
            self.stderr.write(f"columns not used: {', '.join(outcome.ignored_columns)}")
        word = " (dry run, nothing kept)" if dry_run else ""
        self.stdout.write(
            f"{table.name}: {outcome.created} created, {outcome.changed} changed, {outcome.unchanged} unchanged,"
            f" {outcome.refused} refused{word}"
        )
        if outcome.refused:
            sentence = (
                f"{outcome.refused} of {outcome.taken + outcome.refused} rows were refused; mend and import again."
            )
            raise CommandError(sentence, returncode=2 if outcome.taken else 1)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
