"""The shipping label: a PDF of 4 by 6 inches for the parcel's largest side."""

import io

from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.codes import draw_code128, draw_qr
from fulfillment.documents.papers import LabelPaper
from fulfillment.documents.typesetting import Box, Paragraph, draw_block

INCH = 72.0
WIDTH, HEIGHT = 4 * INCH, 6 * INCH
MARGIN = 12.0
INNER = WIDTH - 2 * MARGIN
SERVICE_TOP, SHIP_TO_TOP, ROUTING_TOP, CODE_TOP = 356.0, 316.0, 196.0, 118.0


def _rule(canvas: Canvas, y: float, width: float = 1.2) -> None:
    """Draw a line across the label."""
    canvas.setLineWidth(width)
    canvas.line(MARGIN, y, WIDTH - MARGIN, y)


def _draw_sender(canvas: Canvas, paper: LabelPaper) -> None:
    """Draw the sender at the top left, package count and weight at the top right."""
    sender = paper.ship_from
    lines = [Paragraph("FROM", bold=True), Paragraph(sender.name), *(Paragraph(line) for line in sender.lines())]
    space = HEIGHT - MARGIN - SERVICE_TOP - 5
    draw_block(canvas, Box(MARGIN, SERVICE_TOP + 5, 178, space), lines, 8)
    right = WIDTH - MARGIN - 78
    for y, title, value in (
        (SERVICE_TOP + 34, "PACKAGE", paper.package_text()),
        (SERVICE_TOP + 2, "WEIGHT", paper.weight_text()),
    ):
        draw_block(canvas, Box(right, y + 18, 78, 9), [Paragraph(title)], 6.5, align="right")
        draw_block(canvas, Box(right, y, 78, 18), [Paragraph(value, bold=True)], 14, align="right")


def _draw_service(canvas: Canvas, paper: LabelPaper) -> None:
    """Draw carrier and shipping method, white on a black band."""
    height = SERVICE_TOP - SHIP_TO_TOP
    canvas.rect(MARGIN, SHIP_TO_TOP, INNER, height, stroke=0, fill=1)
    canvas.setFillGray(1)
    half = (INNER - 24) / 2
    carrier = Box(MARGIN + 8, SHIP_TO_TOP + 5, half - 10, height - 10)
    draw_block(canvas, carrier, [Paragraph(paper.carrier)], 14, middle=True)
    service = Box(MARGIN + 16 + half - 10, SHIP_TO_TOP + 5, half + 10, height - 10)
    draw_block(canvas, service, [Paragraph(paper.service, bold=True)], 20, align="right", middle=True)
    canvas.setFillGray(0)


def _draw_receiver(canvas: Canvas, paper: LabelPaper) -> None:
    """Draw the receiver as large as the space allows."""
    receiver = paper.ship_to
    draw_block(canvas, Box(MARGIN, SHIP_TO_TOP - 18, 60, 12), [Paragraph("SHIP TO", bold=True)], 8)
    *address, country = receiver.lines() or ("",)
    lines = [Paragraph(receiver.name, bold=True), *(Paragraph(line) for line in address), Paragraph(country, bold=True)]
    if receiver.phone:
        lines.append(Paragraph(f"Tel. {receiver.phone}"))
    space = SHIP_TO_TOP - ROUTING_TOP - 23
    draw_block(canvas, Box(MARGIN + 12, ROUTING_TOP + 4, INNER - 12, space), lines, 17)


def _draw_routing(canvas: Canvas, paper: LabelPaper) -> None:
    """Draw the QR code with the reference beside it."""
    height = ROUTING_TOP - CODE_TOP
    draw_qr(canvas, paper.tracking_number, MARGIN, CODE_TOP + 1, height - 2)
    x = MARGIN + height + 6
    width = WIDTH - MARGIN - x
    draw_block(canvas, Box(x, ROUTING_TOP - 20, width, 10), [Paragraph("REFERENCE")], 6.5)
    draw_block(canvas, Box(x, CODE_TOP + 6, width, height - 27), [Paragraph(paper.reference or "-", bold=True)], 14)


def _draw_tracking(canvas: Canvas, paper: LabelPaper) -> None:
    """Draw the tracking number as barcode and as text."""
    title = [Paragraph("TRACKING NUMBER", bold=True)]
    draw_block(canvas, Box(MARGIN, CODE_TOP - 18, INNER, 12), title, 8, align="center")
    draw_code128(canvas, paper.tracking_number, Box(2, MARGIN + 24, WIDTH - 4, CODE_TOP - 20 - MARGIN - 24))
    number = Box(MARGIN, MARGIN - 2, INNER, 22)
    draw_block(canvas, number, [Paragraph(paper.tracking_number, bold=True)], 15, align="center", middle=True)


def render_label(paper: LabelPaper) -> bytes:
    """One label as a PDF page of 4 by 6 inches; equal papers give equal bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle("Shipping label")
    _draw_sender(canvas, paper)
    _draw_service(canvas, paper)
    _draw_receiver(canvas, paper)
    _rule(canvas, ROUTING_TOP)
    _draw_routing(canvas, paper)
    _rule(canvas, CODE_TOP, 2.4)
    _draw_tracking(canvas, paper)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
