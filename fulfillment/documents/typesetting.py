"""Text in boxes: wrapped, shrunk until it fits, drawn; units are points."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.fonts import runs, unit_width

Align = Literal["left", "center", "right"]
LEADING = 1.2
ELLIPSIS = "…"


@dataclass(frozen=True)
class Box:
    """A rectangle on the page; x and y are its lower left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Paragraph:
    """Text that may wrap."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Fitted:
    """Lines that fit their box at this font size; each line is (text, bold)."""

    size: float
    lines: tuple[tuple[str, bool], ...]


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of one line."""
    return unit_width(text, bold) * size


def _break_word(word: str, size: float, width: float, bold: bool) -> list[str]:
    """Cut a word that is wider than the line into pieces that are not, behind a hyphen or slash where there is one."""
    pieces, piece = [], ""
    for character in word:
        if piece and text_width(piece + character, size, bold) > width:
            cut = max(piece.rfind(mark) for mark in "-/_.") + 1 or len(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
        piece += character
    return [*pieces, piece]


def _wrap_line(line: str, size: float, width: float, bold: bool) -> list[str]:
    """Wrap one paragraph greedily at spaces."""
    wrapped: list[str] = []
    current = ""
    for word in line.split():
        joined = f"{current} {word}" if current else word
        if text_width(joined, size, bold) <= width:
            current = joined
            continue
        if current:
            wrapped.append(current)
        *full, current = _break_word(word, size, width, bold) if text_width(word, size, bold) > width else [word]
        wrapped += full
    return [*wrapped, current] if current else wrapped


@functools.lru_cache(maxsize=4096)
def wrap(text: str, size: float, width: float, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text no wider than `width`; line breaks in the text are kept, empty lines are not."""
    return tuple(part for line in text.splitlines() for part in _wrap_line(line, size, width, bold))


def fit(paragraphs: Sequence[Paragraph], width: float, height: float, largest: float, smallest: float) -> Fitted:
    """Wrap all paragraphs at the largest font size that fits the space.

    What does not fit even at the smallest size is cut, and an ellipsis shows that it was.
    """
    size = largest
    while True:
        lines = [(line, part.bold) for part in paragraphs for line in wrap(part.text, size, width, part.bold)]
        if len(lines) * size * LEADING <= height or size <= smallest:
            break
        size = max(smallest, size - max(0.25, size / 40))
    room = max(1, int(height / (size * LEADING)))
    if len(lines) > room:
        text, bold = lines[room - 1]
        while text and text_width(text + ELLIPSIS, size, bold) > width:
            text = text[:-1]
        lines = [*lines[: room - 1], (text + ELLIPSIS, bold)]
    return Fitted(size, tuple(lines))


def draw_text(
    canvas: Canvas, x: float, y: float, text: str, size: float, bold: bool = False, align: Align = "left"
) -> None:
    """Draw one line with its baseline at y; x is its left edge, middle or right edge."""
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    line = canvas.beginText(x - shift * text_width(text, size, bold) if shift else x, y)
    for run in runs(text, bold):
        line.setFont(run.font, size)
        line.textOut(run.text)
    canvas.drawText(line)


def draw_block(
    canvas: Canvas,
    box: Box,
    paragraphs: Sequence[Paragraph],
    largest: float,
    smallest: float = 4,
    align: Align = "left",
    middle: bool = False,
) -> None:
    """Draw paragraphs inside the box from its top, or around its middle, as large as they fit."""
    fitted = fit(paragraphs, box.width, box.height, largest, smallest)
    leading = fitted.size * LEADING
    spare = (box.height - leading * len(fitted.lines)) / 2 if middle else 0
    x = box.x + box.width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    y = box.y + box.height - spare - fitted.size * 0.95
    for text, bold in fitted.lines:
        draw_text(canvas, x, y, text, fitted.size, bold, align)
        y -= leading
