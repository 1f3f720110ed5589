"""Pieces leave their bins as they are picked; those that leave the level unpicked, as far as no others suffice."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from inventory.locks import lock_levels
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
    if over:
        _take_out(bins_in_turn(over), over, BinReason.LEFT, "", actor)


@transaction.atomic
def pick_from_bins(
    *,
    pieces: Mapping[int, int],
    codes: Sequence[str] = (),
    reason: str = BinReason.PICKED,
    note: str = "",
    actor: Actor,
) -> int:
    """Take pieces by level id out of the bins that they are picked from: the ``codes`` in turn, else in the usual one.

    They stay on hand and lie in no bin until they leave. What no such bin has was in none; return how many lay in one.
    """
    kept = StockLevel.objects.filter(pk__in=list(pieces), in_bins__gt=0).values_list("pk", flat=True)
    levels = [level.pk for level in lock_levels(kept)]
    if not levels:
        return 0
    rows = bins_in_turn(levels)
    if codes:
        turn = {code: place for place, code in enumerate(codes)}
        rows = sorted((row for row in rows if row.bin.code in turn), key=lambda row: turn[row.bin.code])
    return _take_out(rows, {pk: pieces[pk] for pk in levels}, reason, note, actor)


def _take_out(rows: Sequence[BinStock], wanted: Mapping[int, int], reason: str, note: str, actor: Actor) -> int:
    """Book pieces by level id out of bins as far as they lie there, and return how many did."""
    left, taken = dict(wanted), {}
    for row in rows:
        if pieces := min(row.quantity, left[row.stock_level_id]):
            taken[row.pk] = pieces
            left[row.stock_level_id] -= pieces
    add_to(BinStock, ["quantity"], {pk: (-pieces,) for pk, pieces in taken.items()})
    add_to(StockLevel, ["in_bins"], {pk: (left[pk] - pieces,) for pk, pieces in wanted.items()})
    code = random_code(16)
    BinMovement.objects.bulk_create(
        [movement(pk, -pieces, reason, f"{reason}:{code}:{pk}", note, actor) for pk, pieces in taken.items()]
    )
    return sum(taken.values())


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
