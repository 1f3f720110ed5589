"""``manage.py replay_sourcing``: checks the decisions of a period, and shows it under other rules; writes nothing."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fulfillment.services.replaying.history import Period
from fulfillment.services.replaying.running import Replay
from fulfillment.services.sourcing.rule_sets import rules_named
from fulfillment.sourcing.whatif.figures import Change
from oms.foundation.refusals import Refused
from oms.foundation.wording import count
from orders.models import Order

SHOWN = 20
ROWS = (
    ("orders", "orders"),
    ("parcels", "parcels"),
    ("parcels per order", "parcels_per_order"),
    ("split orders, %", "split_percent"),
    ("kilometres", "km"),
    ("kilometres per parcel", "km_per_parcel"),
    ("cost, minor units", "cost"),
    ("late promises", "late"),
    ("units short", "units_short"),
    ("orders short", "short_orders"),
)


class Command(BaseCommand):
    """Replays the sourcing of a period; exits 1 when a decision on record is not reproduced."""

    help = "Decide a period's orders again: under their own rules as a check, and under others on rebuilt stock."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the period, the rules, and the form of the answer."""
        parser.add_argument("--from", dest="begins", required=True, help="first day (2026-10-01) or moment")
        parser.add_argument("--to", dest="ends", required=True, help="day or moment up to which, itself left out")
        parser.add_argument("--rules", default="", help="version of a rule set, or DRAFT: the newest draft")
        parser.add_argument("--limit", type=int, default=None, help="at most so many decisions")
        parser.add_argument("--json", action="store_true", help="changed orders and report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and print."""
        period = Period(_moment(options["begins"]), _moment(options["ends"]))
        if period.ends <= period.begins:
            raise CommandError("--to must be later than --from.")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit must be 1 or more.")
        try:
            rules = rules_named(options["rules"]) if options["rules"] else None
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        replay = Replay(period, rules, limit=options["limit"])
        (self._as_json if options["json"] else self._as_text)(replay)
        if not replay.check.passed:
            raise SystemExit(1)

    def _as_json(self, replay: Replay) -> None:
        """Print one object; the changed orders come first, as they are found, and are not gathered."""
        self.stdout.write('{"changes": [', ending="")
        for number, change in enumerate(_changes(replay)):
            self.stdout.write(f"{',' if number else ''}\n{json.dumps(asdict(change))}", ending="")
        self.stdout.write(f'\n], "report": {json.dumps(replay.report())}}}')

    def _as_text(self, replay: Replay) -> None:
        """Print the self-check, the figures side by side, the first changed orders, and what was assumed."""
        shown: list[Change] = []
        changed = 0
        for change in _changes(replay):
            changed += 1
            if len(shown) < SHOWN:
                shown.append(change)
        report = replay.report()
        self.stdout.write(report["self_check"]["sentence"])
        self.stdout.write(f"\n{'':24}{'as it was':>14}{'what if':>14}")
        for words, name in ROWS:
            self.stdout.write(f"{words:24}{_shown(report['before'][name]):>14}{_shown(report['after'][name]):>14}")
        self.stdout.write(f"\n{'busiest day':24}{'as it was':>24}{'what if':>24}{'limit':>8}")
        for row in report["capacity"]:
            before, after = (f"{row[side]:,} on {row[f'{side}_on']}" for side in ("before", "after"))
            self.stdout.write(f"{row['location']:24}{before:>24}{after:>24}{_shown(row['limit']):>8}")
        self.stdout.write("\n" + "\n".join(report["sentences"]))
        self._changed(changed, shown)
        stock = report["stock"]
        self.stdout.write(f"\nStock rebuilt as it was seen: {stock['levels_rebuilt']:,} of {stock['levels_seen']:,}.")
        self.stdout.write("Assumed: " + "\n         ".join(report["assumptions"]))
        self.stdout.write(f"Engine: {report['engine_seconds']} s of processor time.")

    def _changed(self, changed: int, shown: list[Change]) -> None:
        """Print how many orders end otherwise, and the first of them."""
        numbers = Order.objects.filter(pk__in=[one.order_id for one in shown]).values_list("pk", "number")
        known = dict(numbers)
        ends = "ends" if changed == 1 else "end"
        first = f", of which the first {len(shown)}:" if len(shown) < changed else ":" if shown else "."
        self.stdout.write(f"\n{count(changed, 'order')} {ends} otherwise{first}")
        for one in shown:
            self.stdout.write(f"  {known.get(one.order_id, one.order_id)}")
            self.stdout.write(f"    was:  {one.before.sentence}")
            self.stdout.write(f"    now:  {one.after.sentence}")


def _changes(replay: Replay) -> Iterator[Change]:
    """Run a replay to its end and yield the changed orders."""
    while not replay.is_over:
        yield from replay.step()


def _shown(value: Any) -> str:
    """Return a figure as people read it."""
    return "–" if value is None else f"{value:,}"


def _moment(text: str) -> datetime:
    """Return a day or moment as a moment; days begin on the desk's clock."""
    try:
        if len(text) <= len("2026-10-01"):
            return timezone.make_aware(datetime.combine(date.fromisoformat(text), time())).astimezone(UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is neither a day such as 2026-10-01 nor a moment.") from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
