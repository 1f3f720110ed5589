"""Warehouse shipping orders (940): what a warehouse is asked to send, or to send no more.

Source: X12 940 in version 004010; W0501 is N for a new order and F for its cancellation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fulfillment.partners.x12.syntax import Segment, TransactionSet, Unreadable, needed, whole_pieces
from fulfillment.partners.x12.writing import Message, Row, plain

KIND, FUNCTIONAL = "940", "OW"
NEW, CANCEL = "N", "F"
LONGEST_NOTE, MOST_NOTES = 80, 4
OUR_NUMBERS = ("SK", "VN", "VC", "VP", "BP", "IN")
"""Qualifiers of element 235 under which a product's own number travels, the likeliest first."""
BARCODES = ("UP", "EN", "UK", "UI", "UA")


@dataclass(frozen=True, slots=True)
class Place:
    """Where it goes."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """Pieces of one product."""

    quantity: int
    sku: str
    barcode: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class WarehouseOrder:
    """One order to a warehouse; ``status`` is N or F, ``number`` what its answers name."""

    status: str
    number: str
    order: str = ""
    warehouse: str = ""
    to: Place = Place()
    ship_on: date | None = None
    service: str = ""
    notes: tuple[str, ...] = ()
    lines: tuple[OrderedLine, ...] = ()


def as_sent(order: WarehouseOrder) -> WarehouseOrder:
    """Return an order as its message can hold it: every text plain and no longer than its element."""
    return WarehouseOrder(
        status=order.status,
        number=plain(order.number, 22),
        order=plain(order.order, 22),
        warehouse=plain(order.warehouse, 17),
        to=_place_as_sent(order.to),
        ship_on=order.ship_on,
        service=plain(order.service, 35),
        notes=tuple(_cut(order.notes)),
        lines=tuple(
            OrderedLine(one.quantity, plain(one.sku, 48), plain(one.barcode, 48), plain(one.title, 45))
            for one in order.lines
        ),
    )


def _place_as_sent(to: Place) -> Place:
    """Return an address as its segments can hold it: a second line alone is the first."""
    lines = [line for line in (plain(to.line1, 55), plain(to.line2, 55)) if line]
    return Place(
        name=plain(to.name, 60) or "-",
        company=plain(to.company, 60),
        line1=lines[0] if lines else "",
        line2=lines[1] if lines[1:] else "",
        city=plain(to.city, 30),
        region=plain(to.region, 2),
        postal_code=plain(to.postal_code, 15),
        country=plain(to.country, 3),
        phone=plain(to.phone, 80),
    )


def _cut(notes: Sequence[str]) -> list[str]:
    """Return notes in parts that fit into their element, as many as a message may have."""
    texts = (plain(note, LONGEST_NOTE * MOST_NOTES) for note in notes)
    parts = (text[at : at + LONGEST_NOTE].strip() for text in texts for at in range(0, len(text), LONGEST_NOTE))
    return [part for part in parts if part][:MOST_NOTES]


def write_warehouse_order(order: WarehouseOrder) -> Message:
    """Return the message of an order."""
    sent = as_sent(order)
    rows: list[Row] = [("W05", sent.status, sent.number, sent.order)]
    if sent.warehouse:
        rows.append(("N1", "WH", sent.warehouse, "92", sent.warehouse))
    rows += _place(sent.to)
    if sent.ship_on:
        rows.append(("G62", "10", f"{sent.ship_on:%Y%m%d}"))
    rows += [("NTE", "WHI", note) for note in sent.notes]
    rows.append(("W66", "PP", "M", "", "", sent.service))
    for place, line in enumerate(sent.lines, 1):
        rows += _line(place, line)
    rows.append(("W76", str(sum(line.quantity for line in sent.lines))))
    return Message(KIND, rows)


def _place(to: Place) -> list[Row]:
    """Return the segments of an address."""
    rows: list[Row] = [("N1", "ST", to.name)]
    if to.company:
        rows.append(("N2", to.company))
    if to.line1:
        rows.append(("N3", to.line1, to.line2))
    rows.append(("N4", to.city, to.region, to.postal_code, to.country))
    if to.phone:
        rows.append(("PER", "CN", to.name, "TE", to.phone))
    return rows


def _line(place: int, line: OrderedLine) -> list[Row]:
    """Return the segments of one line."""
    code = "UP" if len(line.barcode) == 12 else "EN"
    barcode = (code, line.barcode) if line.barcode else ()
    rows: list[Row] = [("LX", str(place)), ("W01", str(line.quantity), "EA", "", "SK", line.sku, *barcode)]
    return [*rows, ("G69", line.title)] if line.title else rows


def read_warehouse_order(message: TransactionSet) -> WarehouseOrder:
    """Return the order of a message; raises :class:`Unreadable` where it tells no number or no pieces."""
    segments = message.segments
    head = needed(segments, "W05", segments[0].number)
    if not head.at(2):
        raise Unreadable(head.number, "(W05) has no order number.")
    routing = next((one for one in segments if one.tag == "W66"), None)
    return WarehouseOrder(
        status=head.at(1),
        number=head.at(2),
        order=head.at(3),
        warehouse=next((one.at(4) for one in segments if one.tag == "N1" and one.at(1) == "WH"), ""),
        to=_place_of(segments),
        ship_on=next((_day(one.at(2)) for one in segments if one.tag == "G62" and one.at(1) == "10"), None),
        service=routing.at(5) if routing else "",
        notes=tuple(one.at(2) for one in segments if one.tag == "NTE"),
        lines=tuple(_lines_of(segments)),
    )


def _place_of(segments: Sequence[Segment]) -> Place:
    """Return the address that follows N1 ST, up to the next party or line."""
    found: dict[str, str] = {}
    inside = False
    for one in segments:
        if one.tag in ("N1", "LX", "W66"):
            inside = one.at(1) == "ST" and one.tag == "N1"
        if inside:
            found |= _part_of(one)
    return Place(**found)


def _part_of(segment: Segment) -> dict[str, str]:
    """Return what one segment tells of an address."""
    names = {
        "N1": ("", "name"),
        "N2": ("company",),
        "N3": ("line1", "line2"),
        "N4": ("city", "region", "postal_code", "country"),
        "PER": ("", "", "", "phone"),
    }.get(segment.tag, ())
    return {name: segment.at(place) for place, name in enumerate(names, 1) if name}


def _lines_of(segments: Sequence[Segment]) -> list[OrderedLine]:
    """Return the lines of an order, each with the title that follows it."""
    found: list[OrderedLine] = []
    for one in segments:
        if one.tag == "W01":
            ids = dict(identifiers(one, (4, 6)))
            sku = next((ids[code] for code in OUR_NUMBERS if code in ids), "")
            barcode = next((ids[code] for code in BARCODES if code in ids), one.at(3))
            found.append(OrderedLine(whole_pieces(one, 1), sku, barcode))
        elif one.tag == "G69" and found:
            found[-1] = OrderedLine(found[-1].quantity, found[-1].sku, found[-1].barcode, one.at(1))
    return found


def identifiers(segment: Segment, places: Sequence[int]) -> list[tuple[str, str]]:
    """Return the (qualifier, number) pairs that begin at places of a segment."""
    pairs = ((segment.at(place), segment.at(place + 1)) for place in places)
    return [(code, number) for code, number in pairs if code and number]


def _day(text: str) -> date | None:
    """Return a day written as CCYYMMDD, None for anything else."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None
