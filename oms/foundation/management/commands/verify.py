"""``manage.py verify``: run every invariant and tell which rows break it, what that means and what to do."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.utils import timezone

from oms.foundation.invariants import CLASSES, INVARIANTS, SHOWN, Finding, check
from oms.foundation.repairs import EVERY, plan
from oms.foundation.rows import page_of

HOLD, BROKEN, LATE, COULD_NOT_RUN = range(4)
CONNECTIONS = 2


class Command(BaseCommand):
    """Exit 0: all hold · 1: broken · 2: only late · 3: could not run, which is never a success."""

    help = __doc__ or ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let a mistyped option end with 3: argparse's own 2 would read as "only late"."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = _refuse  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the choices."""
        parser.add_argument("--only", default="", help="ids, such as I1,I9")
        parser.add_argument(
            "--class",
            dest="classes",
            default=",".join(CLASSES),
            help="A: true in every moment, E: true within a delay, X: as in the book of somebody outside",
        )
        parser.add_argument("--limit", type=int, default=SHOWN, help=f"how many ids to show of each (default {SHOWN})")
        parser.add_argument(
            "--connections",
            type=int,
            default=CONNECTIONS,
            help=f"how many share the work, all at one moment (default {CONNECTIONS}; PostgreSQL only)",
        )
        parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="findings as JSON, to a file if named")
        parser.add_argument(
            "--strict-time", action="store_true", help="exit 1 instead of 2 when something is only late"
        )
        parser.add_argument(
            "--repair-plan", action="store_true", help="print SQL that mends derived counters; a person runs it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the invariants and print what they found."""
        try:
            findings = _found(options)
            self._tell(findings, options)
        except (Error, OSError) as error:
            raise CommandError(f"The invariants could not run: {error}", returncode=COULD_NOT_RUN) from error
        code = exit_code(findings, strict=options["strict_time"])
        if code:
            raise SystemExit(code)

    def _tell(self, findings: Sequence[Finding], options: dict[str, Any]) -> None:
        """Print the findings in the form that was asked for."""
        if options["repair_plan"]:
            self.stdout.write(plan(findings))
        elif options["json"] == "-":
            self.stdout.write(as_json(findings))
        else:
            if options["json"]:
                Path(options["json"]).write_text(as_json(findings) + "\n", encoding="utf-8")
            self.stdout.write(as_text(findings))


def _refuse(message: str) -> NoReturn:
    """End with the words of a mistyped option."""
    raise CommandError(message, returncode=COULD_NOT_RUN)


def _found(options: dict[str, Any]) -> list[Finding]:
    """Run what was asked for; asking for nothing, or for what is not there, is an error."""
    only, classes = _words(options["only"]), _words(options["classes"])
    unknown = sorted(set(only) - set(INVARIANTS))
    if unknown:
        _refuse(f"There is no invariant {', '.join(unknown)}. Known: {', '.join(sorted(INVARIANTS))}.")
    if set(classes) - set(CLASSES):
        _refuse(f"There is no class {', '.join(sorted(set(classes) - set(CLASSES)))}. Known: {', '.join(CLASSES)}.")
    for name in ("limit", "connections"):
        if options[name] < 1:
            _refuse(f"--{name} must be at least 1.")
    shown = EVERY if options["repair_plan"] else options["limit"]
    findings = check(timezone.now(), only=only, classes=classes, shown=shown, connections=options["connections"])
    if not findings:
        _refuse("Nothing was checked: no invariant is of that name and class.")
    return findings


def _words(text: str) -> list[str]:
    """Return the words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def exit_code(findings: Sequence[Finding], *, strict: bool = False) -> int:
    """Return how the command ends: what is broken weighs most, then what could not run, then what is only late."""
    broken = {one.invariant.cls for one in findings if one.count}
    if broken - {"E"} or (broken and strict):
        return BROKEN
    if any(one.error for one in findings):
        return COULD_NOT_RUN
    return LATE if broken else HOLD


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings for machines."""
    return json.dumps(
        [
            {
                "id": one.invariant.id,
                "class": one.invariant.cls,
                "entity": one.invariant.entity,
                "count": one.count,
                "ids": list(one.ids),
                "meaning": one.invariant.meaning,
                "remedy": one.invariant.remedy,
                "error": one.error,
                "seconds": round(one.seconds, 3),
            }
            for one in findings
        ],
        default=str,
    )


def as_text(findings: Sequence[Finding]) -> str:
    """Return the findings for people: the broken ones in full, the rest as a count."""
    lines = [line for one in findings if not one.holds for line in _paragraph(one)]
    held = sum(one.holds for one in findings)
    return "\n".join([*lines, f"{held} of {len(findings)} invariants hold."])


def _paragraph(one: Finding) -> list[str]:
    """Return what a person reads about one that does not hold."""
    name = f"{one.invariant.id} ({one.invariant.entity})"
    if one.error:
        return [f"{name}: could not run — {one.error}"]
    page = page_of(one.invariant.entity, one.ids[0])
    return [
        f"{name}: {one.count} broken — {one.invariant.meaning}",
        f"    first ids: {', '.join(map(str, one.ids))}",
        *([f"    page: {page}"] if page else []),
        f"    to do: {one.invariant.remedy}",
    ]
