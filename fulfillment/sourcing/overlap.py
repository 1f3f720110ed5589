"""How two rules stand to each other: whether one holds wherever the other does, and whether both can hold at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.geography import plain_postcode
from fulfillment.sourcing.rules import lies_in, plain_country

Ends: TypeAlias = tuple[int | None, int | None]
"""Two ends of a range; None is open."""
SINGLE = ("channels", "countries", "services")
"""An order has one of each; of tags, SKUs and capabilities it may have many."""
MANY = ("tags", "capabilities")


def covers(wide: Rule, narrow: Rule) -> bool:
    """Say whether every order that the narrow rule holds for is one that the wide rule holds for, as far as is told."""
    words = all(_within(_plain(narrow, name), _plain(wide, name)) for name in (*SINGLE, *MANY))
    areas = _begins_within(_plain(narrow, "postal_prefixes"), _plain(wide, "postal_prefixes"), lies_in)
    skus = _begins_within(_plain(narrow, "skus"), _plain(wide, "skus"), str.startswith)
    return words and areas and skus and _ranges(wide, narrow, _inside)


def overlap(one: Rule, other: Rule) -> bool:
    """Say whether an order could meet the conditions of both rules."""
    for name in SINGLE:
        here, there = _plain(one, name), _plain(other, name)
        if here and there and not set(here) & set(there):
            return False
    here, there = _plain(one, "postal_prefixes"), _plain(other, "postal_prefixes")
    if here and there and not any(lies_in(a, b) or lies_in(b, a) for a in here for b in there):
        return False
    return _ranges(one, other, _meets)


def _plain(rule: Rule, name: str) -> tuple[str, ...]:
    """Return the words of a condition as they are compared."""
    words: tuple[str, ...] = getattr(rule, name)
    if name == "countries":
        return tuple(map(plain_country, words))
    if name == "postal_prefixes":
        return tuple(map(plain_postcode, words))
    return tuple(word.upper() for word in words) if name == "skus" else words


def _within(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    """Say whether a list of words allows nothing that another does not."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _begins_within(narrow: Sequence[str], wide: Sequence[str], begins: Callable[[str, str], bool]) -> bool:
    """The same for the beginnings of words."""
    return not wide or (bool(narrow) and all(any(begins(one, begin) for begin in wide) for one in narrow))


def _ranges(one: Rule, other: Rule, test: Callable[[Ends, Ends], bool]) -> bool:
    """Compare totals and weights of two rules."""
    totals = ((one.total_from, one.total_to), (other.total_from, other.total_to))
    weights = ((one.weight_from, one.weight_to), (other.weight_from, other.weight_to))
    return test(*totals) and test(*weights)


def _inside(wide: Ends, narrow: Ends) -> bool:
    """Say whether the second range lies in the first."""
    low = wide[0] is None or (narrow[0] is not None and narrow[0] >= wide[0])
    high = wide[1] is None or (narrow[1] is not None and narrow[1] <= wide[1])
    return low and high


def _meets(one: Ends, other: Ends) -> bool:
    """Say whether two ranges have a number in common."""
    low = max((end for end in (one[0], other[0]) if end is not None), default=None)
    high = min((end for end in (one[1], other[1]) if end is not None), default=None)
    return low is None or high is None or low <= high
