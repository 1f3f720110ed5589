"""The pick list of a walk: bin after bin in the order of the tour, and the tote that each piece goes into."""

from collections.abc import Sequence
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128
from fulfillment.documents.papers import WalkLine, WalkPaper
from fulfillment.documents.sheet import (
    CONTENT_WIDTH,
    GAP,
    MARGIN,
    Cell,
    Column,
    Row,
    Sheet,
    TextLine,
    cell,
    notice,
    render_sheets,
)
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

COLUMNS = (
    Column("", 30, tick=True),
    Column("BIN", 92),
    Column("PRODUCT", CONTENT_WIDTH - 30 - 92 - 108 - 46 - 48),
    Column("SKU / BARCODE", 108),
    Column("QTY", 46, align="center"),
    Column("TOTE", 48, align="center"),
)
HEADING_HEIGHT = 122.0


def _product(line: WalkLine, width: float) -> Cell:
    """Title and order, with the words for the picker in bold below."""
    lines = cell(line.title, width, 9.5) + cell(f"order {line.order_number}", width, 8, grey=True)
    for note in line.notes:
        lines += cell(note, width, 9.5, bold=True)
    return lines


def _row(position: int, line: WalkLine) -> Row:
    """One stop as a row; more than one piece is printed white on black."""
    _, bin_width, product_width, sku_width, quantity_width, _ = (column.width - 2 * GAP for column in COLUMNS)
    quantity = cell(str(line.quantity), quantity_width, 14, bold=True)
    if line.quantity != 1:
        quantity = tuple(TextLine(part.text, part.size, bold=True, pill=True) for part in quantity)
    cells = (
        (TextLine("", 13),),
        cell(line.bin or "no bin", bin_width, 13, bold=True, grey=not line.bin) + cell(line.hint, bin_width, 8),
        _product(line, product_width),
        cell(line.sku, sku_width, 9.5, bold=True) + cell(line.barcode, sku_width, 8.5, grey=True),
        quantity,
        (TextLine(line.tote, 16, bold=True),),
    )
    return Row(cells, shaded=position % 2 == 1)


def _facts(paper: WalkPaper) -> tuple[tuple[str, str], ...]:
    """The small print of the heading: titles with their values."""
    return (
        ("WAVE", paper.wave),
        ("ORDERS", str(len({line.order_number for line in paper.lines}))),
        ("STOPS / PIECES", f"{len(paper.lines)} / {sum(line.quantity for line in paper.lines)}"),
        ("METRES", "" if paper.metres is None else f"{paper.metres:,}"),
        ("TOTES", ", ".join(sorted({line.tote for line in paper.lines}))),
    )


def _draw_heading(paper: WalkPaper, canvas: Canvas, bottom: float) -> None:
    """Draw number, place and barcode, with a strip of facts below."""
    top = bottom + HEADING_HEIGHT
    draw_block(canvas, Box(MARGIN, top - 14, 280, 14), [Paragraph("PICK LIST OF A WALK", bold=True)], 10)
    draw_block(canvas, Box(MARGIN, top - 44, 280, 30), [Paragraph(paper.number, bold=True)], 25)
    draw_block(canvas, Box(MARGIN, top - 66, 280, 20), [Paragraph(paper.location_name)], 12, 5)
    code = Box(MARGIN + CONTENT_WIDTH - 220, top - 48, 220, 44)
    if draw_code128(canvas, paper.number, code):
        under = Box(code.x, code.y - 16, code.width, 13)
        draw_block(canvas, under, [Paragraph(paper.number)], 9, align="center")
    shares = (0.28, 0.12, 0.2, 0.14, 0.26)
    x = MARGIN
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, bottom + 48, MARGIN + CONTENT_WIDTH, bottom + 48)
    for share, (title, value) in zip(shares, _facts(paper), strict=True):
        width = CONTENT_WIDTH * share - 8
        draw_block(canvas, Box(x, bottom + 33, width, 11), [Paragraph(title)], 7)
        draw_block(canvas, Box(x, bottom + 6, width, 27), [Paragraph(value or "-", bold=True)], 10.5)
        x += CONTENT_WIDTH * share


def _sheet(paper: WalkPaper) -> Sheet:
    """The pages of one walk."""
    rows = tuple(_row(position, line) for position, line in enumerate(paper.lines))
    footer = f"{paper.number}      Picked by ____________________      Checked by ____________________"
    told = notice("INSTRUCTIONS", "\n".join(paper.instructions))
    return Sheet(COLUMNS, told + rows, HEADING_HEIGHT, partial(_draw_heading, paper), footer)


def render_walk_list(papers: Sequence[WalkPaper]) -> bytes:
    """One A4 PDF with the pick lists of all walks, each starting on its own page.

    :raises ValueError: when there is no paper.
    """
    if not papers:
        raise ValueError("A pick list needs at least one walk.")
    return render_sheets("Pick list of a walk", [_sheet(paper) for paper in papers])
