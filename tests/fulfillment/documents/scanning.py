"""Reads finished papers back: text by pypdf, bars the way a scanner sees them."""

import io
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream
from reportlab.graphics.barcode.code128 import _patterns

_SYMBOLS = {pattern: value for value, pattern in _patterns.items() if isinstance(value, int)}
_CODE_A_TO_C = {100: "B", 101: "A", 99: "C"}
_STARTS = {103: "A", 104: "B", 105: "C"}


def page_texts(pdf: bytes) -> list[str]:
    """The text of every page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def joined_text(pdf: bytes) -> str:
    """All text with every run of white space as one space, so that wrapped lines read on."""
    return " ".join(" ".join(page_texts(pdf)).split())


def operations(pdf: bytes, page: int = 0) -> list[tuple[Any, bytes]]:
    """The drawing operations of one page."""
    reader = PdfReader(io.BytesIO(pdf))
    contents = reader.pages[page].get_contents()
    assert contents is not None
    return list(ContentStream(contents, reader).operations)


def rectangles(pdf: bytes, page: int = 0) -> list[tuple[float, float, float, float]]:
    """x, y, width, height of every rectangle, in the coordinates it was drawn in."""
    found = []
    for operands, operator in operations(pdf, page):
        if operator == b"re":
            x, y, width, height = (float(number) for number in operands)
            found.append((x, y, width, height))
    return found


def text_lines(pdf: bytes, page: int = 0) -> list[tuple[float, float, float, float]]:
    """x, baseline, font size and right edge of every drawn line, right edge measured with the font used."""
    from fulfillment.documents.typesetting import text_width

    lines = []
    x = y = size = 0.0
    bold = False
    for operands, operator in operations(pdf, page):
        if operator == b"Tm":
            x, y = float(operands[4]), float(operands[5])
        elif operator == b"Tf":
            bold, size = operands[0] == "/F2", float(operands[1])
        elif operator == b"Tj":
            lines.append((x, y, size, x + text_width(str(operands[0]), size, bold)))
    return lines


def _widths(bars: list[tuple[float, float]]) -> list[int]:
    """Bars and gaps in modules; bars are (left edge, width)."""
    module = min(width for _, width in bars)
    widths = []
    for (x, width), (following, _) in pairwise(bars):
        widths += [round(width / module), round((following - x - width) / module)]
    return [*widths, round(bars[-1][1] / module)]


def _symbols(widths: list[int]) -> list[int]:
    """The symbol values of a Code 128, its stop pattern left out, its check digit tested."""
    values = []
    for start in range(0, len(widths) - 7, 6):
        pattern = "".join(
            ("ABCD" if place % 2 == 0 else "abcd")[width - 1] for place, width in enumerate(widths[start : start + 6])
        )
        values.append(_SYMBOLS[pattern])
    *data, check = values
    assert (data[0] + sum(place * value for place, value in enumerate(data[1:], start=1))) % 103 == check
    return data


def decode_symbols(values: list[int]) -> str:
    """The text that Code 128 symbol values stand for."""
    code, text = _STARTS[values[0]], ""
    for value in values[1:]:
        if value in _CODE_A_TO_C and not (code == "C" and value == 99):
            code = _CODE_A_TO_C[value]
        else:
            text += f"{value:02d}" if code == "C" else chr(value + 32)
    return text


def scan_code128(pdf: bytes, page: int = 0) -> str:
    """The text of the one Code 128 on the page: the largest set of equally high bars."""
    by_height: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for x, y, width, height in rectangles(pdf, page):
        if height > 25:
            by_height.setdefault((y, height), []).append((x, width))
    largest = max(by_height.values(), key=len)
    return decode_symbols(_symbols(_widths(sorted(largest))))
