"""The packing slip: what is in the parcel, for the person who opens it."""

from collections.abc import Sequence
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128
from fulfillment.documents.heading import draw_address
from fulfillment.documents.papers import PackingSlipPaper, SlipLine
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

HEADING_HEIGHT = 196.0


def _columns(priced: bool) -> tuple[Column, ...]:
    """The columns of the slip, with or without prices."""
    product = Column("PRODUCT", CONTENT_WIDTH - 110 - 66 - 72 - (80 if priced else 0))
    columns = (product, Column("SKU", 110), Column("ORDERED", 66, "center"), Column("IN PARCEL", 72, "center"))
    return (*columns, Column("PRICE", 80, "right")) if priced else columns


def _product_cell(line: SlipLine, width: float) -> Cell:
    """Title, with what a kit holds, lots, the words for this product and what is still to come below."""
    lines = cell(line.title, width, 10.5)
    if line.made_of:
        lines += cell(f"Each with {line.made_of}", width, 9, grey=True)
    if line.lots:
        lines += cell(line.lots, width, 9, grey=True)
    if line.instructions.strip():
        lines += cell(f"Note: {line.instructions}", width, 9.5, bold=True)
    if line.quantity < line.ordered:
        lines += cell(f"{line.ordered - line.quantity} of {line.ordered} not in this parcel", width, 9, grey=True)
    return lines


def _row(columns: Sequence[Column], position: int, line: SlipLine) -> Row:
    """One product as a row."""
    widths = [column.width - 2 * GAP for column in columns]
    cells: tuple[Cell, ...] = (
        _product_cell(line, widths[0]),
        cell(line.sku, widths[1], 9.5),
        cell(str(line.ordered), widths[2], 10.5, grey=True),
        cell(str(line.quantity), widths[3], 12, bold=True),
    )
    if len(columns) > len(cells):
        cells += (cell(line.price, widths[4], 10.5),)
    return Row(cells, shaded=position % 2 == 1)


def _total_row(columns: Sequence[Column], total: str) -> Row:
    """The sum below the prices."""
    width = columns[-1].width - 2 * GAP
    return Row(((TextLine("Total", 11, bold=True),), (), (), (), cell(total, width, 11, bold=True)))


def _facts(paper: PackingSlipPaper) -> tuple[tuple[str, str], ...]:
    """Titles with their values, those without a value left out."""
    facts = (
        ("Order", paper.order_number),
        ("Ordered on", f"{paper.ordered_on:%Y-%m-%d}" if paper.ordered_on else ""),
        ("Shipment", paper.shipment_number),
        ("Sent with", paper.service),
        ("Pieces", str(sum(line.quantity for line in paper.lines))),
    )
    return tuple((title, value) for title, value in facts if value)


def _draw_heading(paper: PackingSlipPaper, canvas: Canvas, bottom: float) -> None:
    """Draw the shop's name, the numbers of the shipment, the addresses."""
    top = bottom + HEADING_HEIGHT
    seller = paper.channel_name or "Packing slip"
    draw_block(canvas, Box(MARGIN, top - 32, 300, 32), [Paragraph(seller, bold=True)], 24)
    draw_block(canvas, Box(MARGIN, top - 50, 300, 16), [Paragraph("PACKING SLIP", bold=True)], 10)
    code = Box(MARGIN + CONTENT_WIDTH - 200, top - 36, 200, 32)
    if draw_code128(canvas, paper.shipment_number, code):
        under = Box(code.x, code.y - 14, code.width, 12)
        draw_block(canvas, under, [Paragraph(paper.shipment_number)], 9, align="center")
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, top - 58, MARGIN + CONTENT_WIDTH, top - 58)
    draw_address(canvas, Box(MARGIN, bottom + 14, 215, 118), "SHIP TO", paper.ship_to, 12.5)
    if paper.ship_from:
        draw_address(canvas, Box(MARGIN + 230, bottom + 14, 125, 118), "SHIP FROM", paper.ship_from, 9)
    y = bottom + 114
    for title, value in _facts(paper):
        draw_block(canvas, Box(MARGIN + CONTENT_WIDTH - 150, y, 50, 14), [Paragraph(title)], 9.5)
        values = Box(MARGIN + CONTENT_WIDTH - 98, y, 98, 14)
        draw_block(canvas, values, [Paragraph(value, bold=True)], 9.5, align="right")
        y -= 17


def _sheet(paper: PackingSlipPaper) -> Sheet:
    """The pages of one shipment."""
    priced = not paper.hide_prices and any(line.price for line in paper.lines)
    columns = _columns(priced)
    rows = tuple(_row(columns, position, line) for position, line in enumerate(paper.lines))
    if priced and paper.total:
        rows += (_total_row(columns, paper.total),)
    told = notice("INSTRUCTIONS", paper.instructions) + notice("A MESSAGE FOR YOU", paper.gift_message)
    footer = f"{paper.order_number}  ·  {paper.shipment_number}"
    return Sheet(columns, told + rows, HEADING_HEIGHT, partial(_draw_heading, paper), footer)


def render_packing_slip(papers: Sequence[PackingSlipPaper]) -> bytes:
    """One A4 PDF with the packing slips of all papers, each starting on its own page.

    :raises ValueError: when there is no paper.
    """
    if not papers:
        raise ValueError("A packing slip needs at least one paper.")
    return render_sheets("Packing slip", [_sheet(paper) for paper in papers])
