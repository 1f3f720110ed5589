"""Warehouse shipping advices (945): what a warehouse says it has sent of one order.

Source: X12 945 in version 004010. Parcels are numbered in MAN (CP, GM) or N9 (2I), else the shipment in N9 (CN, BM).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.partners.x12.syntax import Segment, TransactionSet, Unreadable, first, needed, whole_pieces
from fulfillment.partners.x12.warehouse_order import identifiers

KIND, FUNCTIONAL = "945", "SW"
OF_PARCELS, OF_SHIPMENTS = ("2I",), ("CN", "BM")
GRAMS = {"KG": 1000.0, "K": 1000.0, "LB": 453.59237, "L": 453.59237, "GR": 1.0, "OZ": 28.349523125}
MOST_GRAMS = 20_000_000


@dataclass(frozen=True, slots=True)
class SentLine:
    """Pieces that were sent of one product, which goes by any of some numbers; with the warehouse's lot."""

    segment: int
    numbers: tuple[str, ...]
    sent: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class ShippingAdvice:
    """What was sent of the order with a number; no pieces at all means that nothing was."""

    number: str
    reference: str = ""
    carrier: str = ""
    tracking: tuple[str, ...] = ()
    weight_g: int | None = None
    lines: tuple[SentLine, ...] = ()

    @property
    def pieces(self) -> int:
        """Return how many pieces were sent."""
        return sum(line.sent for line in self.lines)


def read_shipping_advice(message: TransactionSet) -> ShippingAdvice:
    """Return the advice of a message; raises :class:`Unreadable` where it tells no order or no pieces."""
    segments = message.segments
    head = needed(segments, "W06", segments[0].number)
    if not head.at(2):
        raise Unreadable(head.number, "(W06) names no order.")
    lines = tuple(_line(one) for one in segments if one.tag == "W12")
    if not lines:
        raise Unreadable(head.number, "(W06) is followed by no line (W12).")
    by = first(segments, "W27")
    return ShippingAdvice(
        number=head.at(2),
        reference=head.at(4),
        carrier=(by.at(2) or by.at(3)) if by else "",
        tracking=_tracking(segments),
        weight_g=_weight(first(segments, "W03")),
        lines=lines,
    )


def _line(segment: Segment) -> SentLine:
    """Return one line."""
    pairs = identifiers(segment, (7, 17))
    numbers = [*(number for _, number in pairs), segment.at(6)]
    found = tuple(dict.fromkeys(number for number in numbers if number))
    if not found:
        raise Unreadable(segment.number, "(W12) names no product.")
    return SentLine(segment.number, found, whole_pieces(segment, 3), segment.at(9))


def _tracking(segments: Sequence[Segment]) -> tuple[str, ...]:
    """Return the numbers of the parcels, else of the shipment, each once."""
    marks = [number for one in segments if one.tag == "MAN" for number in _marks(one)]
    named = [(one.at(1), one.at(2)) for one in segments if one.tag == "N9"]
    own = marks or [number for code, number in named if code in OF_PARCELS]
    whole = [number for wanted in OF_SHIPMENTS for code, number in named if code == wanted][:1]
    return tuple(dict.fromkeys(number for number in own or whole if number))


def _marks(segment: Segment) -> list[str]:
    """Return the parcel numbers of a marks segment: the carrier's before the serial shipping container code."""
    pairs = dict(identifiers(segment, (1, 4)))
    return [pairs[code] for code in ("CP", "GM") if code in pairs][:1]


def _weight(segment: Segment | None) -> int | None:
    """Return the weight of all in grams; None where none is told that could be."""
    if segment is None:
        return None
    try:
        grams = float(segment.at(2)) * GRAMS.get(segment.at(3), 0.0)
    except ValueError:
        return None
    return round(grams) if 1 <= grams <= MOST_GRAMS else None
