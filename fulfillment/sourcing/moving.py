"""Whether a plan that stands is worth moving: what both weigh, and why the better one is there only now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fulfillment.sourcing.book import Book
from fulfillment.sourcing.costing import grams_of, loads_of
from fulfillment.sourcing.decision import Decision, Portion
from fulfillment.sourcing.demand import build_problem
from fulfillment.sourcing.snapshot import Rules, Snapshot
from fulfillment.sourcing.wording import amount, enumeration


@dataclass(frozen=True, slots=True)
class Move:
    """A decision that is better than the promise that stands, by how much in minor units, in words."""

    saves: int
    sentence: str


def weigh(seen: Snapshot, rules: Rules, portions: Sequence[Portion]) -> int | None:
    """Return what portions of an order weigh: freight, the rules' weights and scarcity fees, in minor units.

    None where a location could not ship its part now, or no rates decide: then there is nothing to compare.
    """
    problem = build_problem(seen.orders[0], Book(seen), rules)
    places = {place.node.location_id: place for place in problem.places}
    grams, loads = grams_of(problem, portions), loads_of(problem, portions)
    total = 0
    for location, load in loads.items():
        place = places.get(location)
        if place is None or place.counter is None:
            return None
        total += place.counter.quote(grams[location]).total + place.toll.of(load)
    return total


def better(
    seen: Snapshot, rules: Rules, present: Sequence[Portion], decision: Decision, before: Mapping[str, Any]
) -> Move | None:
    """Return the move to a decision that saves as much as the rules ask for, or None.

    :param present: what is promised now
    :param before: the outcome on record that the promise came from
    """
    stands = weigh(seen, rules, present)
    if stands is None or not decision.freights or decision.shortages or not rules.move_saving:
        return None
    saves = stands - sum(one.weighed + one.scarcity for one in decision.freights)
    here = {one.location_id for one in present}
    if saves < rules.move_saving:
        return None
    names = {node.location_id: node.name for node in seen.nodes}
    there = set(decision.location_ids)
    left, come = (enumeration(_named(names, ids)) for ids in (here - there or here, there - here or there))
    saved = amount(saves, seen.orders[0].rate_currency)
    return Move(saves, f"Moved from {left} to {come}, saves {saved}: {_why(seen, names, there - here, before)}.")


def _named(names: Mapping[int, str], ids: Collection[int]) -> list[str]:
    """Return the names of locations, sorted."""
    return sorted(names.get(pk, "a closed location") for pk in ids)


def _why(seen: Snapshot, names: Mapping[int, str], come: Collection[int], before: Mapping[str, Any]) -> str:
    """Return what is otherwise than when the order was decided last."""
    lost = {
        row["location_id"]: row["reason_code"] for row in before.get("rejections", ()) if row["location_id"] in come
    }
    for code, words in (("short_stock", "has pieces now that it lacked"), ("no_capacity", "can send parcels again")):
        found = [pk for pk in sorted(lost) if lost[pk] == code]
        if found:
            return f"{enumeration(_named(names, found))} {words}"
    if before.get("fees_run", 0) != seen.orders[0].fees_run:
        return "the scarcity fees have changed"
    return "stock, rates or rules have changed since"
