"""Countries in three letters, and streets apart from their house numbers, as DHL Parcel Germany wants them; pure."""

import re
from functools import cache

from babel.core import get_global

from fulfillment.carriers.gateway import CarrierRefused
from fulfillment.documents.papers import Address

BEHIND = re.compile(r"^(?P<street>.*\D)[\s,]+(?P<house>\d+\s?[a-zA-Z]?(?:\s?[-/+]\s?\d+\s?[a-zA-Z]?)?)$")
BEFORE = re.compile(r"^(?P<house>\d+\s?[a-zA-Z]?(?:-\d+)?)[\s,]+(?P<street>\D.*)$")
LONGEST_HOUSE = 10
FORMER = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
"""Letters that ISO 3166 has withdrawn, and that lead to a country of today as well as its own do."""


@cache
def _threes() -> dict[str, str]:
    """Return the three letters of each country by its two (ISO 3166)."""
    aliases = get_global("territory_aliases")
    codes = [three for three, twos in aliases.items() if len(three) == 3 and three.isalpha() and len(twos) == 1]
    return {aliases[three][0]: three for three in codes if three not in FORMER}


def three_letters(country: str) -> str:
    """Return a country in three letters; raises :class:`CarrierRefused` for a code that is none."""
    if country not in _threes():
        raise CarrierRefused(f"DHL does not know the country “{country}”; correct the address.")
    return _threes()[country]


def street_and_house(address: Address) -> tuple[str, str]:
    """Return street and house number; raises :class:`CarrierRefused` when the address has none to be seen."""
    line = " ".join(address.line1.split())
    found = BEHIND.match(line) or BEFORE.match(line)
    if found is None or len(found["house"]) > LONGEST_HOUSE:
        raise CarrierRefused(f"DHL wants a house number; “{line[:60]}” shows none. Complete the address.")
    return found["street"].strip(" ,"), found["house"].strip()
