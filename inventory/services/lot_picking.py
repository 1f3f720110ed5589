"""Taking pieces of one lot out of the bins: a good one, as many as lie there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from inventory.locks import lock_level
from inventory.models import BinStock, Lot, StockLevel
from inventory.models.bins import BinReason
from inventory.services.bin_leaving import bins_in_turn
from inventory.services.bin_rows import in_no_bin, write_moves
from inventory.services.lot_stock import LotMissing
from inventory.services.lots import known_lot, refuse_unsellable
from oms.foundation.actor import Actor
from oms.foundation.wording import count


@dataclass(frozen=True, slots=True)
class Picked:
    """The lot of which pieces were picked, and the one that was to go first."""

    lot: Lot
    best: Lot


@transaction.atomic
def pick_lot(
    *, level: StockLevel, number: str, quantity: int, codes: Sequence[str], today: date, note: str, actor: Actor
) -> Picked:
    """Take pieces of one lot out of the bins, those with the ``codes`` first; they lie in no bin until they leave.

    :raises NotFound: for an unknown lot. :raises Unsellable: for one that is blocked or expired today.
    :raises LotMissing: when fewer of it lie in bins here
    """
    lock_level(level.pk)
    rows = sorted(bins_in_turn([level.pk]), key=lambda row: row.where not in codes)
    alike = [row for row in rows if row.lot is not None and row.lot.number.casefold() == number.strip().casefold()]
    own = [row for row in alike if row.lot == alike[0].lot]
    lot = own[0].lot if own and own[0].lot is not None else known_lot(level.product, number)
    lot.product = level.product
    refuse_unsellable(lot, today)
    there = sum(row.quantity for row in own)
    if there < quantity:
        sentence = f"{count(there, 'piece')} of {lot} in the bins here by the books, not {quantity}."
        raise LotMissing(f"{sentence} What lies in no bin is put away first.", field="lot")
    best = next((row.lot for row in rows if row.lot is not None and row.lot.may_go(today)), lot)
    moves: dict[BinStock, int] = {}
    left = quantity
    for row in own:
        if pieces := min(left, row.quantity):
            moves[row] = -pieces
            left -= pieces
    loose = in_no_bin(moves)
    moves |= {next(iter(loose.values())): quantity}
    write_moves(moves, BinReason.PICKED, note, actor)
    return Picked(lot, best)
