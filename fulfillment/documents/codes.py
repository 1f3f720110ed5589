"""Codes for the scanner, drawn as vectors: Code 128 and QR."""

import itertools

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.typesetting import Box

QUIET_MODULES = 20
WIDEST_MODULE = 1.6


def draw_code128(canvas: Canvas, value: str, box: Box) -> bool:
    """Draw the value centred in the box with a quiet zone of ten modules each side; False when it has no code."""
    if not value or not (value.isascii() and value.isprintable()):
        return False
    module = min(WIDEST_MODULE, box.width / (Code128(value, barWidth=1, quiet=0).width + QUIET_MODULES))
    code = Code128(value, barWidth=module, barHeight=box.height, quiet=0)
    code.drawOn(canvas, box.x + (box.width - code.width) / 2, box.y)
    return True


def draw_qr(canvas: Canvas, value: str, x: float, y: float, side: float) -> None:
    """Draw a QR code with error correction M; the quiet zone of four modules lies inside the side length."""
    matrix = segno.make(value, error="m", micro=False).matrix
    module = side / (len(matrix) + 8)
    path = canvas.beginPath()
    for row_number, row in enumerate(matrix):
        column = 4
        for dark, cells in itertools.groupby(row):
            length = len(list(cells))
            if dark:
                top = y + side - (row_number + 5) * module
                path.rect(x + column * module, top, length * module, module)
            column += length
    canvas.drawPath(path, stroke=0, fill=1)
