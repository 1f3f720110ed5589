"""Rules in the words of staff: "Orders of wholesale to GB: never from stores."."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.rules import amount
from fulfillment.sourcing.snapshot import Rules
from fulfillment.sourcing.wording import enumeration

KINDS = {"warehouse": "warehouses", "store": "stores", "supplier": "suppliers", "3pl": "3PLs"}
PREFERRED = {
    "nearest": "the nearest",
    "most_stock": "the one with most stock",
    "priority": "the one of higher priority",
    "cheapest": "the least freight",
}


def rule_words(rule: Rule) -> str:
    """Return a rule as one sentence."""
    conditions = list(_conditions(rule))
    orders = f"Orders {', '.join(conditions)}" if conditions else "All orders"
    return f"{orders}: {_effect(rule)}."


def _effect(rule: Rule) -> str:
    """Return what a rule does, with the locations it names."""
    places = enumeration([*(KINDS.get(kind, kind) for kind in rule.kinds), *rule.locations]) or "no location"
    if rule.effect == "exclude":
        return f"never from {places}"
    if rule.effect == "only":
        return f"only from {places}"
    if rule.effect == "prefer":
        return f"rather from {places}; a parcel from elsewhere weighs {amount(rule.amount)} more"
    return f"rather not from {places}; a parcel from there weighs {amount(rule.amount)} more"


def _conditions(rule: Rule) -> Iterable[str]:
    """Yield each condition that is set, in words."""
    lists = (
        ("of", rule.channels),
        ("to", rule.countries),
        ("to postcodes", rule.postal_prefixes),
        ("by", rule.services),
        ("tagged", rule.tags),
        ("with SKUs", rule.skus),
        ("that need", rule.capabilities),
    )
    for word, values in lists:
        if values:
            yield f"{word} {enumeration([value.replace('_', ' ') for value in values], 'or')}"
    total = _range(rule.total_from, rule.total_to, amount)
    if total:
        yield f"worth {total}"
    weight = _range(rule.weight_from, rule.weight_to, lambda grams: f"{grams} g")
    if weight:
        yield f"weighing {weight}"


def _range(lowest: int | None, highest: int | None, shown: Callable[[int], str]) -> str:
    """Return two ends in words."""
    if lowest is None:
        return "" if highest is None else f"{shown(highest)} or less"
    return f"{shown(lowest)} or more" if highest is None else f"{shown(lowest)} to {shown(highest)}"


def settings_words(rules: Rules) -> list[str]:
    """Return the weights of a set, one sentence each."""
    said = [
        "Orders leave from where they cost least: freight by the rate card, and what else weighs here."
        if rules.prefer == "cheapest"
        else f"Between locations, {PREFERRED.get(rules.prefer, rules.prefer.replace('_', ' '))} comes first.",
        f"A parcel weighs {amount(rules.split_penalty)}, a kilometre {amount(rules.distance_weight)}.",
        "What is there is promised."
        if rules.allow_partial
        else "An order that is not wholly there is promised nothing.",
    ]
    if rules.max_parcels is not None:
        said.append(f"An order leaves in {rules.max_parcels} parcels at most.")
    if rules.last_unit_fee:
        said.append(f"A store's last unit weighs {amount(rules.last_unit_fee)}.")
    if rules.late_day_fee:
        said.append(f"A day too late weighs {amount(rules.late_day_fee)}.")
    if rules.move_saving:
        said.append(f"Before release, what is planned moves when that saves {amount(rules.move_saving)} or more.")
    if rules.young_stock_fee:
        said.append(f"Stock that came in a week later than the oldest weighs {amount(rules.young_stock_fee)} more.")
    if rules.shallow_stock_fee:
        said.append(f"The shallower the stock, the more a parcel weighs, up to {amount(rules.shallow_stock_fee)}.")
    return said
