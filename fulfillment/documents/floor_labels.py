"""Labels for bins and totes: sheets of 24 to cut or peel, or a roll with one on each page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128, draw_qr
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

LONGEST_IN_BARS = 14
"""Characters that a hand scanner still reads from bars of this width; longer codes are drawn as QR alone."""


@dataclass(frozen=True, slots=True)
class FloorLabel:
    """What is scanned, and what people read beside it."""

    code: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of labels, in points: so many across and down, edge to edge and centred on the page."""

    width: float
    height: float
    across: int
    down: int
    label_width: float
    label_height: float

    def box(self, place: int) -> Box:
        """Return where a label lies, counted along the rows from the upper left."""
        row, column = divmod(place, self.across)
        left = (self.width - self.across * self.label_width) / 2
        top = (self.height + self.down * self.label_height) / 2
        x, y = left + column * self.label_width, top - (row + 1) * self.label_height
        return Box(x, y, self.label_width, self.label_height)


A4_OF_24 = Sheet(210 * mm, 297 * mm, 3, 8, 70 * mm, 37 * mm)
ROLL = Sheet(100 * mm, 50 * mm, 1, 1, 100 * mm, 50 * mm)


def render_floor_labels(labels: Sequence[FloorLabel], sheet: Sheet) -> bytes:
    """Return the labels as PDF, in their order."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(sheet.width, sheet.height), invariant=True)
    canvas.setTitle("Labels")
    each = sheet.across * sheet.down
    for number, label in enumerate(labels):
        if number and number % each == 0:
            canvas.showPage()
        _draw(canvas, label, sheet.box(number % each))
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, label: FloorLabel, box: Box) -> None:
    """Draw one label: the code large to be read from a step away, and once more to be scanned."""
    edge = box.height * 0.09
    inner = Box(box.x + edge, box.y + edge, box.width - 2 * edge, box.height - 2 * edge)
    in_bars = len(label.code) <= LONGEST_IN_BARS and label.code.isascii() and label.code.isprintable()
    side = 0.0 if in_bars else inner.height
    if side:
        draw_qr(canvas, label.code, inner.x + inner.width - side, inner.y, side)
    words = Box(inner.x, inner.y + inner.height * 0.5, inner.width - side, inner.height * 0.5)
    draw_block(canvas, words, [Paragraph(label.code, bold=True)], box.height * 0.3, middle=True)
    told = Box(inner.x, inner.y + (inner.height * 0.4 if in_bars else 0), words.width, inner.height * 0.12)
    draw_block(canvas, told, [Paragraph(label.told)], box.height * 0.09, middle=True)
    if in_bars:
        draw_code128(canvas, label.code, Box(inner.x, inner.y, inner.width, inner.height * 0.36))
