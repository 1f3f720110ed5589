"""The one writer of tables that people download: CSV and XLSX in which no cell can become a formula."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

BOM = "\ufeff"
FORMULA_SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
NEEDS_QUOTES = re.compile(r'[",;\t\r\n]|^\s|\s$')
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_csv(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a CSV file: UTF-8 with a mark that Excel understands, commas, CRLF.

    Text in which a semicolon or tab could begin a new cell elsewhere is quoted.
    """
    yield BOM + _line(header)
    for row in rows:
        yield _line(row)


def write_xlsx(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> bytes:
    """Return an XLSX file with one sheet; texts are typed as texts, numbers as numbers."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")

    def cell(value: Any) -> Any:
        """Return a cell of the value's own type."""
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"
        return made

    for row in chain([header], rows):
        sheet.append([cell(plain(value)) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plain(value: Any) -> str | int | float | Decimal | None:
    """Return the value as a number or as a text that no spreadsheet runs."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return disarmed(UNPRINTABLE.sub("", str(value)))


def disarmed(text: str) -> str:
    """Return the text with a leading ' when a spreadsheet would read it as a formula; plain numbers stay."""
    begins = text[:1] in FORMULA_SIGNS or text.lstrip()[:1] in FORMULA_SIGNS
    if text and begins and text.strip() and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _line(row: Sequence[Any]) -> str:
    """Return one line of CSV."""
    return ",".join(_csv_cell(plain(value)) for value in row) + "\r\n"


def _csv_cell(value: str | int | float | Decimal | None) -> str:
    """Return the text of a cell, quoted where needed."""
    text = "" if value is None else str(value)
    if NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
