"""Pieces that are followed by lot or serial number: each that comes says which it is, each that goes is one of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory.locks import lock_level
from inventory.models import BinStock, Lot, StockLevel
from inventory.models.bins import BinReason
from inventory.services.bin_leaving import bins_in_turn
from inventory.services.bin_rows import in_no_bin, row_of, write_moves
from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from oms.foundation.wording import count


class LotMissing(Refused):
    """Pieces were to come or go of which nobody said which lot or serial number they are."""

    code = "lot_missing"


class SerialTwice(Refused):
    """A serial number came in that is in stock already."""

    code = "serial_in_stock"


@dataclass(frozen=True, slots=True)
class OfLot:
    """Pieces of one lot that come (+) to a level or go (−) from it."""

    stock_level_id: int
    lot_id: int | None
    quantity: int


def refuse_unnamed(levels: Mapping[int, StockLevel], changes: Sequence[OfLot]) -> None:
    """Raise for pieces of followed products of which nobody says which they are; the levels are locked."""
    for one in changes:
        level = levels[one.stock_level_id]
        if level.is_followed and one.lot_id is None:
            product = level.product
            raise LotMissing(
                f"{product.sku} is followed by {product.followed_word}: take it in under Floor → Receive, or count the"
                " bin that it lies in, so that each piece is known.",
                field="sku",
            )


def book_lots(levels: Mapping[int, StockLevel], changes: Sequence[OfLot], note: str, actor: Actor) -> None:
    """Let pieces of followed products come into no bin, or go: those in no bin first, then from the bins.

    :raises SerialTwice: for a numbered piece that is somewhere already
    """
    followed = [one for one in changes if levels[one.stock_level_id].is_followed]
    if not followed:
        return
    coming = [one for one in followed if one.quantity > 0]
    lots = Lot.objects.select_related("product").in_bulk([one.lot_id for one in coming if one.lot_id])
    _refuse_serials_in_stock(coming, lots)
    moves: dict[BinStock, int] = {}
    for one in coming:
        row = row_of(levels[one.stock_level_id], None, lots[one.lot_id or 0])
        moves[row] = moves.get(row, 0) + one.quantity
    write_moves(moves, BinReason.CAME, note, actor)
    _leave([one for one in followed if one.quantity < 0], note, actor)


def _refuse_serials_in_stock(coming: Sequence[OfLot], lots: Mapping[int, Lot]) -> None:
    """Raise for a numbered piece that comes though it is here, or twice at once."""
    times: Counter[int] = Counter()
    for one in coming:
        times[one.lot_id or 0] += one.quantity
    serials = [pk for pk in times if lots[pk].product.has_serials]
    if not serials:
        return
    lying = BinStock.objects.filter(lot__in=serials, quantity__gt=0)
    for row in lying.select_related("bin", "stock_level__location", "lot__product"):
        place = f"{row.where} at {row.stock_level.location.name}"
        raise SerialTwice(f"Serial number {row.lot} is in stock already, in {place}. Nothing was booked.", field="lot")
    for pk in serials:
        if times[pk] > 1:
            raise SerialTwice(f"Serial number {lots[pk]} is one piece, not {times[pk]}.", field="lot")


def _leave(going: Sequence[OfLot], note: str, actor: Actor) -> None:
    """Take pieces off the rows of locked levels: of their lot as far as it is there, else of what is there."""
    if not going:
        return
    by_level: dict[int, list[BinStock]] = defaultdict(list)
    ids = {one.stock_level_id for one in going}
    loose = BinStock.objects.filter(stock_level__in=ids, bin__isnull=True, quantity__gt=0).order_by("pk")
    for row in [*loose, *bins_in_turn(ids)]:
        by_level[row.stock_level_id].append(row)
    taken: Counter[BinStock] = Counter()
    for one in going:
        rows = by_level[one.stock_level_id]
        left = -one.quantity
        its_own = [row for row in rows if row.lot_id == one.lot_id]
        for row in [*its_own, *(row for row in rows if row.lot_id != one.lot_id)]:
            pieces = min(left, row.quantity - taken[row])
            taken[row] += pieces
            left -= pieces
    write_moves({row: -pieces for row, pieces in taken.items() if pieces}, BinReason.LEFT, note, actor)


@transaction.atomic
def pick_lot(*, level_id: int, lot: Lot, quantity: int, codes: Sequence[str], note: str, actor: Actor) -> None:
    """Take pieces of one lot out of the bins, those with the ``codes`` first; they lie in no bin until they leave.

    :raises LotMissing: when fewer lie in bins here
    """
    lock_level(level_id)
    rows = [row for row in bins_in_turn([level_id]) if row.lot_id == lot.pk]
    rows.sort(key=lambda row: row.where not in codes)
    there = sum(row.quantity for row in rows)
    if there < quantity:
        sentence = f"{count(there, 'piece')} of {lot} in the bins here by the books, not {quantity}."
        raise LotMissing(f"{sentence} What lies in no bin is put away first.", field="lot")
    moves: dict[BinStock, int] = {}
    left = quantity
    for row in rows:
        if pieces := min(left, row.quantity):
            moves[row] = -pieces
            left -= pieces
    loose = in_no_bin(moves)
    moves |= {next(iter(loose.values())): quantity}
    write_moves(moves, BinReason.PICKED, note, actor)
