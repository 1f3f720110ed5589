"""Readers of cells that every order file shares."""

from datetime import UTC, datetime
from functools import cache

from babel import Locale

from oms.foundation.money import exponent
from oms.foundation.refusals import Invalid
from oms.foundation.tables import BadCell, RowFault
from oms.foundation.tables.cells import amount, required, shown
from oms.foundation.tables.rows import Cells

FIRST_YEAR, LAST_YEAR = 1970, 2200
FLAGS = {"": True, "yes": True, "true": True, "no": False, "false": False}


def currency(cell: str) -> str:
    """Return a currency's code."""
    try:
        exponent(required(cell))
    except Invalid as refusal:
        raise BadCell(f"“{shown(cell)}” is not a currency; write a code such as EUR.", code=refusal.code) from refusal
    return cell


def amount_or_zero(cell: str, code: str) -> int:
    """Return an amount in minor units; an empty cell is zero."""
    return amount(cell, code) if cell else 0


def moment(cell: str) -> datetime | None:
    """Return a moment in UTC, written like ``2026-11-22T10:00:00Z`` or ``2026-11-22 10:00:00 +0000``; empty is None."""
    if not cell:
        return None
    text = cell[:-6] + cell[-5:] if cell[-6:-5] == " " else cell
    try:
        found = datetime.fromisoformat(text)
        known = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        known = None
    if known is None or not FIRST_YEAR <= known.year <= LAST_YEAR:
        raise BadCell(f"“{shown(cell)}” is not a moment; write it like 2026-11-22T10:00:00Z.", code="bad_moment")
    return known


def flag(cell: str) -> bool:
    """Return whether a cell says yes; an empty cell does."""
    if cell.casefold() not in FLAGS:
        raise BadCell(f"“{shown(cell)}” is neither yes nor no.", code="unknown")
    return FLAGS[cell.casefold()]


@cache
def _countries() -> dict[str, str]:
    """Return country codes by English name in small letters."""
    names = Locale("en").territories.items()
    return {str(name).casefold(): str(code) for code, name in names if len(code) == 2 and code.isalpha()}


def country(cell: str) -> str:
    """Return a country's two-letter code; what cannot be read stays for the address check to tell."""
    if len(cell) == 2:
        return cell.upper()
    return _countries().get(cell.casefold(), "")


def note(cells: Cells, column: str, code: str, sentence: str) -> None:
    """Note a fault of one cell."""
    cells.faults.append(RowFault(cells.row, column, code, sentence))
