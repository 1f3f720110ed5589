"""The rows of what lies where: written together with their movements and with what the levels have in bins."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from inventory.locks import share_lot
from inventory.models import Bin, BinMovement, BinStock, StockLevel
from oms.foundation.actor import Actor
from oms.foundation.counters import add_to
from oms.foundation.numbers import random_code

Moves = Mapping[BinStock, int]
"""Pieces that come (+) to a row or go (−) from it; the levels of the rows are locked."""


def row_of(level: StockLevel, bin_: Bin | None, lot_id: int | None) -> BinStock:
    """Return the row of a level's pieces in a bin, or of a lot in a bin or in none; made where there was none."""
    single = lot_id is not None and level.product.has_serials
    row = _row_at({"bin": bin_, "stock_level": level, "lot_id": lot_id}, single)
    row.bin, row.stock_level = bin_, level
    return row


def in_no_bin(rows: Iterable[BinStock]) -> dict[BinStock, BinStock]:
    """Return by row of a lot the row of the same lot in no bin."""
    found: dict[BinStock, BinStock] = {}
    for row in rows:
        if row.lot_id is not None:
            found[row] = _row_at({"bin": None, "stock_level_id": row.stock_level_id, "lot_id": row.lot_id}, row.single)
    return found


def _row_at(place: dict[str, Any], single: bool) -> BinStock:
    """Return the row of a place; an empty one takes on what its product is followed by now."""
    row, is_new = BinStock.objects.get_or_create(**place, defaults={"single": single})
    if is_new and row.lot_id is not None:
        share_lot(row.lot_id)
    if row.single != single and not row.quantity:
        row.single = single
        row.save(update_fields=["single"])
    return row


def write_moves(moves: Moves, reason: str, note: str, actor: Actor) -> None:
    """Book pieces of locked levels: what goes first, so that a numbered piece is never in two places."""
    numbered = {row.pk: (pieces,) for row, pieces in moves.items() if row.single and pieces < 0}
    add_to(BinStock, ["quantity"], numbered)
    others = {row.pk: (pieces,) for row, pieces in moves.items() if row.pk not in numbered}
    add_to(BinStock, ["quantity"], others)
    in_bins, blocked = Counter[int](), Counter[int]()
    for row, pieces in moves.items():
        if row.bin_id is not None:
            in_bins[row.stock_level_id] += pieces
            blocked[row.stock_level_id] += pieces if row.lot is not None and row.lot.is_withheld else 0
    if any(blocked.values()):
        add_to(StockLevel, ["in_bins", "blocked"], {pk: (pieces, blocked[pk]) for pk, pieces in in_bins.items()})
    else:
        add_to(StockLevel, ["in_bins"], {pk: (pieces,) for pk, pieces in in_bins.items()})
    code = random_code(16)
    BinMovement.objects.bulk_create(
        BinMovement(
            bin_stock=row,
            quantity=pieces,
            reason=reason,
            reference=f"{reason}:{code}:{row.pk}",
            note=note,
            actor_label=actor.label[:150],
            at=actor.now,
        )
        for row, pieces in moves.items()
        if pieces
    )
