"""Money as integer minor units with its currency; parts are split so that they add up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.numbers import format_currency, get_currency_precision, list_currencies

from oms.foundation.refusals import Invalid

PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")
MAX_MINOR = 10**12


@cache
def exponent(currency: str) -> int:
    """Return the digits after the point of a currency: 2 for EUR, 0 for JPY, 3 for KWD.

    :raises Invalid: for a code that ISO 4217 does not know.
    """
    if currency not in list_currencies():
        raise Invalid(f"“{currency}” is not a currency; write a code such as EUR.", code="unknown_currency")
    return get_currency_precision(currency)


def parse_minor(text: str, currency: str) -> int:
    """Return minor units of a plain ASCII decimal such as ``4.90``.

    :raises Invalid: for any other form, more digits than the currency has, or an absurd amount.
    """
    digits = exponent(currency)
    if not PLAIN_DECIMAL.fullmatch(text):
        raise Invalid(f"“{text[:40]}” is not an amount; write it like 4.90.", code="bad_amount")
    scaled = Decimal(text).scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise Invalid(f"“{text}” has more digits than {currency} allows ({digits}).", code="bad_amount")
    if abs(scaled) > MAX_MINOR:
        raise Invalid(f"“{text}” is larger than any amount accepted here.", code="bad_amount")
    return int(scaled)


def minor_text(amount: int, currency: str) -> str:
    """Return minor units as a plain decimal string, such as ``4.90``."""
    digits = exponent(currency)
    if digits == 0:
        return str(amount)
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{amount // 10**digits}.{amount % 10**digits:0{digits}d}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of minor units in one currency; arithmetic refuses to mix currencies."""

    amount: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Return the money of a plain decimal string; raises :class:`Invalid` as :func:`parse_minor` does."""
        return cls(parse_minor(text, currency), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.amount * times, self.currency)

    def __str__(self) -> str:
        return self.format()

    def _same(self, other: "Money") -> int:
        """Return the other's amount, refusing another currency."""
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} with {other.currency}")
        return other.amount

    def text(self) -> str:
        """Return the plain decimal string of the API."""
        return minor_text(self.amount, self.currency)

    def format(self, locale: str = "en_GB") -> str:
        """Return the amount as people of the locale write it."""
        return format_currency(Decimal(self.text()), self.currency, locale=locale)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Return parts in proportion to the weights; they add up to the whole."""
        return [Money(part, self.currency) for part in split_amount(self.amount, weights)]


def split_amount(total: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weight with the largest-remainder (Hamilton) method.

    All-zero weights count as equal ones; the parts always add up to ``total``.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    sign, rest = (-1, -total) if total < 0 else (1, total)
    parts = [rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(rest * weights[i] % whole), i))
    for i in by_remainder[: rest - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
