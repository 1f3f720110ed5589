"""Weights, sizes, money and lines of text as carriers want to have them; never less than the truth, pure."""

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from fulfillment.carriers.gateway import Parcel
from fulfillment.documents.papers import Address
from oms.foundation.money import exponent, minor_text

GRAMS_PER_POUND = Decimal("453.59237")
MM_PER_INCH = Decimal("25.4")
IMPERIAL = frozenset({"US", "PR"})
EU = frozenset(
    country
    for line in ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU", "IE IT LT LU LV MT NL PL PT RO SE SI SK")
    for country in line.split()
)
NO_DIGITS = re.compile(r"[^0-9]")


def steps_up(value: Decimal, step: str) -> Decimal:
    """Return a value rounded up to whole steps: carriers bill the next one, and a label must not say less."""
    size = Decimal(step)
    return ((value + size - Decimal("1e-9")) // size) * size


def kilograms(grams: int, step: str = "0.1") -> Decimal:
    """Return a weight in kilograms, rounded up to steps such as a hundred grams, and at least one step."""
    return max(steps_up(Decimal(grams) / 1000, step), Decimal(step))


def pounds(grams: int, step: str = "0.1") -> Decimal:
    """Return a weight in pounds (0.45359237 kg), rounded up to steps, and at least one."""
    return max(steps_up(Decimal(grams) / GRAMS_PER_POUND, step), Decimal(step))


def centimetres(millimetres: int) -> int:
    """Return a length in whole centimetres, rounded up."""
    return -(-millimetres // 10)


def inches(millimetres: int) -> int:
    """Return a length in whole inches, rounded up."""
    return int(steps_up(Decimal(millimetres) / MM_PER_INCH, "1"))


def has_sizes(parcel: Parcel) -> bool:
    """Return whether all three sizes of a parcel are known."""
    return min(parcel.length_mm, parcel.width_mm, parcel.height_mm) > 0


def is_imperial(parcel: Parcel) -> bool:
    """Return whether the sender's country weighs in pounds and measures in inches."""
    return parcel.ship_from.country in IMPERIAL


def minor_units(stated: Any, currency: str) -> int:
    """Return a carrier's decimal amount in minor units, half a unit up; raises ValueError for what is no amount."""
    try:
        scaled = Decimal(str(stated)).scaleb(exponent(currency))
        return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (InvalidOperation, OverflowError):
        raise ValueError(f"“{stated}” is no amount") from None


def amount(minor: int, currency: str) -> Decimal:
    """Return minor units as a decimal with the currency's digits."""
    return Decimal(minor_text(minor, currency))


def crosses_customs(parcel: Parcel) -> bool:
    """Return whether a parcel needs customs papers."""
    return is_customs_border(parcel.ship_from.country, parcel.ship_to.country)


def is_customs_border(here: str, there: str) -> bool:
    """Return whether goods from one country to another pass customs: not at home, nor within the European Union."""
    return here != there and not {here, there} <= EU


def lines_of(address: Address, *, width: int, most: int) -> list[str]:
    """Return street lines of at most ``width`` letters, broken between words; what does not fit in is cut off."""
    lines: list[str] = []
    for line in (address.line1, address.line2):
        words = line.split()
        while words:
            taken = words.pop(0)[:width]
            while words and len(taken) + 1 + len(words[0]) <= width:
                taken = f"{taken} {words.pop(0)}"
            lines.append(taken)
    return lines[:most]


def digits(phone: str, *, most: int = 15) -> str:
    """Return the digits of a telephone number, without a leading +."""
    return NO_DIGITS.sub("", phone)[-most:]


def first_of(*texts: str) -> str:
    """Return the first text that is not empty, or nothing."""
    return next((text.strip() for text in texts if text.strip()), "")


def moment(text: str) -> datetime:
    """Return an ISO moment; one without a zone is taken as UTC, as no better is known."""
    at = datetime.fromisoformat(text.strip())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def paper(encoded: Any) -> bytes:
    """Return the bytes of a paper in base64; nothing when it is broken, which no label passes for."""
    try:
        return base64.b64decode(str(encoded or ""), validate=True)
    except (ValueError, binascii.Error):
        return b""


def joined(parts: Iterable[Any], by: str = ", ") -> str:
    """Return the parts that are not empty, joined."""
    return by.join(str(part).strip() for part in parts if part and str(part).strip())
