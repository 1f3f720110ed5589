"""The list of the day: every parcel that a carrier's driver takes along, with the line where they sign."""

from fulfillment.documents.heading import HEADING_HEIGHT, Heading
from fulfillment.documents.papers import ManifestLine, ManifestPaper
from fulfillment.documents.sheet import (
    CONTENT_WIDTH,
    GAP,
    Column,
    Row,
    Sheet,
    cell,
    notice,
    render_sheets,
)

NUMBER, SHIPMENT, ORDER, WEIGHT = 150.0, 80.0, 80.0, 62.0
COLUMNS = (
    Column("", 26, tick=True),
    Column("TRACKING NUMBER", NUMBER),
    Column("SHIPMENT", SHIPMENT),
    Column("ORDER", ORDER),
    Column("TO", CONTENT_WIDTH - 26 - NUMBER - SHIPMENT - ORDER - WEIGHT),
    Column("WEIGHT", WEIGHT, align="right"),
)
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


def _facts(paper: ManifestPaper) -> tuple[tuple[str, str, float], ...]:
    """The small print of the heading: titles with their values, and how much of the width each takes."""
    return (
        ("CARRIER", paper.carrier, 0.25),
        ("DAY", f"{paper.day:%Y-%m-%d}", 0.15),
        ("PARCELS", str(len(paper.lines)), 0.12),
        ("WEIGHT", paper.weight_text(), 0.16),
        ("NUMBER AT THE CARRIER", paper.carrier_number, 0.32),
    )


def _heading(paper: ManifestPaper) -> Heading:
    """What stands over the lines."""
    return Heading("PARCELS HANDED OVER", paper.number, paper.location_name, _facts(paper))


def render_manifest(paper: ManifestPaper) -> bytes:
    """One A4 PDF of as many pages as it takes; each has the line for the driver's signature."""
    rows = tuple(_row(position, line) for position, line in enumerate(paper.lines))
    told = notice("NOT A PROOF YET", paper.state)
    return render_sheets("Manifest", [Sheet(COLUMNS, told + rows, HEADING_HEIGHT, _heading(paper).draw, FOOTER)])
