"""The heads of papers: number, place and barcode over a strip of facts, and an address below its small title."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128
from fulfillment.documents.papers import Address
from fulfillment.documents.sheet import CONTENT_WIDTH, GREY, INK, MARGIN
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

HEADING_HEIGHT = 122.0
"""So many points a heading takes."""


@dataclass(frozen=True)
class Heading:
    """What stands over a paper of the floor; ``facts`` are titles with their values and shares of the width."""

    title: str
    number: str
    place: str
    facts: Sequence[tuple[str, str, float]]

    def draw(self, canvas: Canvas, bottom: float) -> None:
        """Draw number, place and barcode, with a strip of facts below."""
        top = bottom + HEADING_HEIGHT
        draw_block(canvas, Box(MARGIN, top - 14, 280, 14), [Paragraph(self.title, bold=True)], 10)
        draw_block(canvas, Box(MARGIN, top - 44, 280, 30), [Paragraph(self.number, bold=True)], 25)
        draw_block(canvas, Box(MARGIN, top - 66, 280, 20), [Paragraph(self.place)], 12, 5)
        code = Box(MARGIN + CONTENT_WIDTH - 220, top - 48, 220, 44)
        if draw_code128(canvas, self.number, code):
            under = Box(code.x, code.y - 16, code.width, 13)
            draw_block(canvas, under, [Paragraph(self.number)], 9, align="center")
        canvas.setLineWidth(0.8)
        canvas.line(MARGIN, bottom + 48, MARGIN + CONTENT_WIDTH, bottom + 48)
        x = MARGIN
        for title, value, share in self.facts:
            width = CONTENT_WIDTH * share - 8
            draw_block(canvas, Box(x, bottom + 33, width, 11), [Paragraph(title)], 7)
            draw_block(canvas, Box(x, bottom + 6, width, 27), [Paragraph(value or "-", bold=True)], 10.5)
            x += CONTENT_WIDTH * share


def draw_address(
    canvas: Canvas, box: Box, title: str, address: Address, largest: float, *, phone: bool = False
) -> None:
    """Draw an address below its small title, with its telephone where somebody calls."""
    canvas.setFillGray(GREY)
    draw_block(canvas, Box(box.x, box.y + box.height - 12, box.width, 12), [Paragraph(title)], 7.5)
    canvas.setFillGray(INK)
    lines = [Paragraph(address.name, bold=True), *(Paragraph(line) for line in address.lines())]
    call = [Paragraph(f"Tel. {address.phone}")] if phone and address.phone else []
    draw_block(canvas, Box(box.x, box.y, box.width, box.height - 14), lines + call, largest)
