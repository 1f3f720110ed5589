"""What waits on a page of stock work: pieces to put away, what lies in a bin, bins to count, deliveries to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fulfillment.services.walking.missing import pieces_in_hands
from inventory.models import BinStock, CountSession, IncomingStock, Location, StockLevel
from inventory.models.scans import StockWork
from inventory.services.bin_room import suggest_bins
from inventory.services.scanning import Hand, waiting_pieces
from inventory.states import TO_COUNT, CountState
from oms.foundation.scope import scoped
from oms.foundation.wording import count

SHOWN, SUGGESTED = 12, 3


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits: its words, what to scan for it, and a word beside it."""

    told: str
    code: str = ""
    beside: str = ""


def to_put_away(place: Location, hand: Hand, user: Any, now: datetime) -> Sequence[Row]:
    """Return what waits to be put away, and where it could go."""
    waits = waiting_pieces(place, pieces_in_hands)
    levels = (
        StockLevel.objects.filter(pk__in=list(waits)).select_related("product").order_by("product__sku")[: SHOWN + 1]
    )
    rows = []
    for turn, level in enumerate(levels):
        best = suggest_bins(level)[:1] if turn < SUGGESTED and hand == Hand() else []
        where = "".join(f"{one.bin.code}: {one.why}" + _room(one.room) for one in best)
        rows.append(Row(f"{waits[level.pk]} × {level.product.sku} {level.product.title}".strip(), beside=where))
    return _cut(rows)


def lying_here(place: Location, hand: Hand, user: Any, now: datetime) -> Sequence[Row]:
    """Return what lies in the bin that pieces are taken from."""
    lying = BinStock.objects.filter(bin__code=hand.bin, bin__location=place, quantity__gt=0) if hand.bin else ()
    rows = (
        lying.select_related("stock_level__product", "lot__product").order_by("stock_level__product__sku")
        if lying
        else ()
    )
    return _cut([_lying(row) for row in rows[: SHOWN + 1]])


def _lying(row: BinStock) -> Row:
    """Return what lies in a bin, with its lot."""
    product = row.stock_level.product
    return Row(f"{row.quantity} × {product}", product.sku, row.lot.named if row.lot else "")


def to_count(place: Location, hand: Hand, user: Any, now: datetime) -> Sequence[Row]:
    """Return the bins that are to be counted, those that a picker found short first."""
    rows = scoped(user, CountSession).filter(location=place, state__in=TO_COUNT)
    rows = rows.select_related("bin", "stock_level__product", "counter", "location").order_by(
        "-trace", "bin__sequence", "pk"
    )
    return _cut([_count(one, user, now) for one in rows[: SHOWN + 1]])


def _count(row: CountSession, user: Any, now: datetime) -> Row:
    """Return a planned count; who counts it already stands beside."""
    if row.is_held_by_another(user.pk, now):
        return Row(row.what, beside=f"{row.counter} is counting it")
    mine = "you are counting it" if row.state == CountState.COUNTING and row.counter_id == user.pk else ""
    return Row(row.what, code=row.number, beside=mine or ("a picker did not find all" if row.trace else ""))


def to_come(place: Location, hand: Hand, user: Any, now: datetime) -> Sequence[Row]:
    """Return what is announced, the earliest first."""
    rows = scoped(user, IncomingStock).filter(location=place, closed_at=None).select_related("product")
    return _cut(
        [
            Row(f"{row.missing} × {row.product}", beside=f"{row.reference}, {row.expected_on:%d %b}")
            for row in rows.order_by("expected_on", "pk")[: SHOWN + 1]
        ]
    )


def _cut(rows: Sequence[Row]) -> Sequence[Row]:
    """Return as many rows as a handheld shows, and say where there are more."""
    return rows if len(rows) <= SHOWN else [*rows[:SHOWN], Row("…", beside="There is more than stands here.")]


def _room(room: int | None) -> str:
    """Return how many go in, where something limits them."""
    return "" if room is None else f", {count(room, 'piece')} more will go in"


LISTS: dict[str, Callable[[Location, Hand, Any, datetime], Sequence[Row]]] = {
    StockWork.PUT_AWAY: to_put_away,
    StockWork.MOVE: lying_here,
    StockWork.COUNT: to_count,
    StockWork.RECEIVE: to_come,
}
