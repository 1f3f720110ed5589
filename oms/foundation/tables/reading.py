"""Reading one table: what kind of file it is, its heading, and its rows as texts by column."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from oms.foundation.tables.books import check_directory, rows_of_book
from oms.foundation.tables.faults import BadFile, RowFault
from oms.foundation.tables.limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, WHY_COLUMN
from oms.foundation.tables.texts import encoding_of, lines_of, separator_of, unpacked

KNOWN_TABLES: Mapping[str, frozenset[str]] = {
    "a Shopify order export": frozenset({"lineitem sku", "lineitem quantity"}),
    "an order file": frozenset({"external_id", "sku", "quantity"}),
    "a product file": frozenset({"sku", "unit_price", "weight_g"}),
    "a location file": frozenset({"code", "cutoff", "timezone"}),
    "a stock file": frozenset({"sku", "location", "on_hand"}),
}
STRANGERS = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or one with a password; save it as .xlsx without a password",
    b"%PDF": "a PDF; export a table instead",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!DO": "a web page; export a table instead",
    b"<htm": "a web page; export a table instead",
    b"<?xm": "an XML file; export a table instead",
}
INVISIBLE = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xa0 \t\r\n"
DISARMED = ("'=", "'+", "'-", "'@")
Record = tuple[int, list[str] | RowFault]
Records = Callable[[], Iterator[Record]]


@dataclass
class Table:
    """A readable table; each iteration reads the file anew and collects the unreadable rows in ``faults``.

    Row numbers count as a spreadsheet does: the heading is row 1.
    """

    name: str
    header: list[str]
    records: Records
    count: int = 0
    padded: bool = False
    faults: list[RowFault] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, texts by column) of every readable row that is not blank."""
        self.faults = []
        for number, cells in self.records():
            found = cells if isinstance(cells, RowFault) else self._fault(number, cells)
            if found is not None:
                self.faults.append(found)
            elif not isinstance(cells, RowFault) and any(cells):
                yield number, dict(zip(self.header, cells, strict=False))

    def _fault(self, number: int, cells: list[str]) -> RowFault | None:
        """Return what makes the row unreadable."""
        if not any(cells):
            return None
        surplus = [cell for cell in cells[len(self.header) :] if cell]
        if surplus:
            sentence = (
                f"this row has {len(cells)} cells, the heading has {len(self.header)};"
                " put texts that contain the separator in quotation marks."
            )
            return RowFault(number, "", "too_many_cells", sentence)
        if len(cells) < len(self.header) and not self.padded:
            sentence = f"this row has {len(cells)} cells, the heading has {len(self.header)}; is it cut off?"
            return RowFault(number, "", "too_few_cells", sentence)
        if max(map(len, cells)) <= MAX_CELL:
            return None
        for column, cell in zip(self.header, cells, strict=False):
            if len(cell) > MAX_CELL:
                sentence = (
                    f"this cell has {len(cell):,} characters; {MAX_CELL:,} are allowed. Is a quotation mark open?"
                )
                return RowFault(number, column, "cell_too_long", sentence)
        return None


def unused_columns(table: Table, known: Sequence[str]) -> list[str]:
    """Return the columns of a table that are not among the known ones; why a row came back is not meant to be read."""
    return [column for column in table.header if column and column != WHY_COLUMN and column not in known]


def read_table(source: Path | bytes, *, name: str, expected: Sequence[str], encoding: str = "") -> Table:
    """Open a CSV (also packed with gzip) or XLSX file and check its heading; rows are read while iterating.

    The whole file is looked through once, so that a fault of the file is found before a row is used.

    :raises BadFile: with one sentence when the file as a whole cannot be read as a table with the expected columns.
    """
    opener = _opener(source, name)
    with opener() as raw:
        start = raw.read(8)
    if not start:
        raise BadFile(f"{name} is empty.", code="empty_file")
    if start.startswith(b"PK"):
        return _book(opener, name, expected)
    with unpacked(opener, name) as stream:
        start = stream.peek(8)[:8]
    stranger = next((words for magic, words in STRANGERS.items() if start.startswith(magic)), None)
    if stranger or start.startswith(b"PK"):
        raise BadFile(f"{name} is {stranger or 'a packed archive'}. Send a CSV or XLSX file.", code="wrong_kind")
    return _text(opener, name, expected, encoding_of(opener, name, encoding))


def _opener(source: Path | bytes, name: str) -> Callable[[], IO[bytes]]:
    """Return how to open the source again and again, refusing one that is too large or missing."""
    if isinstance(source, bytes):
        size, limit = len(source), MAX_BYTES
    elif source.is_file():
        size, limit = source.stat().st_size, MAX_UNPACKED
    else:
        raise BadFile(f"There is no file {name}.", code="no_file")
    if size > limit:
        raise BadFile(f"{name} has {size / 1048576:,.0f} MB; {limit >> 20} MB are allowed. Split it.", code="too_large")
    return (lambda: io.BytesIO(source)) if isinstance(source, bytes) else (lambda: source.open("rb"))


def _book(opener: Callable[[], IO[bytes]], name: str, expected: Sequence[str]) -> Table:
    """Return the table of an XLSX workbook."""
    with opener() as stream:
        check_directory(stream, name)

    def records() -> Iterator[Record]:
        """Yield the numbered rows below the heading."""
        with opener() as stream:
            for number, row in enumerate(rows_of_book(stream, name), start=1):
                if number > 1:
                    yield number, [clean(cell) for cell in row]

    with opener() as stream:
        first = next(rows_of_book(stream, name), [])
    heading = [clean(cell) for cell in first]
    while heading and not heading[-1]:
        heading.pop()
    return _checked(Table(name, columns_of(heading, name, expected), records, padded=True))


def _text(opener: Callable[[], IO[bytes]], name: str, expected: Sequence[str], encoding: str) -> Table:
    """Return the table of a text file."""
    with lines_of(opener, name, encoding) as lines:
        first = next(lines, "")
        named = first.strip().casefold()
        told = named.startswith("sep=") and len(named) == 5
        separator = first.strip()[4] if told else separator_of(first, expected)

    @contextmanager
    def reader() -> Iterator[Iterator[Record]]:
        """Open the file and number its records."""
        with lines_of(opener, name, encoding) as lines:
            yield _numbered(csv.reader(lines, delimiter=separator, strict=True), name)

    def records() -> Iterator[Record]:
        """Yield the numbered records below the heading."""
        with reader() as numbered:
            for number, record in numbered:
                if number > 1 + told:
                    yield number, record

    with reader() as numbered:
        heading = next((record for number, record in numbered if number == 1 + told), [])
    if isinstance(heading, RowFault):
        raise BadFile(f"{name}: the heading cannot be read; {heading.sentence}")
    return _checked(Table(name, columns_of(heading, name, expected), records))


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[Record]:
    """Yield every record with its number; one with a broken quotation becomes a fault."""
    number = 0
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            if "end of data" in str(error) or "field limit" in str(error):
                raise BadFile(f"{name}: a quotation mark in row {number} is opened but never closed.") from error
            sentence = 'a quotation mark stands inside a quoted text; write it twice, like "7"" frame".'
            yield number, RowFault(number, "", "broken_quotes", sentence)
            continue
        if record is None:
            return
        yield number, [cell and clean(cell) for cell in record]


def _checked(table: Table) -> Table:
    """Read the table once and count its rows; raises :class:`BadFile` for none or too many."""
    for number, cells in table.records():
        if number > MAX_ROWS + 2:
            raise BadFile(f"{table.name} has more than {MAX_ROWS:,} rows; split it.", code="too_many_rows")
        table.count += isinstance(cells, RowFault) or any(cells)
    if table.count > MAX_ROWS:
        raise BadFile(f"{table.name} has more than {MAX_ROWS:,} rows; split it.", code="too_many_rows")
    if not table.count:
        raise BadFile(f"{table.name} has a heading but no rows.", code="empty_file")
    return table


def clean(cell: str) -> str:
    """Return the text without blanks and direction marks around it, and without the ' of our own exports."""
    cell = cell.strip(INVISIBLE)
    return cell[1:] if cell.startswith(DISARMED) else cell


def columns_of(heading: Sequence[str], name: str, expected: Sequence[str]) -> list[str]:
    """Return the columns, in the expected spelling; raises :class:`BadFile` for missing or doubled ones."""
    spelling = {one.casefold(): one for one in expected}
    columns = [spelling.get(cell.casefold(), cell) for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    missing = [one for one in expected if one not in columns]
    if missing:
        raise BadFile(_missing(name, columns, missing), code="missing_columns")
    doubled = sorted({one for one in columns if one and columns.count(one) > 1})
    if doubled:
        raise BadFile(f"{name} has the column {', '.join(doubled)} twice; keep one.", code="doubled_columns")
    if len(columns) >= MAX_COLUMNS:
        raise BadFile(f"{name} has more than {MAX_COLUMNS} columns.", code="too_many_columns")
    return columns


def _missing(name: str, columns: Sequence[str], missing: Sequence[str]) -> str:
    """Return which columns are missing and what the file looks like instead."""
    present = {one.casefold() for one in columns}
    looks = next((label for label, signs in KNOWN_TABLES.items() if signs <= present), "")
    word = "column" if len(missing) == 1 else "columns"
    found = ", ".join(one[:40] for one in columns[:15]) or "nothing"
    guess = f" This looks like {looks}." if looks else ""
    return f"{name} lacks the {word} {', '.join(missing)}.{guess} Found: {found}."
