"""The commercial invoice: what customs read on a parcel that leaves the country, one line a kind of goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.heading import draw_address
from fulfillment.documents.papers import Address, country_name
from fulfillment.documents.sheet import (
    CONTENT_WIDTH,
    GAP,
    MARGIN,
    Column,
    Row,
    Sheet,
    TextLine,
    cell,
    notice,
    render_sheets,
)
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

HEADING_HEIGHT = 214.0
BY_HAND = "…………"
"""What nobody has entered is left to the pen."""
TERMS = "DAP: the receiver pays duties and taxes"
TRUE = "I declare that this invoice is true and that the goods are of the origin stated.     Name, date, signature: "
WIDTHS = (72.0, 62.0, 34.0, 62.0, 66.0, 72.0)


@dataclass(frozen=True)
class InvoiceLine:
    """Goods of one kind; weights in grams of all pieces, prices ready formatted, country in two letters."""

    description: str
    quantity: int
    weight_g: int
    price: str
    total: str
    tariff_number: str = ""
    origin: str = ""


@dataclass(frozen=True)
class InvoicePaper:
    """The invoice of one shipment; ``weight_g`` is the gross weight of its ``parcels``."""

    number: str
    order_number: str
    ship_from: Address
    ship_to: Address
    lines: tuple[InvoiceLine, ...]
    total: str
    parcels: int
    weight_g: int
    dated: date | None = None
    carrier: str = ""
    tracking_numbers: tuple[str, ...] = ()


def _columns() -> tuple[Column, ...]:
    """The columns: goods, what customs sort them by, how many, how heavy, for how much."""
    goods = Column("GOODS", CONTENT_WIDTH - sum(WIDTHS))
    tariff, origin, pieces, weight, price, total = WIDTHS
    return (
        goods,
        Column("TARIFF NO.", tariff),
        Column("ORIGIN", origin),
        Column("PCS", pieces, "right"),
        Column("NET WEIGHT", weight, "right"),
        Column("UNIT VALUE", price, "right"),
        Column("VALUE", total, "right"),
    )


def kilograms(grams: int) -> str:
    """Return a weight as customs read it."""
    return f"{grams / 1000:.3f} kg"


def _row(columns: Sequence[Column], position: int, line: InvoiceLine) -> Row:
    """One kind of goods as a row."""
    widths = [column.width - 2 * GAP for column in columns]
    texts = (
        line.description,
        line.tariff_number or BY_HAND,
        country_name(line.origin).title() or BY_HAND,
        str(line.quantity),
        kilograms(line.weight_g) if line.weight_g else BY_HAND,
        line.price,
        line.total,
    )
    cells = tuple(cell(text, width, 9.5) for text, width in zip(texts, widths, strict=True))
    return Row(cells, shaded=position % 2 == 1)


def _total_row(columns: Sequence[Column], paper: InvoicePaper) -> Row:
    """The sums below the goods."""
    pieces, net = sum(line.quantity for line in paper.lines), sum(line.weight_g for line in paper.lines)
    texts = ("Total", "", "", str(pieces), kilograms(net), "", paper.total)
    return Row(tuple((TextLine(text, 10, bold=True),) if text else () for text in texts))


def _facts(paper: InvoicePaper) -> tuple[tuple[str, str], ...]:
    """Titles with their values, those without a value left out."""
    facts = (
        ("Invoice", paper.number),
        ("Date", f"{paper.dated:%Y-%m-%d}" if paper.dated else ""),
        ("Order", paper.order_number),
        ("Reason", "Sale"),
        ("Parcels", str(paper.parcels)),
        ("Gross", kilograms(paper.weight_g)),
        ("Carrier", paper.carrier),
    )
    return tuple((title, value) for title, value in facts if value)


def _draw_heading(paper: InvoicePaper, canvas: Canvas, bottom: float) -> None:
    """Draw title, parties, numbers and the tracking numbers."""
    top = bottom + HEADING_HEIGHT
    draw_block(canvas, Box(MARGIN, top - 32, 350, 32), [Paragraph("Commercial invoice", bold=True)], 24)
    draw_block(canvas, Box(MARGIN, top - 50, CONTENT_WIDTH, 14), [Paragraph(TERMS)], 9.5)
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, top - 58, MARGIN + CONTENT_WIDTH, top - 58)
    draw_address(canvas, Box(MARGIN, bottom + 34, 170, 116), "SELLER AND SENDER", paper.ship_from, 11, phone=True)
    receiver = Box(MARGIN + 182, bottom + 34, 170, 116)
    draw_address(canvas, receiver, "BUYER AND RECEIVER", paper.ship_to, 11, phone=True)
    y = bottom + 134
    for title, value in _facts(paper):
        draw_block(canvas, Box(MARGIN + CONTENT_WIDTH - 150, y, 50, 14), [Paragraph(title)], 9.5)
        values = Box(MARGIN + CONTENT_WIDTH - 98, y, 98, 14)
        draw_block(canvas, values, [Paragraph(value, bold=True)], 9.5, align="right")
        y -= 16
    tracking = ", ".join(paper.tracking_numbers)
    draw_block(canvas, Box(MARGIN, bottom + 10, CONTENT_WIDTH, 16), [Paragraph(tracking and f"Tracking {tracking}")], 9)


def _sheet(paper: InvoicePaper) -> Sheet:
    """The pages of one shipment."""
    columns = _columns()
    rows = tuple(_row(columns, position, line) for position, line in enumerate(paper.lines))
    told = notice("DECLARATION", TRUE + BY_HAND * 8)
    footer = f"{paper.order_number}  ·  {paper.number}"
    heading = partial(_draw_heading, paper)
    return Sheet(columns, (*rows, _total_row(columns, paper), *told), HEADING_HEIGHT, heading, footer)


def render_commercial_invoice(paper: InvoicePaper) -> bytes:
    """One A4 PDF with the commercial invoice of a shipment.

    :raises ValueError: when nothing is in the parcels.
    """
    if not paper.lines:
        raise ValueError("A commercial invoice needs at least one kind of goods.")
    return render_sheets("Commercial invoice", [_sheet(paper)])
