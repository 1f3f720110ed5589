"""The list of the day: every parcel that a carrier's driver takes along, with the line where they sign."""

from functools import partial

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128
from fulfillment.documents.papers import ManifestLine, ManifestPaper
from fulfillment.documents.sheet import (
    CONTENT_WIDTH,
    GAP,
    MARGIN,
    Column,
    Row,
    Sheet,
    cell,
    notice,
    render_sheets,
)
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

NUMBER, SHIPMENT, ORDER, WEIGHT = 150.0, 80.0, 80.0, 62.0
COLUMNS = (
    Column("", 26, tick=True),
    Column("TRACKING NUMBER", NUMBER),
    Column("SHIPMENT", SHIPMENT),
    Column("ORDER", ORDER),
    Column("TO", CONTENT_WIDTH - 26 - NUMBER - SHIPMENT - ORDER - WEIGHT),
    Column("WEIGHT", WEIGHT, align="right"),
)
HEADING_HEIGHT = 122.0
FOOTER = "Driver's name ______________________   Signature ______________________   Time ____________"


def _row(position: int, line: ManifestLine) -> Row:
    """One parcel as a row."""
    _, number, shipment, order, to, weight = (column.width - 2 * GAP for column in COLUMNS)
    cells = (
        cell("", 10, 10),
        cell(line.tracking_number, number, 9.5, bold=True),
        cell(line.shipment, shipment, 9),
        cell(line.order_number, order, 9),
        cell(line.ship_to, to, 9),
        cell(f"{line.weight_g / 1000:.2f} kg", weight, 9),
    )
    return Row(cells, shaded=position % 2 == 1)


def _facts(paper: ManifestPaper) -> tuple[tuple[str, str], ...]:
    """The small print of the heading: titles with their values."""
    return (
        ("CARRIER", paper.carrier),
        ("DAY", f"{paper.day:%Y-%m-%d}"),
        ("PARCELS", str(len(paper.lines))),
        ("WEIGHT", paper.weight_text()),
        ("NUMBER AT THE CARRIER", paper.carrier_number),
    )


def _draw_heading(paper: ManifestPaper, canvas: Canvas, bottom: float) -> None:
    """Draw number, place and barcode, with a strip of facts below."""
    top = bottom + HEADING_HEIGHT
    draw_block(canvas, Box(MARGIN, top - 14, 280, 14), [Paragraph("PARCELS HANDED OVER", bold=True)], 10)
    draw_block(canvas, Box(MARGIN, top - 44, 280, 30), [Paragraph(paper.number, bold=True)], 25)
    draw_block(canvas, Box(MARGIN, top - 66, 280, 20), [Paragraph(paper.location_name)], 12, 5)
    code = Box(MARGIN + CONTENT_WIDTH - 220, top - 48, 220, 44)
    if draw_code128(canvas, paper.number, code):
        under = Box(code.x, code.y - 16, code.width, 13)
        draw_block(canvas, under, [Paragraph(paper.number)], 9, align="center")
    shares = (0.25, 0.15, 0.12, 0.16, 0.32)
    x = MARGIN
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, bottom + 48, MARGIN + CONTENT_WIDTH, bottom + 48)
    for share, (title, value) in zip(shares, _facts(paper), strict=True):
        width = CONTENT_WIDTH * share - 8
        draw_block(canvas, Box(x, bottom + 33, width, 11), [Paragraph(title)], 7)
        draw_block(canvas, Box(x, bottom + 6, width, 27), [Paragraph(value or "-", bold=True)], 10.5)
        x += CONTENT_WIDTH * share


def render_manifest(paper: ManifestPaper) -> bytes:
    """One A4 PDF of as many pages as it takes; each has the line for the driver's signature."""
    rows = tuple(_row(position, line) for position, line in enumerate(paper.lines))
    told = notice("NOT A PROOF YET", paper.state)
    return render_sheets(
        "Manifest", [Sheet(COLUMNS, told + rows, HEADING_HEIGHT, partial(_draw_heading, paper), FOOTER)]
    )
