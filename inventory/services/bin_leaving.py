"""Pieces that leave a level leave its bins too, as far as those in no bin do not suffice."""

from collections.abc import Iterable, Mapping

from inventory.models import BinMovement, BinStock, StockLevel
from inventory.models.bins import BinKind, BinReason
from oms.foundation.actor import Actor
from oms.foundation.counters import add_to
from oms.foundation.numbers import random_code

TURN = [BinKind.PACKING, BinKind.PICK, BinKind.RECEIVING, BinKind.RESERVE, BinKind.QUARANTINE]
"""From which bins pieces are taken first, while nobody says from which."""


def leave_bins(levels: Mapping[int, StockLevel], deltas: Mapping[int, int], actor: Actor) -> None:
    """Take from the bins of locked levels what their pieces in no bin cannot cover, before the levels go down.

    Costs nothing where no bin is touched. The bins need no lock: room only grows, and their stock is the level's child.
    """
    over = {pk: levels[pk].in_bins - levels[pk].on_hand - delta for pk, delta in deltas.items()}
    over = {pk: pieces for pk, pieces in over.items() if pieces > 0}
    if not over:
        return
    left, taken = dict(over), {}
    for row in bins_in_turn(over):
        if pieces := min(row.quantity, left[row.stock_level_id]):
            taken[row.pk] = pieces
            left[row.stock_level_id] -= pieces
    add_to(BinStock, ["quantity"], {pk: (-pieces,) for pk, pieces in taken.items()})
    add_to(StockLevel, ["in_bins"], {pk: (-pieces,) for pk, pieces in over.items()})
    code = random_code(16)
    BinMovement.objects.bulk_create(
        [movement(pk, -pieces, BinReason.LEFT, f"left:{code}:{pk}", "", actor) for pk, pieces in taken.items()]
    )


def bins_in_turn(level_ids: Iterable[int]) -> list[BinStock]:
    """Return what lies in the bins of some levels, in the turn in which pieces are taken from them."""
    rows = BinStock.objects.filter(stock_level__in=sorted(set(level_ids)), quantity__gt=0).select_related("bin")
    return sorted(rows, key=_turn)


def _turn(row: BinStock) -> tuple[int, int, str]:
    """Return when pieces of a bin go."""
    return TURN.index(BinKind(row.bin.kind)), row.bin.sequence, row.bin.code


def movement(pk: int, quantity: int, reason: str, reference: str, note: str, actor: Actor) -> BinMovement:
    """Return a movement that is not saved yet."""
    return BinMovement(
        bin_stock_id=pk,
        quantity=quantity,
        reason=reason,
        reference=reference,
        note=note,
        actor_label=actor.label[:150],
        at=actor.now,
    )
