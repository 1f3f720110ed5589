"""Which rules of staff hold for an order, which locations they keep out, and what they add to a parcel from the others.

Every rule that holds counts: what is kept out by one comes back by no other, and amounts add up. A rule that prefers a
location makes parcels from all others dearer, so that no plan ever becomes cheaper by one more parcel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.geography import SAME_COUNTRY, cuts_a_word, plain_postcode
from fulfillment.sourcing.snapshot import Node, OrderSnapshot, Rules, Want
from oms.foundation.money import minor_text

STORE = "store"
TWO_DECIMALS = "EUR"
"""Weights are written with two decimals, whatever the currency of the rates."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The rules that hold for one order: those that keep locations out, and those that make parcels dearer."""

    bars: tuple[Rule, ...] = ()
    weighs: tuple[Rule, ...] = ()

    def barring(self, node: Node) -> Rule | None:
        """Return the first rule that keeps a location out, or None."""
        for rule in self.bars:
            if names(rule, node.code, node.kind) == (rule.effect == "exclude"):
                return rule
        return None

    def against(self, node: Node) -> list[Rule]:
        """Return the rules that make a parcel from a location dearer."""
        return [rule for rule in self.weighs if names(rule, node.code, node.kind) == (rule.effect == "avoid")]

    def fee(self, node: Node) -> int:
        """Return what a parcel from a location costs more, in minor units."""
        return sum([rule.amount for rule in self.against(node)]) if self.weighs else 0

    def told(self, node: Node) -> tuple[str, ...]:
        """Return why: "rule 2 “…” adds 5.00"."""
        return tuple(f"{one.label} adds {amount(one.amount)}" for one in self.against(node))


NO_RULES = Standing()


def standing(order: OrderSnapshot, rules: Rules) -> Standing:
    """Return the rules that hold for an order, in their order."""
    if not rules.ordered:
        return NO_RULES
    facts = _Facts.of(order)
    held = [rule for rule in rules.ordered if _holds(rule, facts)]
    return Standing(
        bars=tuple(rule for rule in held if rule.effect in ("exclude", "only")),
        weighs=tuple(rule for rule in held if rule.effect in ("prefer", "avoid") and rule.amount),
    )


def place_fees(order: OrderSnapshot, node: Node, rules: Rules) -> tuple[int, tuple[str, ...]]:
    """Return what the rules add to a parcel of an order from a location, in minor units, and why."""
    held = standing(order, rules)
    return held.fee(node), held.told(node)


def last_unit(node: Node, wanted: Iterable[tuple[str, int, int]]) -> str:
    """Return the SKU of a product of which a store would give its last unit, or "".

    :param wanted: (SKU, units wanted, units there) by product
    """
    if node.kind != STORE:
        return ""
    return next((sku for sku, quantity, there in wanted if 0 < there <= quantity), "")


def applies(rule: Rule, order: OrderSnapshot) -> bool:
    """Say whether a rule holds for an order."""
    return _holds(rule, _Facts.of(order))


def names(rule: Rule, code: str, kind: str) -> bool:
    """Say whether a rule names a location."""
    return code in rule.locations or kind in rule.kinds


def amount(minor: int) -> str:
    """Return minor units as people write them: 5.00."""
    return minor_text(minor, TWO_DECIMALS)


def plain_country(text: str) -> str:
    """Return a country's ISO code in capitals."""
    code = text.strip().upper()
    return SAME_COUNTRY.get(code, code)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What conditions ask of an order."""

    order: OrderSnapshot
    country: str
    postcode: str
    skus: frozenset[str]
    capabilities: frozenset[str]
    grams: int

    @classmethod
    def of(cls, order: OrderSnapshot) -> _Facts:
        """Look at an order once for all rules."""
        return cls(
            order=order,
            country=plain_country(order.country),
            postcode=plain_postcode(order.postal_code),
            skus=frozenset(want.sku.upper() for want in order.wants),
            capabilities=frozenset(want.capability for want in order.wants),
            grams=sum(_grams(want) for want in order.wants),
        )


def _grams(want: Want) -> int:
    """Return what a line weighs."""
    return want.weight_g * want.quantity


def _holds(rule: Rule, facts: _Facts) -> bool:
    """Say whether an order meets every condition of a rule."""
    order = facts.order
    return (
        (not rule.channels or order.channel in rule.channels)
        and (not rule.services or order.service_level in rule.services)
        and (not rule.countries or facts.country in map(plain_country, rule.countries))
        and (not rule.tags or not order.tags.isdisjoint(rule.tags))
        and (not rule.capabilities or not facts.capabilities.isdisjoint(rule.capabilities))
        and _between(order.total, rule.total_from, rule.total_to)
        and _between(facts.grams, rule.weight_from, rule.weight_to)
        and (not rule.postal_prefixes or any(lies_in(facts.postcode, one) for one in rule.postal_prefixes))
        and (not rule.skus or any(sku.startswith(one.upper()) for one in rule.skus for sku in facts.skus))
    )


def _between(value: int, lowest: int | None, highest: int | None) -> bool:
    """Say whether a number lies between two ends that may be open."""
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def lies_in(postcode: str, prefix: str) -> bool:
    """Say whether a postcode begins with a prefix that is a whole area of it: "L" is not the area of "LS1"."""
    area = plain_postcode(prefix)
    return bool(area) and postcode.startswith(area) and not cuts_a_word(postcode, len(area))
