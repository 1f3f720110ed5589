"""Card numbers that somebody pastes where they do not belong: found, masked, or refused before anything is stored.

A card number has 15 or 16 digits, begins as an issuer's does, and its last digit proves the others (ISO/IEC 7812:
Luhn's check).
"""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from oms.foundation.refusals import Reason

CANDIDATE = re.compile(r"(?<![0-9])[2-6](?:[ -]?[0-9]){14,15}(?![0-9])")
# Visa · Mastercard, old and new · American Express · Discover and UnionPay · JCB
ISSUED = re.compile(r"4[0-9]{15}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|6[0-9]{15}|35[0-9]{14}")
SENTENCE = "Leave the card number out: it must not be kept here."


def masked(text: str) -> str:
    """Return the text with all but the last four digits of every card number hidden."""
    return CANDIDATE.sub(_hidden, text) if len(text) > 14 else text


def has_card(text: str) -> bool:
    """Return whether a card number stands in the text."""
    return masked(text) != text


def card_reasons(values: Iterable[tuple[str, Any]]) -> list[Reason]:
    """Return a reason for each named text in which a card number stands."""
    return [
        Reason("card_number", SENTENCE, name) for name, value in values if isinstance(value, str) and has_card(value)
    ]


def without_cards(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide card numbers in everything that a line of the log says."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = masked(value)
    return event


def _hidden(found: "re.Match[str]") -> str:
    """Return a number as it is shown: as it was if it is no card's."""
    digits = re.sub(r"[ -]", "", found[0])
    if not ISSUED.fullmatch(digits) or not _proves(digits):
        return found[0]
    return "•" * (len(digits) - 4) + digits[-4:]


def _proves(digits: str) -> bool:
    """Return whether the last digit proves the others."""
    doubled = [int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
