"""Looks for mistakes in sourcing rules: dead, shadowed, contradictory ones, and orders that would find no location."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fulfillment.models import SourcingRuleSet
from fulfillment.services.sourcing.rule_checks import SAMPLE, check_rules
from fulfillment.services.sourcing.rule_sets import active_rules, rules_of
from fulfillment.sourcing.linting import faults
from fulfillment.sourcing.snapshot import Rules
from oms.foundation.refusals import NotFound


class Command(BaseCommand):
    """Checks the rules in force, a version, or a draft; exits 1 on faults."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--number", "--rules-version", type=int, help="a version, instead of the rules in force")
        which.add_argument("--draft", help="the newest draft of this name")
        parser.add_argument("--orders", type=int, default=SAMPLE, help="try them on so many past orders (0: none)")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings; raise with exit code 1 when one of them is a fault."""
        rules = _rules(options["number"], options["draft"])
        found = check_rules(rules, orders=max(0, options["orders"]))
        wrong = faults(found)
        if options["json"]:
            told = {"version": rules.version, "faults": len(wrong), "findings": [asdict(one) for one in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            for one in found:
                self.stdout.write(f"{'fault' if one.fault else 'look '}  {one.sentence}")
            self.stdout.write(f"Version {rules.version}: {len(rules.ordered)} rules, {len(wrong)} faults.")
        if wrong:
            raise SystemExit(1)


def _rules(version: int | None, draft: str | None) -> Rules:
    """Return the rules that are asked for."""
    if draft is not None:
        row = SourcingRuleSet.objects.filter(state="draft", name=draft).order_by("-number").first()
        if row is None:
            raise CommandError(f"There is no draft “{draft}”.")
        return row.as_rules()
    if version is None:
        return active_rules()
    try:
        return rules_of(version)
    except NotFound as refusal:
        raise CommandError(refusal.sentence) from refusal
