"""The pick list of a walk: bin after bin in the order of the tour, and the tote that each piece goes into."""

from collections.abc import Sequence

from fulfillment.documents.heading import HEADING_HEIGHT, Heading
from fulfillment.documents.papers import WalkLine, WalkPaper
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

COLUMNS = (
    Column("", 30, tick=True),
    Column("BIN", 92),
    Column("PRODUCT", CONTENT_WIDTH - 30 - 92 - 108 - 46 - 48),
    Column("SKU / BARCODE", 108),
    Column("QTY", 46, align="center"),
    Column("TOTE", 48, align="center"),
)


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


def _facts(paper: WalkPaper) -> tuple[tuple[str, str, float], ...]:
    """The small print of the heading: titles with their values, and how much of the width each takes."""
    return (
        ("WAVE", paper.wave, 0.28),
        ("ORDERS", str(len({line.order_number for line in paper.lines})), 0.12),
        ("STOPS / PIECES", f"{len(paper.lines)} / {sum(line.quantity for line in paper.lines)}", 0.2),
        ("METRES", "" if paper.metres is None else f"{paper.metres:,}", 0.14),
        ("TOTES", ", ".join(sorted({line.tote for line in paper.lines})), 0.26),
    )


def _heading(paper: WalkPaper) -> Heading:
    """What stands over the lines."""
    return Heading("PICK LIST OF A WALK", paper.number, paper.location_name, _facts(paper))


def _sheet(paper: WalkPaper) -> Sheet:
    """The pages of one walk."""
    rows = tuple(_row(position, line) for position, line in enumerate(paper.lines))
    footer = f"{paper.number}      Picked by ____________________      Checked by ____________________"
    told = notice("INSTRUCTIONS", "\n".join(paper.instructions))
    return Sheet(COLUMNS, told + rows, HEADING_HEIGHT, _heading(paper).draw, footer)


def render_walk_list(papers: Sequence[WalkPaper]) -> bytes:
    """One A4 PDF with the pick lists of all walks, each starting on its own page.

    :raises ValueError: when there is no paper.
    """
    if not papers:
        raise ValueError("A pick list needs at least one walk.")
    return render_sheets("Pick list of a walk", [_sheet(paper) for paper in papers])
