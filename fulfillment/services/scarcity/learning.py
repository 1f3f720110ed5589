"""Learning from a past day: what was ordered, what there is now, and what the day would have cost with the fees."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from fulfillment.models import ScarcityRun, SourcingDecision
from fulfillment.services.replaying.history import Period, holds_at, moved_in, shelf_at
from fulfillment.services.replaying.running import Replay
from fulfillment.services.sourcing.rates import RateCard, priced_anew
from fulfillment.services.sourcing.reading import Gone, snapshot_of
from fulfillment.services.sourcing.rule_sets import active_rules
from fulfillment.services.sourcing.run import Trigger
from fulfillment.services.sourcing.supply import nodes_of
from fulfillment.sourcing.lessons import Lesson, by_product, learn_from, with_fees
from fulfillment.sourcing.snapshot import Fee, Rules, Snapshot
from inventory.models import Location, StockLevel
from oms.foundation.wording import count

MOST_ORDERS, MOST_COMPARED, MOST_FEES = 3_000, 1_000, 20_000
HORIZON = timedelta(hours=26)
"""One day of orders, and two hours for the next night's learning."""
LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Learned:
    """The fees of a run, what they were learned from, and the day with and without such fees, in figures and words."""

    fees: tuple[Fee, ...]
    orders: int
    currency: str
    report: Mapping[str, Any]
    sentence: str


def learn(run: ScarcityRun, *, now: datetime) -> Learned:
    """Return what the orders of a run's day teach; writes nothing.

    Fees that take over weigh the parcels that are left today against the orders that are still to come today.

    :raises SolverFailed: when the solver fails
    """
    period, rules = Period(run.begins, run.ends), active_rules()
    if rules.prefer != "cheapest":
        return _nothing("The rules in force do not prefer the least freight, so that no fee would weigh in anything.")
    card = RateCard()
    rows = _rows(period)
    seen = _seen(rows, card)
    if not seen:
        return _nothing("No order was placed on this day, or the records were erased with the customers' data.")
    parcels = _parcels_left(rows, now) if run.takes_over else None
    lesson = learn_from(seen, _free_now(seen), rules, parcels)
    day = f"{run.begins.astimezone(timezone.get_default_timezone()):%-d %b %Y}"
    if not lesson.fees:
        words = f"Nothing is scarce: stock and parcels are enough for {count(len(seen), 'order')} like those of {day}."
        return _nothing(words, len(seen))
    report = {} if run.renews else _compare(period, rules, learn_from(seen, _free_then(period), rules))
    fees = lesson.fees[:MOST_FEES]
    places = len({one.location_id for one in fees})
    told = f"Learned from {count(len(seen), 'order')} of {day} and the stock that is free now: "
    told += f"{count(len(fees), 'fee')} at {count(places, 'location')}."
    return Learned(fees, len(seen), card.currency, {**report, "unfilled": lesson.unfilled}, told)


def _nothing(why: str, orders: int = 0) -> Learned:
    """Return that there is nothing to learn, and why."""
    return Learned((), orders, "", {}, why)


def _rows(period: Period) -> list[SourcingDecision]:
    """Return the first decisions of a day's newest orders, the oldest first."""
    rows = period.decisions.filter(trigger=Trigger.PLACED).order_by("-decided_at", "-pk")
    found: dict[int, SourcingDecision] = {}
    for row in rows.only("order_id", "decided_at", "snapshot")[:MOST_ORDERS]:
        found[row.order_id] = row
    return list(reversed(found.values()))


def _parcels_left(rows: Sequence[SourcingDecision], now: datetime) -> dict[int, int]:
    """Return what each limited location could send in a day that is as scarce as the rest of today is.

    The share of the orders that came later on the clock than it is now is still to come today. Where hardly any are,
    today's parcels tell nothing, and the day's capacity counts.
    """
    zone = timezone.get_default_timezone()
    clock = now.astimezone(zone).time()
    share = sum(row.decided_at.astimezone(zone).time() > clock for row in rows) / max(1, len(rows))
    if share < LEAST_SHARE:
        return {}
    nodes = nodes_of(list(Location.objects.filter(is_active=True).order_by("code")), [], now)
    return {one.location_id: round(one.capacity_left / share) for one in nodes if one.capacity_left is not None}


def _seen(rows: Sequence[SourcingDecision], card: RateCard) -> list[Snapshot]:
    """Return what decisions saw, with rates; what was erased with a customer's data is left out."""
    seen = []
    for row in rows:
        try:
            seen.append(priced_anew(snapshot_of(bytes(row.snapshot)), card))
        except Gone:
            continue
    return seen


def _free_now(seen: list[Snapshot]) -> dict[tuple[int, int], int]:
    """Return the pieces that are free now of all that was ordered."""
    products = {want.product_id for one in seen for want in one.orders[0].wants}
    rows = StockLevel.objects.filter(product__in=sorted(products), location__is_active=True)
    return {(row.product_id, row.location_id): row.available for row in rows}


def _free_then(period: Period) -> dict[tuple[int, int], int]:
    """Return the pieces that were free when the day began or came in the course of it, as the ledger tells."""
    free: Counter[tuple[int, int]] = Counter()
    for product, place, units in shelf_at(period):
        free[product, place] += units
    for product, place, units in moved_in(period):
        free[product, place] += units
    for _, _, product, place, units, _ in holds_at(period):
        free[product, place] -= units
    return {key: max(0, units) for key, units in free.items()}


def _compare(period: Period, rules: Rules, then: Lesson) -> dict[str, Any]:
    """Return the day's figures with fees learned from it in hindsight, and without any, by the simulator of replays."""
    sides = {}
    for name, fees in (("with", then.fees), ("without", ())):
        dress = partial(with_fees, fees=by_product(fees), run=1)
        replay = Replay(period, rules, limit=MOST_COMPARED, dress=dress)
        while not replay.is_over:
            for _ in replay.step():
                pass
        sides[name] = replay.report()["after"]
        sides["decisions"] = replay.check.decisions
    return sides
