"""Opening XLSX workbooks: the directory of the archive is checked before anything is unpacked."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from oms.foundation.tables.faults import BadFile
from oms.foundation.tables.limits import (
    MAX_BOOK_ENTRIES,
    MAX_BOOK_RATIO,
    MAX_BOOK_UNPACKED,
    MAX_COLUMNS,
    MAX_ROWS,
)

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    DefusedXmlException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    OSError,
    EOFError,
)
FORBIDDEN_XML = re.compile(rb"<!\s*(DOCTYPE|ENTITY)|<\0!\0D\0O\0C", re.IGNORECASE)
EXACT_DIGITS = 10**15


def check_directory(stream: IO[bytes], name: str) -> None:
    """Raise :class:`BadFile` for an archive that is no workbook, unpacks too far or carries programs."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            if len(entries) > MAX_BOOK_ENTRIES or unpacked > min(MAX_BOOK_UNPACKED, MAX_BOOK_RATIO * max(packed, 1024)):
                raise BadFile(f"{name} unpacks to far more than a table needs; it is refused as a zip bomb.")
            if "[Content_Types].xml" not in names or not any(one.startswith("xl/") for one in names):
                raise BadFile(f"{name} is a zip archive, not an Excel workbook; unpack it and send the file inside.")
            if any(one.casefold().endswith("vbaproject.bin") for one in names):
                raise BadFile(f"{name} contains macros; save it as .xlsx without them.")
            _refuse_entities(archive, entries, name)
    except BROKEN as error:
        raise BadFile(f"{name} is not a readable Excel workbook; open it in Excel and save it again.") from error


def _refuse_entities(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise for XML with definitions of its own, which no spreadsheet program writes."""
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if FORBIDDEN_XML.search(part.read(4096)):
                    raise BadFile(f"{name} contains XML definitions that no spreadsheet writes; it is refused.")


def rows_of_book(stream: IO[bytes], name: str) -> Iterator[list[str]]:
    """Yield the rows of the first visible sheet as texts."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise BadFile(f"{name} has no visible sheet.")
        rows = sheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True)
        for row in rows:
            yield [cell_text(value) for value in row]
    except (InvalidFileException, *BROKEN) as error:
        raise BadFile(f"{name} is not a readable Excel workbook; open it in Excel and save it again.") from error


def cell_text(value: Any) -> str:
    """Return a cell as it would be typed; a number that lost digits is shown so that it is refused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= EXACT_DIGITS:
            return f"{value:.2E}"
        return str(int(value)) if value == int(value) else f"{value:.15g}"
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
