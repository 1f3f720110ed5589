"""Opening text files: gzip, encodings and separators, line by line with a limit on each."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from oms.foundation.tables.faults import BadFile
from oms.foundation.tables.limits import MAX_LINE, MAX_UNPACKED

Opener = Callable[[], IO[bytes]]
SEPARATORS = ",;\t|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
BLOCK = 1 << 18

csv.field_size_limit(MAX_LINE)


class _Unpacked(io.RawIOBase):
    """Reads a stream up to the limit of unpacked bytes."""

    def __init__(self, inner: IO[bytes], name: str) -> None:
        self.inner = inner
        self.name = name
        self.taken = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        """Fill the buffer; raises :class:`BadFile` beyond the limit or where the packing is broken."""
        try:
            block = self.inner.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(f"{self.name} is damaged: its packing cannot be undone. Send it again.") from error
        self.taken += len(block)
        if self.taken > MAX_UNPACKED:
            raise BadFile(f"{self.name} unpacks to more than {MAX_UNPACKED >> 20} MB; split it into smaller files.")
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def unpacked(opener: Opener, name: str) -> Iterator[io.BufferedReader]:
    """Open the file, undoing gzip where it is packed."""
    with opener() as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        inner: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        yield io.BufferedReader(_Unpacked(inner, name), BLOCK)


@contextmanager
def lines_of(opener: Opener, name: str, encoding: str) -> Iterator[Iterator[str]]:
    """Open the file as lines of text, none longer than the limit."""
    with unpacked(opener, name) as stream:
        yield _lines(io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline=""), name)


def _lines(stream: io.TextIOWrapper, name: str) -> Iterator[str]:
    """Yield the lines; raises :class:`BadFile` for one that is too long."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise BadFile(f"{name} has a line of more than {MAX_LINE:,} characters; it is no table of rows.")
        yield line


def encoding_of(opener: Opener, name: str, asked: str) -> str:
    """Return the encoding after reading the whole file once; raises :class:`BadFile` where it does not fit."""
    with unpacked(opener, name) as stream:
        start = stream.peek(4)[:4]
        marked = next((word for bom, word in BOMS if start.startswith(bom)), "")
        encoding = marked or asked or "utf-8"
        try:
            decoder = codecs.getincrementaldecoder(encoding)("strict")
        except LookupError as error:
            raise BadFile(f"“{asked[:40]}” is not an encoding; try utf-8 or cp1252.") from error
        _decode_all(stream, decoder, name, encoding)
    return encoding


def _decode_all(stream: IO[bytes], decoder: codecs.IncrementalDecoder, name: str, encoding: str) -> None:
    """Decode block by block, so that a fault near the end is found before anything is used."""
    line = 1
    while True:
        block = stream.read(BLOCK)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line += bytes(error.object[: error.start]).count(b"\n")
            raise BadFile(_not_decodable(name, encoding, line), code="bad_encoding") from error
        if "\x00" in text:
            raise BadFile(
                f"{name} contains NUL characters, so it is no text file. In Excel choose Save As, “CSV UTF-8”.",
                code="bad_encoding",
            )
        line += text.count("\n")
        if not block:
            return


def _not_decodable(name: str, encoding: str, line: int) -> str:
    """Return how to save the file so that it can be read."""
    if encoding.startswith("utf-8"):
        return (
            f"{name} is not UTF-8 (line {line}); it was probably saved as Windows text. In Excel choose Save As,"
            " “CSV UTF-8”, or name the encoding: cp1252."
        )
    return f"{name} is not {encoding} (line {line}); save it as “CSV UTF-8”."


def separator_of(line: str, expected: Sequence[str]) -> str:
    """Return the separator that finds most of the expected columns in the heading, then the most columns."""

    def fit(separator: str) -> tuple[int, int]:
        """Count the expected and all columns that a separator finds."""
        cells = next(csv.reader([line], delimiter=separator), [])
        names = {cell.strip().casefold() for cell in cells}
        return sum(one.casefold() in names for one in expected), len(cells)

    return max(SEPARATORS, key=fit)
