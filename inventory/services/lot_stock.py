"""Pieces that are followed by lot or serial number: each that comes says which it is, each that goes is one of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inventory.models import BinStock, Lot, StockLevel
from inventory.models.bins import BinReason
from inventory.services.bin_leaving import bins_in_turn
from inventory.services.bin_rows import row_of, write_moves
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
    :raises LotMissing: for more pieces of a lot than are there
    """
    followed = [one for one in changes if levels[one.stock_level_id].is_followed]
    if not followed:
        return
    coming = [one for one in followed if one.quantity > 0]
    numbered = [one for one in coming if levels[one.stock_level_id].product.has_serials]
    _refuse_serials_in_stock(numbered, {levels[one.stock_level_id].location_id for one in numbered})
    moves: dict[BinStock, int] = {}
    for one in coming:
        row = row_of(levels[one.stock_level_id], None, one.lot_id)
        moves[row] = moves.get(row, 0) + one.quantity
    write_moves(moves, BinReason.CAME, note, actor)
    _leave([one for one in followed if one.quantity < 0], note, actor)


def _refuse_serials_in_stock(coming: Sequence[OfLot], location_ids: Collection[int]) -> None:
    """Raise for a numbered piece that comes though it is here, or twice at once.

    Whoever takes in pieces at these locations may not see what lies at others, so no bin of those is named.
    """
    times: Counter[int] = Counter()
    for one in coming:
        times[one.lot_id or 0] += one.quantity
    if not times:
        return
    lying = BinStock.objects.filter(lot__in=list(times), quantity__gt=0)
    for row in lying.select_related("bin", "stock_level__location", "lot__product"):
        at = row.stock_level.location
        place = f"in {row.where} at {at.name}" if at.pk in location_ids else "at another location"
        raise SerialTwice(f"Serial number {row.lot} is in stock already, {place}. Nothing was booked.", field="lot")
    for pk, pieces in times.items():
        if pieces > 1:
            lot = Lot.objects.select_related("product").get(pk=pk)
            raise SerialTwice(f"Serial number {lot} is one piece, not {pieces}.", field="lot")


def _leave(going: Sequence[OfLot], note: str, actor: Actor) -> None:
    """Take pieces off the rows of locked levels: of the lot that was named, else of what is there.

    :raises LotMissing: when fewer pieces of a named lot are there; no other lot goes in its place.
    """
    if not going:
        return
    by_level: dict[int, list[BinStock]] = defaultdict(list)
    ids = {one.stock_level_id for one in going}
    loose = BinStock.objects.filter(stock_level__in=ids, bin__isnull=True, quantity__gt=0).order_by("pk")
    for row in [*loose, *bins_in_turn(ids)]:
        by_level[row.stock_level_id].append(row)
    taken: Counter[BinStock] = Counter()
    for one in sorted(going, key=lambda one: one.lot_id is None):
        left = -one.quantity
        for row in by_level[one.stock_level_id]:
            if one.lot_id in (None, row.lot_id):
                pieces = min(left, row.quantity - taken[row])
                taken[row] += pieces
                left -= pieces
        if left and one.lot_id is not None:
            raise _missing(one.lot_id, -one.quantity - left, -one.quantity)
    write_moves({row: -pieces for row, pieces in taken.items() if pieces}, BinReason.LEFT, note, actor)


def _missing(lot_id: int, there: int, wanted: int) -> LotMissing:
    """Return the refusal of pieces of a lot that are not there."""
    lot = Lot.objects.select_related("product").get(pk=lot_id)
    sentence = f"{count(there, 'piece')} of {lot} here by the books, not {wanted}. Nothing was booked."
    return LotMissing(sentence, field="lot")
