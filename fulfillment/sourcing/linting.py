"""Looks for rules that cannot do what their author meant: dead, shadowed, contradictory, or closing every door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.overlap import covers, overlap
from fulfillment.sourcing.rules import amount, names
from fulfillment.sourcing.snapshot import Rules
from fulfillment.sourcing.wording import enumeration

OUTWEIGHS_FREIGHT = 100_000
"""Minor units of a parcel that no freight comes near."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is for rules to name: kinds by location code, and the words of conditions."""

    locations: Mapping[str, str]
    kinds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    has_rates: bool = False
    """Whether the rate card holds anything."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is odd about a set; a fault keeps it from being tested, the rest is for its author to judge."""

    code: str
    fault: bool
    sentence: str
    rules: tuple[int, ...] = ()


def lint(rules: Rules, known: Known) -> tuple[Finding, ...]:
    """Return everything that is odd about a set, faults first."""
    found: list[Finding] = []
    if rules.prefer == "cheapest":
        found.extend(_least_freight(rules, known))
    elif rules.move_saving:
        words = "Nothing is moved before release: only rules that prefer the least freight know what a move saves."
        found.append(Finding("never_moves", False, words))
    for rule in rules.ordered:
        for check in CHECKS:
            found.extend(check(rule, known))
    dead = {number for one in found if one.code == "dead" for number in one.rules}
    live = [rule for rule in rules.ordered if rule.number not in dead]
    found.extend(_between(live, known))
    found.extend(_never_chosen(live, known))
    return tuple(sorted(found, key=lambda one: (not one.fault, one.rules, one.code)))


def faults(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that keep a set from being tested."""
    return [one for one in found if one.fault]


def _least_freight(rules: Rules, known: Known) -> Iterator[Finding]:
    """Find what keeps a set from finding the least freight."""
    if not known.has_rates:
        yield Finding("no_rates", True, "It asks for the least freight, and there are no shipping rates.")
    if rules.split_penalty >= OUTWEIGHS_FREIGHT:
        words = f"A parcel weighs {amount(rules.split_penalty)}: an order is split only where it must be, "
        yield Finding("heavy_parcels", False, f"{words}whatever two parcels would save.")


def _contradictory_ends(rule: Rule, known: Known) -> Iterator[Finding]:
    """Find ranges that end before they begin."""
    for word, lowest, highest in (
        ("total", rule.total_from, rule.total_to),
        ("weight", rule.weight_from, rule.weight_to),
    ):
        if lowest is not None and highest is not None and lowest > highest:
            sentence = f"{_named(rule)} never holds: its {word} ends before it begins."
            yield Finding("dead", True, sentence, (rule.number,))


def _unknown_words(rule: Rule, known: Known) -> Iterator[Finding]:
    """Find conditions that name what there is not: all of it makes the rule dead, part of it is worth a look."""
    lists = (
        ("channel", rule.channels, known.channels),
        ("shipping method", rule.services, known.services),
        ("skill", rule.capabilities, known.capabilities),
    )
    for word, told, there in lists:
        missing = [one for one in told if one not in there]
        if missing and len(missing) == len(told):
            sentence = f"{_named(rule)} never holds: there is no {word} {_quoted(missing, 'or')}."
            yield Finding("dead", True, sentence, (rule.number,))
        elif missing:
            sentence = f"{_named(rule)} names a {word} that there is not: {_quoted(missing)}."
            yield Finding("unknown", False, sentence, (rule.number,))


def _unknown_places(rule: Rule, known: Known) -> Iterator[Finding]:
    """Find rules that name no location, or one that there is not."""
    named = _places(rule, known)
    missing = [code for code in rule.locations if code not in known.locations]
    missing += [kind for kind in rule.kinds if kind not in known.kinds]
    if not rule.locations and not rule.kinds:
        yield Finding("names_nothing", True, f"{_named(rule)} names no location.", (rule.number,))
    elif missing and not named and rule.effect != "only":
        sentence = f"{_named(rule)} does nothing: there is no location {_quoted(missing, 'or')}."
        yield Finding("dead", True, sentence, (rule.number,))
    elif missing:
        sentence = f"{_named(rule)} names a location that there is not: {_quoted(missing)}."
        yield Finding("unknown", False, sentence, (rule.number,))
    elif not named:
        sentence = f"{_named(rule)} does nothing at present: no location of this kind ships."
        yield Finding("unknown", False, sentence, (rule.number,))


def _closes_every_door(rule: Rule, known: Known) -> Iterator[Finding]:
    """Find single rules that leave no location."""
    named = _places(rule, known)
    nowhere = rule.effect == "only" and not named and bool(rule.locations or rule.kinds)
    if (rule.effect == "exclude" and known.locations and named == set(known.locations)) or nowhere:
        sentence = f"{_named(rule)} leaves no location for the orders it holds for."
        yield Finding("nothing_left", True, sentence, (rule.number,))


def _weighs_nothing(rule: Rule, known: Known) -> Iterator[Finding]:
    """Find preferences without an amount."""
    if rule.effect in ("prefer", "avoid") and not rule.amount:
        sentence = f"{_named(rule)} does nothing: it needs an amount by which a parcel weighs more."
        yield Finding("weighs_nothing", True, sentence, (rule.number,))


Check = Callable[[Rule, Known], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    _contradictory_ends,
    _unknown_words,
    _unknown_places,
    _closes_every_door,
    _weighs_nothing,
)


def _between(ordered: list[Rule], known: Known) -> Iterator[Finding]:
    """Find rules that stand against each other, or do what another does already."""
    for at, later in enumerate(ordered):
        for earlier in ordered[:at]:
            yield from _contradiction(earlier, later, known)
            shadow = _shadow(earlier, later, known) or _shadow(later, earlier, known)
            if shadow is not None:
                yield shadow


def _contradiction(one: Rule, other: Rule, known: Known) -> Iterator[Finding]:
    """Find two rules that together leave no location, or prefer what the other keeps out."""
    if not overlap(one, other) or not {one.effect, other.effect} & {"exclude", "only"}:
        return
    left = set(known.locations)
    for rule in (one, other):
        named = _places(rule, known)
        left = left - named if rule.effect == "exclude" else left & named if rule.effect == "only" else left
    numbers = (one.number, other.number)
    if not left and known.locations and "only" in (one.effect, other.effect):
        sentence = f"{_named(one)} and {_named(other, 'rule')} contradict: an order that meets both finds no location."
        yield Finding("contradictory", True, sentence, numbers)
        return
    for barring, liked in ((one, other), (other, one)):
        places = _places(liked, known)
        if barring.effect == "exclude" and liked.effect == "prefer" and places and places <= _places(barring, known):
            sentence = f"{_named(liked)} prefers what {_named(barring, 'rule')} keeps out."
            yield Finding("contradictory", covers(barring, liked), sentence, numbers)


def _shadow(wide: Rule, narrow: Rule, known: Known) -> Finding | None:
    """Find a rule that changes nothing, because another does it for all its orders."""
    if not covers(wide, narrow):
        return None
    here, there = _places(narrow, known), _places(wide, known)
    same = wide.effect == narrow.effect == "exclude" and here <= there
    same = same or (wide.effect == narrow.effect == "only" and there <= here)
    gone = wide.effect == "exclude" and narrow.effect == "avoid" and here <= there
    if not here or not (same or gone):
        return None
    sentence = f"{_named(narrow)} changes nothing: {_named(wide, 'rule')} does it already for all its orders."
    return Finding("shadowed", False, sentence, (narrow.number,))


def _never_chosen(ordered: list[Rule], known: Known) -> Iterator[Finding]:
    """Find locations that no order at all can leave from."""
    always = [rule for rule in ordered if covers(rule, Rule(number=0, name="", effect="exclude"))]
    lost = [code for code, kind in known.locations.items() if any(_bars(rule, code, kind) for rule in always)]
    if lost:
        sentence = f"No order can leave from {_quoted(lost)}: rules without conditions keep {_them(lost)} out."
        yield Finding("never_chosen", len(lost) == len(known.locations), sentence)


def _bars(rule: Rule, code: str, kind: str) -> bool:
    """Say whether a rule keeps a location out."""
    return rule.effect in ("exclude", "only") and names(rule, code, kind) == (rule.effect == "exclude")


def _them(codes: list[str]) -> str:
    """Return the pronoun."""
    return "it" if len(codes) == 1 else "them"


def _places(rule: Rule, known: Known) -> set[str]:
    """Return the codes of the known locations that a rule names."""
    return {code for code, kind in known.locations.items() if names(rule, code, kind)}


def _named(rule: Rule, word: str = "Rule") -> str:
    """Return how a sentence names a rule."""
    return f"{word} {rule.number} “{rule.name}”"


def _quoted(told: list[str], joint: str = "and") -> str:
    """Return words in quotes, the first five of many."""
    more = [f"{len(told) - 5} more"] if len(told) > 5 else []
    return enumeration([*(f"“{one}”" for one in told[:5]), *more], joint)
