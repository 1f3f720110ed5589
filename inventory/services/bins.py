"""Pieces in bins: put away, moved, taken out. The level keeps its pieces; what lies in no bin is what is left of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from inventory.locks import lock_bins, lock_level
from inventory.models import Bin, BinStock, Lot, StockLevel
from inventory.models.bins import BinReason
from inventory.services.bin_room import contents_of, pieces_with_room
from inventory.services.bin_rows import row_of, write_moves
from inventory.services.lots import named_lot
from inventory.services.stock import MAX_PIECES
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid, NotFound, Refused
from oms.foundation.wording import count


class NotThere(Refused):
    """More pieces were to be carried than lie where they were to be taken from."""

    code = "not_in_bin"


class BinRefuses(Refused):
    """A bin is out of use, or has no room for so many pieces."""

    code = "bin_full"


@dataclass(frozen=True, slots=True)
class Carried:
    """Pieces of a level on their way from one bin to another; no bin stands for the pieces that lie in none.

    Those of a followed product are of one lot.
    """

    source: Bin | None
    target: Bin | None
    quantity: int
    note: str
    lot: Lot | None = None


@transaction.atomic
def put_away(
    *,
    stock_level_id: int,
    bin: str,  # noqa: A002
    quantity: int,
    lot: str = "",
    note: str = "",
    actor: Actor,
) -> StockLevel:
    """Put pieces that lie in no bin into one of the location's; of a followed product those of one lot.

    :raises NotThere: when fewer lie in no bin. :raises BinRefuses: when the bin is out of use or full.
    :raises NotFound: for an unknown bin or lot. :raises LotMissing: when a followed product's lot is not named.
    """
    level, carried = _carry(stock_level_id, Ends("", bin, lot), quantity, note, BinReason.PUT_AWAY, actor)
    data = {"bin": bin, "quantity": quantity, "lot": lot}
    record(actor, "inventory.put_away", level, note=_told(carried), data=data)
    return level


@transaction.atomic
def move_in_bins(
    *,
    stock_level_id: int,
    source: str,
    target: str,
    quantity: int,
    lot: str = "",
    note: str = "",
    actor: Actor,
) -> StockLevel:
    """Move pieces from one bin of the location to another; raises as :func:`put_away` does."""
    level, carried = _carry(stock_level_id, Ends(source, target, lot), quantity, note, BinReason.MOVED, actor)
    data = {"source": source, "target": target, "quantity": quantity, "lot": lot}
    record(actor, "inventory.move_in_bins", level, note=_told(carried), data=data)
    return level


@transaction.atomic
def take_out(
    *,
    stock_level_id: int,
    bin: str,  # noqa: A002
    quantity: int,
    lot: str = "",
    note: str = "",
    actor: Actor,
) -> StockLevel:
    """Take pieces out of a bin: they stay at the location and lie in no bin; raises as :func:`put_away` does."""
    level, carried = _carry(stock_level_id, Ends(bin, "", lot), quantity, note, BinReason.TAKEN_OUT, actor)
    data = {"bin": bin, "quantity": quantity, "lot": lot}
    record(actor, "inventory.take_out", level, note=_told(carried), data=data)
    return level


@dataclass(frozen=True, slots=True)
class Ends:
    """From which bin to which pieces go, by code, and of which lot they are."""

    source: str
    target: str
    lot: str


def _carry(
    stock_level_id: int, ends: Ends, quantity: int, note: str, reason: BinReason, actor: Actor
) -> tuple[StockLevel, Carried]:
    """Lock both bins and the level, refuse what cannot be, and book the pieces."""
    if not 1 <= quantity <= MAX_PIECES:
        sentence = f"Write 1 to {MAX_PIECES:,} pieces; {quantity:,} cannot be."
        raise Invalid(sentence, code="absurd_quantity", field="quantity")
    bins = _locked_bins(stock_level_id, [code for code in (ends.source, ends.target) if code])
    level = lock_level(stock_level_id)
    lot = named_lot(level, ends.lot)
    carried = Carried(bins.get(ends.source), bins.get(ends.target), quantity, note, lot)
    _refuse_same(carried)
    _refuse_missing(level, carried)
    _refuse_full(level, carried)
    book(level, carried, reason, actor)
    return level, carried


def _locked_bins(stock_level_id: int, codes: list[str]) -> Mapping[str, Bin]:
    """Lock the bins of the level's location by their codes; raises :class:`NotFound` that names some known ones."""
    place = StockLevel.objects.filter(pk=stock_level_id).values_list("location", flat=True)
    here = Bin.objects.filter(location__in=place)
    found = {row.code: row for row in lock_bins(here.filter(code__in=codes).values_list("pk", flat=True))}
    for code in codes:
        if code not in found:
            known = ", ".join(here.filter(is_active=True).values_list("code", flat=True)[:10]) or "none yet"
            sentence = f"There is no bin “{code[:32]}” at this location. Bins here: {known}."
            raise NotFound(sentence, code="unknown_bin", field="bin")
    return found


def _refuse_same(carried: Carried) -> None:
    """Raise when pieces would stay where they are."""
    if carried.source == carried.target:
        raise Invalid("Choose two different bins.", code="same_bin", field="target")


def _refuse_missing(level: StockLevel, carried: Carried) -> None:
    """Raise when fewer pieces lie where they are to be taken from."""
    if carried.source is None and carried.lot is None:
        there, where = level.without_bin, "In no bin"
    else:
        stock = BinStock.objects.filter(bin=carried.source, stock_level=level, lot=carried.lot).first()
        there, where = stock.quantity if stock else 0, carried.source.code if carried.source else "In no bin"
    if there < carried.quantity:
        held = f"{where}: {count(there, 'piece')} of {carried.lot or level.product.sku}"
        raise NotThere(f"{held}, fewer than the {carried.quantity} that are to go.", field="quantity")


def _refuse_full(level: StockLevel, carried: Carried) -> None:
    """Raise when the bin takes no more, or not so many pieces."""
    target = carried.target
    if target is None:
        return
    if not target.is_active:
        raise BinRefuses(f"{target.code} is out of use; choose another bin.", code="bin_closed", field="bin")
    room = pieces_with_room(target, level.product, contents_of([target.pk])[target.pk])
    if room is not None and room < carried.quantity:
        sentence = f"{target.code} has room for {count(room, 'more piece')} of {level.product.sku}; choose another bin."
        raise BinRefuses(sentence, code=BinRefuses.code, field="quantity")


def book(level: StockLevel, carried: Carried, reason: BinReason, actor: Actor) -> None:
    """Write both ends of what is carried at a locked level: the bins, what of the level is in any, the movements."""
    lot_id = carried.lot.pk if carried.lot is not None else None
    ends = [(carried.source, -carried.quantity), (carried.target, carried.quantity)]
    known = [(bin_, pieces) for bin_, pieces in ends if bin_ is not None or lot_id is not None]
    moves = {row_of(level, bin_, lot_id): pieces for bin_, pieces in known}
    for row in moves:
        row.lot = carried.lot
    write_moves(moves, reason, carried.note, actor)


def _told(carried: Carried) -> str:
    """Return what was carried as the timeline shows it."""
    ends = [end.code if end else "no bin" for end in (carried.source, carried.target)]
    what = f", {carried.lot.named}" if carried.lot is not None else ""
    told = f"{count(carried.quantity, 'piece')}{what}: {ends[0]} → {ends[1]}"
    return f"{told}: {carried.note}" if carried.note else told
