"""Which of the rates is taken: the cheapest that is as fast as the customer was promised; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment.carriers.gateway import Rate
from oms.foundation.money import Money

SPEED = {"pickup": 0, "standard": 0, "express": 1, "same_day": 2}


@dataclass(frozen=True, slots=True)
class Choice:
    """The rate taken, for all parcels of a shipment together, and why."""

    rate: Rate
    reason: str


def total_rates(by_parcel: Sequence[Sequence[Rate]]) -> list[Rate]:
    """Return one rate for each service that takes every parcel: the sum of amounts, the longest of days."""
    groups: dict[tuple[str, str], list[Rate]] = defaultdict(list)
    for rates in by_parcel:
        for rate in rates:
            groups[rate.carrier, rate.service].append(rate)
    totals = [_sum(rates) for rates in groups.values() if len(rates) == len(by_parcel)]
    return sorted(totals, key=lambda rate: (rate.amount, rate.carrier, rate.service))


def _sum(rates: Sequence[Rate]) -> Rate:
    """Return the rate of several parcels sent with one service."""
    first = rates[0]
    amount, days = sum(rate.amount for rate in rates), max(rate.days for rate in rates)
    return Rate(first.carrier, first.service, first.name, first.level, amount, first.currency, days)


def stored_rate(rates: Iterable[Mapping[str, Any]], carrier: str, service: str) -> Rate | None:
    """Return the rate of a service among those that were kept with a choice, or None."""
    return next((Rate(**one) for one in rates if (one["carrier"], one["service"]) == (carrier, service)), None)


def choose(rates: Sequence[Rate], *, level: str, service: str = "") -> Choice | None:
    """Return the rate to take, or None when no service will do.

    A ``service`` that a clerk named is taken as it is. Otherwise the cheapest of the promised speed wins; when none has
    it, the cheapest that is faster, and when nothing is fast enough, the fastest there is.
    """
    if service:
        named = [rate for rate in rates if rate.service == service]
        return Choice(named[0], f"{_told(named[0])}, chosen by hand.") if named else None
    if not rates:
        return None
    wanted = SPEED.get(level, 0)
    exact = [rate for rate in rates if SPEED.get(rate.level, 0) == wanted]
    faster = [rate for rate in rates if SPEED.get(rate.level, 0) > wanted]
    if exact or faster:
        taken = min(exact or faster, key=lambda rate: (rate.amount, rate.days, rate.carrier))
        others = len(exact or faster)
        why = f"cheapest of {others} services" if others > 1 else "the only service"
        return Choice(taken, f"{_told(taken)}: {why} for “{_plain(level)}”.")
    taken = min(rates, key=lambda rate: (-SPEED.get(rate.level, 0), rate.amount, rate.carrier))
    return Choice(taken, f"{_told(taken)}: no service does “{_plain(level)}” to this address, this is the fastest.")


def _told(rate: Rate) -> str:
    """Return the rate in words."""
    return f"{rate.name} for {Money(rate.amount, rate.currency).format()}"


def _plain(level: str) -> str:
    """Return a service level as people read it."""
    return level.replace("_", " ")


def cheapest_of_each(rates: Iterable[Rate]) -> list[Rate]:
    """Return one rate for each service, the cheapest: carriers name one twice when Saturday delivery is extra."""
    found: dict[str, Rate] = {}
    for rate in sorted(rates, key=lambda one: (one.amount, one.days, one.service)):
        found.setdefault(rate.service, rate)
    return list(found.values())
