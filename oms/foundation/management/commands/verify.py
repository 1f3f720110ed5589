"""``manage.py verify``: run every invariant and tell which rows break it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from oms.foundation.invariants import INVARIANTS, Finding, check


class Command(BaseCommand):
    """Exit 0: all hold · 1: broken · 2: only late · 3: could not run, which is never a success."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the choices."""
        parser.add_argument("--only", default="", help="ids, such as I1,I9")
        parser.add_argument("--class", dest="classes", default="A,E", help="A: always true, E: true within a delay")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the invariants and print what they found."""
        only = [word for word in options["only"].split(",") if word]
        unknown = sorted(set(only) - set(INVARIANTS))
        if unknown:
            raise CommandError(
                f"There is no invariant {', '.join(unknown)}. Known: {', '.join(sorted(INVARIANTS))}.", returncode=3
            )
        try:
            findings = check(timezone.now(), only=only, classes=options["classes"].split(","))
        except DatabaseError as error:
            raise CommandError(f"The invariants could not run: {error}", returncode=3) from error
        self.stdout.write(_as_json(findings) if options["json"] else _as_text(findings))
        broken = {one.invariant.cls for one in findings if one.count}
        if broken:
            raise SystemExit(1 if "A" in broken else 2)


def _as_json(findings: list[Finding]) -> str:
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
            }
            for one in findings
        ],
        default=str,
    )


def _as_text(findings: list[Finding]) -> str:
    """Return the findings for people: the broken ones in full, the rest as a count."""
    lines = [
        f"{one.invariant.id} ({one.invariant.entity}): {one.count} broken — {one.invariant.meaning}\n"
        f"    first ids: {', '.join(map(str, one.ids))}"
        for one in findings
        if one.count
    ]
    held = sum(1 for one in findings if not one.count)
    return "\n".join([*lines, f"{held} of {len(findings)} invariants hold."])
