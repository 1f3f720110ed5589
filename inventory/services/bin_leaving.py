"""Pieces leave their bins as they are picked; those that leave the level unpicked, as far as no others suffice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction

from inventory.locks import lock_levels
from inventory.models import BinStock, StockLevel
from inventory.models.bins import BinKind, BinReason
from inventory.services.bin_rows import in_no_bin, write_moves
from oms.foundation.actor import Actor

TURN = [BinKind.PACKING, BinKind.PICK, BinKind.RECEIVING, BinKind.RESERVE, BinKind.QUARANTINE]
"""From which bins pieces are taken first, while nobody says from which."""


def leave_bins(levels: Mapping[int, StockLevel], deltas: Mapping[int, int], actor: Actor) -> None:
    """Take from the bins of locked levels what their pieces in no bin cannot cover, before the levels go down.

    Costs nothing where no bin is touched. The bins need no lock: room only grows, and their stock is the level's child.
    What is followed by lot leaves by :mod:`inventory.services.lot_stock`.
    """
    over = {
        pk: levels[pk].in_bins - levels[pk].on_hand - delta
        for pk, delta in deltas.items()
        if not levels[pk].is_followed
    }
    over = {pk: pieces for pk, pieces in over.items() if pieces > 0}
    if over:
        write_moves(_negative(_taken(bins_in_turn(over), over)), BinReason.LEFT, "", actor)


@transaction.atomic
def pick_from_bins(
    *,
    pieces: Mapping[int, int],
    codes: Sequence[str] = (),
    lot_id: int | None = None,
    today: date | None = None,
    reason: str = BinReason.PICKED,
    note: str = "",
    actor: Actor,
) -> Counter[int]:
    """Take pieces by level id out of the bins that they are picked from: the ``codes`` in turn, else in the usual one.

    They stay on hand and lie in no bin until they leave. What no such bin has was in none; return how many lay in one
    by the id of their lot, 0 for those that have none. With a ``lot_id`` only its pieces are taken; with ``today`` none
    that are blocked or expired.
    """
    kept = StockLevel.objects.filter(pk__in=list(pieces), in_bins__gt=0).values_list("pk", flat=True)
    levels = [level.pk for level in lock_levels(kept)]
    if not levels:
        return Counter()
    rows = bins_in_turn(levels, today)
    if codes:
        turn = {code: place for place, code in enumerate(codes)}
        rows = sorted((row for row in rows if row.where in turn), key=lambda row: turn[row.where])
    rows = [row for row in rows if lot_id in (None, row.lot_id)]
    taken = _taken(rows, {pk: pieces[pk] for pk in levels})
    moves = _negative(taken)
    for row, loose in in_no_bin(taken).items():
        moves[loose] = moves.get(loose, 0) + taken[row]
    write_moves(moves, reason, note, actor)
    out: Counter[int] = Counter()
    for row, number in taken.items():
        out[row.lot_id or 0] += number
    return out


def _taken(rows: Sequence[BinStock], wanted: Mapping[int, int]) -> dict[BinStock, int]:
    """Return how many pieces are taken from each row, so that so many by level id go, as far as they lie there."""
    left, taken = dict(wanted), {}
    for row in rows:
        if pieces := min(row.quantity, left[row.stock_level_id]):
            taken[row] = pieces
            left[row.stock_level_id] -= pieces
    return taken


def _negative(taken: Mapping[BinStock, int]) -> dict[BinStock, int]:
    """Return what is taken as moves."""
    return {row: -pieces for row, pieces in taken.items()}


def bins_in_turn(level_ids: Iterable[int], today: date | None = None) -> list[BinStock]:
    """Return what lies in the bins of some levels, in the turn in which pieces are taken from them.

    Of lots those go first that expire first; with a day none that are blocked or have expired by then.
    """
    ids = sorted(set(level_ids))
    rows = BinStock.objects.filter(stock_level__in=ids, quantity__gt=0, bin__isnull=False)
    if today is not None:
        rows = rows.filter(lot__blocked_at__isnull=True).exclude(lot__expires_on__lt=today)
    return sorted(rows.select_related("bin", "lot"), key=_turn)


def _turn(row: BinStock) -> tuple[bool, date, int, int, str]:
    """Return when pieces of a bin go."""
    kind = BinKind(row.bin.kind) if row.bin is not None else BinKind.PICK
    best = (row.lot.expires_on if row.lot is not None else None) or date.max
    turn = row.bin.sequence if row.bin is not None else 0
    return kind == BinKind.QUARANTINE, best, TURN.index(kind), turn, row.where
