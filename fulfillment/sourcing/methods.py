"""What a shipping method asks of a location: to be the store where the order is collected, or near enough for today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from fulfillment.sourcing.snapshot import Node, OrderSnapshot
from fulfillment.sourcing.wording import kilometres_away
from oms.foundation.wording import count

PICKUP, SAME_DAY = "pickup", "same_day"
MethodCode: TypeAlias = Literal["other_store", "no_pickup", "no_same_day", "outside_radius", "after_cutoff"]
HANDS_NOTHING_OUT = "it hands no orders out"
METHOD_CODES = frozenset({"other_store", "no_pickup", "no_same_day", "outside_radius", "after_cutoff"})


@dataclass(frozen=True, slots=True)
class Bar:
    """Why the shipping method keeps a location out, in words that follow its name; numbers where it is about some."""

    code: MethodCode
    words: str
    needed: int = 0
    available: int = 0


def method_bar(order: OrderSnapshot, node: Node, km: int | None) -> Bar | None:
    """Return why an order's shipping method keeps a location out, or None.

    :param km: whole kilometres between the location and the customer; None when either end is unknown
    """
    if order.bound_by == PICKUP:
        return _pickup_bar(order, node)
    return _same_day_bar(node, km) if order.bound_by == SAME_DAY else None


def _pickup_bar(order: OrderSnapshot, node: Node) -> Bar | None:
    """Keep every location out but the store that the customer has chosen."""
    if node.code != order.collect_at:
        where = f"at {order.collect_at}" if order.collect_at else "at a store that nobody has named yet"
        return Bar("other_store", f"the customer collects the order {where}")
    return None if PICKUP in node.capabilities else Bar("no_pickup", HANDS_NOTHING_OUT)


def _same_day_bar(node: Node, km: int | None) -> Bar | None:
    """Keep out what no courier reaches today: too far, or over for today."""
    if not node.same_day_km:
        return Bar("no_same_day", "it does not deliver on the same day")
    if km is None or km > node.same_day_km:
        words = f"{kilometres_away(km)}, its same-day radius is {node.same_day_km} km"
        return Bar("outside_radius", words, node.same_day_km, km or 0)
    if node.late_today:
        leaves = f"; what comes in now leaves on {_day(node.leaves_on)}" if node.leaves_on else ""
        return Bar("after_cutoff", f"its cut-off for today is over{leaves}")
    return None


def _day(text: str) -> str:
    """Return an ISO day as people say it."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B}"


def unreachable(order: OrderSnapshot, wanted: int, kept: tuple[tuple[str, str], ...], known: bool) -> str:
    """Say why the method lets nothing be shipped at all; blank when the method is not what is in the way.

    :param kept: name and bar of each location that has something, the nearest first
    :param known: whether the store where it is collected is among the locations
    """
    units = count(wanted, "unit")
    if order.bound_by == PICKUP:
        if not order.collect_at:
            return "No store is named where the customer collects the order."
        if not known:
            return f"The customer collects the order at “{order.collect_at}”, which is no location that ships now."
        if any(words == HANDS_NOTHING_OUT for _, words in kept):
            return f"The customer collects the order at {order.collect_at}, but {HANDS_NOTHING_OUT}."
        return f"The customer collects the order at {order.collect_at}, which can hand out none of the {units}."
    if order.bound_by == SAME_DAY and kept:
        told = ". ".join(f"{name}: {words}" for name, words in kept[:2])
        return f"None of the {units} can be delivered today. {told}."
    return ""
