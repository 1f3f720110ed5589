"""Strict readers of cells: what is not exactly right is refused with a sentence, never guessed."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from oms.foundation.money import parse_minor
from oms.foundation.refusals import Invalid
from oms.foundation.tables.faults import BadCell

WHOLE = re.compile(r"-?[0-9]{1,12}")
DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?")
SCIENTIFIC = re.compile(r"-?[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}")
DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
SHOWN = 40


def required(cell: str) -> str:
    """Return the text of a cell that may not be empty."""
    if not cell:
        raise BadCell("this cell is empty; fill it in.", code="empty")
    return cell


def text(cell: str, *, longest: int) -> str:
    """Return the text of a cell that may be empty."""
    if len(cell) > longest:
        raise BadCell(f"the text has {len(cell)} characters; {longest} are allowed.", code="too_long")
    return cell


def identifier(cell: str, *, longest: int = 64) -> str:
    """Return a SKU, code or bar code exactly as written; empty stays empty."""
    refuse_scientific(cell)
    for sign in cell:
        if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp"):
            raise BadCell(f"“{shown(cell)}” contains an invisible character; type it again.", code="invisible")
    return text(cell, longest=longest)


def whole_number(cell: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number in ASCII digits without separators."""
    required(cell)
    refuse_scientific(cell)
    if not WHOLE.fullmatch(cell):
        raise BadCell(f"“{shown(cell)}” is not a whole number; write digits only, like 12.", code="not_whole")
    return int(_within(int(cell), least, most))


def amount(cell: str, currency: str, *, least: int | None = 0) -> int:
    """Return an amount such as ``4.90`` in minor units of its currency."""
    required(cell)
    refuse_scientific(cell)
    if "," in cell:
        raise BadCell(
            f"“{shown(cell)}” has a comma; write amounts with a point and without separators, like 1234.90.",
            code="bad_amount",
        )
    try:
        minor = parse_minor(cell, currency)
    except Invalid as refusal:
        raise BadCell(refusal.sentence, code=refusal.code) from refusal
    if least is not None and minor < least:
        raise BadCell(f"“{shown(cell)}” is negative; write an amount of 0 or more.", code="out_of_range")
    return minor


def decimal_number(cell: str, *, least: float, most: float) -> float:
    """Return a number with a decimal point, such as a latitude."""
    required(cell)
    if not DECIMAL.fullmatch(cell):
        raise BadCell(f"“{shown(cell)}” is not a number; write it like 51.53.", code="not_a_number")
    return _within(float(cell), least, most)


def iso_day(cell: str) -> date | None:
    """Return a day that exists, written like ``2026-12-25``; empty is None."""
    if not cell:
        return None
    try:
        if not DAY.fullmatch(cell):
            raise ValueError(cell)
        return date.fromisoformat(cell)
    except ValueError as fault:
        raise BadCell(f"“{shown(cell)}” is not a day; write it like 2026-12-25.", code="not_a_day") from fault


def one_of(cell: str, words: Iterable[str]) -> str:
    """Return the cell when it is one of the words."""
    known = list(words)
    if cell not in known:
        raise BadCell(f"“{shown(cell)}” is not known here. Known: {', '.join(known) or 'none'}.", code="unknown")
    return cell


def refuse_scientific(cell: str) -> None:
    """Raise for a long number that a spreadsheet has shortened for good."""
    if SCIENTIFIC.fullmatch(cell):
        raise BadCell(
            f"Excel has changed this number to “{shown(cell)}”; format the column as text and enter it again.",
            code="changed_by_excel",
        )


def shown(cell: str) -> str:
    """Return the cell short enough for a sentence."""
    return cell if len(cell) <= SHOWN else f"{cell[:SHOWN]}…"


def _within(number: float, least: float, most: float) -> float:
    """Return the number when it lies between the limits."""
    if not least <= number <= most:
        raise BadCell(f"{number:,} is outside {least:,} to {most:,}.", code="out_of_range")
    return number
