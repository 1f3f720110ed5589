"""The turns of phrase that sourcing sentences are made of."""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.sourcing.counters import Quote
from fulfillment.sourcing.snapshot import Rules
from oms.foundation.money import minor_text
from oms.foundation.wording import count

SKILLS = {
    "gift_wrap": "gift wrap",
    "kitting": "assemble kits",
    "engraving": "engrave",
    "personalisation": "personalise",
    "hazmat": "ship hazardous goods",
    "cold": "keep goods cold",
    "serial": "record serial numbers",
}
"""What a location does when it has a capability, as a verb; other capabilities are spelled out as they are."""


def cannot(capabilities: Sequence[str]) -> str:
    """Say which skills are missing: "cannot gift wrap or engrave"."""
    verbs = [SKILLS.get(word) or f"do {word.replace('_', ' ')}" for word in capabilities]
    return f"cannot {enumeration(verbs, 'or')}"


def enumeration(words: Sequence[str], joint: str = "and") -> str:
    """Join words the way a sentence does: "A, B and C"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def kilometres_away(km: int | None) -> str:
    """Say how far a location is from the customer."""
    return "its distance is unknown" if km is None else f"{km} km away"


def amount(minor: int, currency: str) -> str:
    """Write an amount of rates: "3.95 EUR"; the bare number of minor units where the currency is not known."""
    return f"{minor_text(minor, currency)} {currency}" if currency else str(minor)


def asked_for(quote: Quote, rules: Rules, currency: str, scarcity: int = 0) -> str:
    """Say what a consignment costs, and what of it is not freight: "4.20 EUR and a scarcity fee of 3.00 EUR"."""
    fee = [f"a scarcity fee of {amount(scarcity, currency)}"] if scarcity else []
    return enumeration([amount(quote.freight, currency), *_beside_freight(quote, rules, currency), *fee])


def _beside_freight(quote: Quote, rules: Rules, currency: str) -> list[str]:
    """Say what the rules add to a consignment: "3.00 EUR for coming 2 days late"."""
    rest = quote.total - quote.freight - rules.split_penalty
    if rest <= 0:
        return []
    late = quote.service.late_days
    why = f"coming {count(late, 'day')} late" if late and rules.late_day_fee * late == rest else "distance and rules"
    if late and rules.late_day_fee * late != rest:
        why = f"coming {count(late, 'day')} late, distance and rules"
    return [f"{amount(rest, currency)} for {why}"]


def parcels_taken(daily_capacity: int | None) -> str:
    """Say that a location can send nothing more today."""
    if daily_capacity == 0:
        return "it sends no parcels today"
    if daily_capacity is None:
        return "its parcels for today are taken"
    return f"its {count(daily_capacity, 'parcel')} for today are taken"


def units_by_sku(missing: Sequence[tuple[int, str]], shown: int = 3) -> str:
    """List missing units, largest first, and count the products that are left out of the list."""
    ordered = sorted(missing, key=lambda pair: (-pair[0], pair[1]))
    words = [f"{units} of SKU {sku}" for units, sku in ordered[:shown]]
    if len(ordered) > shown:
        words.append(f"some of {count(len(ordered) - shown, 'other product')}")
    return enumeration(words)
