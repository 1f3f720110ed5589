"""What returned pieces are worth: their part of what was paid for their line.

Pure: imports neither Django nor a clock. Amounts are integers of minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sold:
    """An order line as it was sold: its pieces, and what was paid for all of them."""

    quantity: int
    paid: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of one line that are refunded now, after some were refunded before."""

    sold: Sold
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed: the goods per line, the shipping, and the part that cannot be paid out any more."""

    goods: tuple[int, ...]
    shipping: int
    cut: int

    @property
    def amount(self) -> int:
        """Return the amount to refund."""
        return sum(self.goods) + self.shipping - self.cut


def worth(sold: Sold, pieces: int) -> int:
    """Return what the first so many pieces of a line are worth.

    Each piece's share is frozen by its place in the line, so partial returns in any order add up to what was paid.
    """
    return sold.paid * min(pieces, sold.quantity) // sold.quantity


def share(piece: Piece) -> int:
    """Return what the pieces refunded now are worth."""
    return worth(piece.sold, piece.before + piece.now) - worth(piece.sold, piece.before)


def prorate(pieces: Sequence[Piece], *, shipping: int, at_most: int) -> Due:
    """Return what is owed for pieces and shipping, never more than ``at_most``, the money still there to refund."""
    goods = tuple(share(piece) for piece in pieces)
    whole = sum(goods) + shipping
    return Due(goods, shipping, max(0, whole - max(0, at_most)))
