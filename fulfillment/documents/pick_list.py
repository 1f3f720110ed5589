"""The pick list: what to fetch from which bin for one order, in walking order."""

from collections.abc import Sequence

from fulfillment.documents.heading import HEADING_HEIGHT, Heading
from fulfillment.documents.papers import PickLine, PickListPaper
from fulfillment.documents.sheet import (
    CONTENT_WIDTH,
    GAP,
    Cell,
    Column,
    Row,
    Sheet,
    TextLine,
    cell,
    notice,
    render_sheets,
)
from fulfillment.picking.codes import bin_order

COLUMNS = (
    Column("", 30, tick=True),
    Column("BIN", 88),
    Column("PRODUCT", CONTENT_WIDTH - 30 - 88 - 108 - 58),
    Column("SKU / BARCODE", 108),
    Column("QTY", 58, align="center"),
)


def walking_order(line: PickLine) -> tuple[bool, list[tuple[int, int, str]], str]:
    """Sort key by bin as people count (A-2 before A-10); products without a bin come last."""
    return (*bin_order(line.bin), line.sku)


def _product_cell(line: PickLine, width: float) -> Cell:
    """Title, with the words for the picker in bold below."""
    lines = cell(line.title, width, 9.5)
    if line.customization.strip():
        lines += cell(f"CUSTOMIZE: {line.customization}", width, 9.5, bold=True)
    if line.instructions.strip():
        lines += cell(f"NOTE: {line.instructions}", width, 9.5, bold=True)
    return lines


def _row(position: int, line: PickLine) -> Row:
    """One product as a row; more than one piece is printed white on black."""
    _, bin_width, product_width, sku_width, quantity_width = (column.width - 2 * GAP for column in COLUMNS)
    quantity = cell(str(line.quantity), quantity_width, 14, bold=True)
    if line.quantity != 1:
        quantity = tuple(TextLine(part.text, part.size, bold=True, pill=True) for part in quantity)
    cells = (
        (TextLine("", 13),),
        cell(line.bin or "no bin", bin_width, 13, bold=True, grey=not line.bin),
        _product_cell(line, product_width),
        cell(line.sku, sku_width, 9.5, bold=True) + cell(line.barcode, sku_width, 8.5, grey=True),
        quantity,
    )
    return Row(cells, shaded=position % 2 == 1)


def _facts(paper: PickListPaper) -> tuple[tuple[str, str, float], ...]:
    """The small print of the heading: titles with their values, and how much of the width each takes."""
    units = sum(line.quantity for line in paper.lines)
    order = " · ".join(part for part in (paper.order_number, paper.channel_name) if part)
    return (
        ("ORDER", order, 0.25),
        ("SHIP TO", paper.ship_to_name, 0.25),
        ("SERVICE", paper.service_level, 0.15),
        ("DUE", f"{paper.due:%Y-%m-%d %H:%M} {paper.due.tzname() or ''}".strip() if paper.due else "", 0.2),
        ("LINES / PIECES", f"{len(paper.lines)} / {units}", 0.15),
    )


def _heading(paper: PickListPaper) -> Heading:
    """What stands over the lines."""
    return Heading("PICK LIST", paper.number, paper.location_name, _facts(paper))


def _sheet(paper: PickListPaper) -> Sheet:
    """The pages of one order."""
    lines = sorted(paper.lines, key=walking_order)
    rows = tuple(_row(position, line) for position, line in enumerate(lines))
    footer = f"{paper.number}      Picked by ____________________      Checked by ____________________"
    told = notice("INSTRUCTIONS FOR THIS ORDER", paper.instructions)
    return Sheet(COLUMNS, told + rows, HEADING_HEIGHT, _heading(paper).draw, footer)


def render_pick_list(papers: Sequence[PickListPaper]) -> bytes:
    """One A4 PDF with the pick lists of all papers, each starting on its own page.

    :raises ValueError: when there is no paper.
    """
    if not papers:
        raise ValueError("A pick list needs at least one paper.")
    return render_sheets("Pick list", [_sheet(paper) for paper in papers])
