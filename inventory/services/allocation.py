"""Promising pieces to orders: allocated goes up, down, or out of the door together with on hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from inventory.models import StockLevel
from inventory.models.stock import MovementReason
from inventory.services.bin_leaving import leave_bins
from inventory.services.growing import publish_growth
from inventory.services.lot_stock import OfLot, book_lots
from inventory.services.stock import (
    Change,
    lock_found,
    not_applied,
    refuse_absurd,
    write_movements,
)
from oms.foundation.actor import Actor
from oms.foundation.counters import add_to
from oms.foundation.refusals import Invalid, Reason, Refused


class NotEnoughFree(Refused):
    """Fewer pieces are free than were to be promised."""

    code = "not_enough_free"


class NotAllocated(Refused):
    """More pieces were to be freed or shipped than are promised."""

    code = "not_allocated"


@dataclass(frozen=True, slots=True)
class Shipped:
    """Allocated pieces that leave one level, with the reference that makes the movement unique.

    ``lots`` are how many of them are of which lot, by its id.
    """

    stock_level_id: int
    quantity: int
    reference: str
    lots: Mapping[int, int] = field(default_factory=dict)


@transaction.atomic
def allocate_pieces(*, pieces: Mapping[int, int], actor: Actor) -> None:
    """Promise pieces by stock level id; safety stock is the caller's business, pieces on hand are the limit.

    :raises NotEnoughFree: when a level has fewer free pieces; nothing changes then.
    """
    _refuse_negative(pieces)
    levels = lock_found(pieces)
    short = {pk for pk, wanted in pieces.items() if levels[pk].on_hand - levels[pk].allocated < wanted}
    if short:
        sentence = "{level}: {wanted} pieces are wanted, {free} are free."
        raise NotEnoughFree(reasons=_reasons(NotEnoughFree.code, short, pieces, sentence))
    add_to(StockLevel, ["allocated"], {pk: (quantity,) for pk, quantity in pieces.items()})


@transaction.atomic
def free_pieces(*, pieces: Mapping[int, int], actor: Actor) -> None:
    """Take promises back by stock level id, and tell that the pieces are free again.

    :raises NotAllocated: when a level has fewer promised pieces; nothing changes then.
    """
    _refuse_negative(pieces)
    levels = lock_found(pieces)
    _refuse_unpromised(levels, pieces)
    add_to(StockLevel, ["allocated"], {pk: (-quantity,) for pk, quantity in pieces.items()})
    publish_growth([levels[pk] for pk, quantity in pieces.items() if quantity], actor)


@transaction.atomic
def ship_pieces(*, pieces: Sequence[Shipped], actor: Actor) -> None:
    """Send promised pieces out: on hand and allocated go down together; a reference applied before is passed over.

    :raises NotAllocated: when a level has fewer promised pieces; nothing changes then.
    """
    _refuse_negative({index: piece.quantity for index, piece in enumerate(pieces)})
    changes = [
        Change(piece.stock_level_id, -piece.quantity, MovementReason.SHIPMENT, piece.reference) for piece in pieces
    ]
    refuse_absurd(changes)
    levels = lock_found({change.stock_level_id for change in changes})
    fresh = not_applied(changes)
    leaving = Counter[int]()
    for change in fresh:
        leaving[change.stock_level_id] -= change.quantity
    _refuse_unpromised(levels, leaving)
    leave_bins(levels, {pk: -quantity for pk, quantity in leaving.items()}, actor)
    new = {change.reference for change in fresh}
    book_lots(levels, [part for piece in pieces if piece.reference in new for part in _of_lots(piece)], "", actor)
    deltas = {pk: (-quantity, -quantity) for pk, quantity in leaving.items()}
    add_to(StockLevel, ["on_hand", "allocated"], deltas)
    write_movements(fresh, actor)


def _of_lots(piece: Shipped) -> list[OfLot]:
    """Return what leaves lot by lot; pieces of which nobody said which they are leave as they lie."""
    parts = [OfLot(piece.stock_level_id, lot, -quantity) for lot, quantity in piece.lots.items()]
    rest = piece.quantity - sum(piece.lots.values())
    return [*parts, OfLot(piece.stock_level_id, None, -rest)] if rest > 0 else parts


def _refuse_negative(pieces: Mapping[int, int]) -> None:
    """Raise for a negative number of pieces."""
    if any(quantity < 0 for quantity in pieces.values()):
        raise Invalid("A number of pieces cannot be negative.", code="negative_quantity", field="quantity")


def _refuse_unpromised(levels: Mapping[int, StockLevel], pieces: Mapping[int, int]) -> None:
    """Raise when a level has fewer promised pieces than are to be freed or shipped."""
    short = {pk for pk, wanted in pieces.items() if levels[pk].allocated < wanted}
    if short:
        sentence = "{level}: {wanted} pieces are to leave, {allocated} are promised to orders."
        raise NotAllocated(reasons=_reasons(NotAllocated.code, short, pieces, sentence))


def _reasons(code: str, short: set[int], pieces: Mapping[int, int], sentence: str) -> list[Reason]:
    """Return the reason of each short level."""
    rows = StockLevel.objects.filter(pk__in=short).select_related("product", "location").order_by("pk")
    return [
        Reason(
            code,
            sentence.format(
                level=row, wanted=pieces[row.pk], free=row.on_hand - row.allocated, allocated=row.allocated
            ),
            "quantity",
        )
        for row in rows
    ]
