"""Putting counted differences into the books: the level through a movement, the bin with it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from inventory.conditions import IS_FOR_REVIEW
from inventory.locks import lock_bin, lock_count, lock_level, lock_levels
from inventory.models import CountLine, CountSession
from inventory.models.bins import BinReason
from inventory.models.stock import MovementReason
from inventory.services.bin_counts.taking import differences_told
from inventory.services.bin_leaving import pick_from_bins
from inventory.services.bins import Carried, book
from inventory.services.growing import publish_growth
from inventory.services.stock import Change, move_stock
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record


def missing_promises(count_session_id: int) -> dict[int, int]:
    """Return by level how many promised pieces would not be there once a count is in the books.

    What was found of one lot makes up for what another lacks: promises are of the level.
    """
    lines = CountLine.objects.filter(session=count_session_id, difference__isnull=False).select_related("stock_level")
    lost: Counter[int] = Counter()
    for line in lines:
        lost[line.stock_level_id] -= line.difference or 0
    levels = {line.stock_level_id: line.stock_level for line in lines}
    lacking = {pk: lost[pk] + level.allocated - level.on_hand for pk, level in levels.items() if lost[pk] > 0}
    return {pk: pieces for pk, pieces in lacking.items() if pieces > 0}


def lock_for_posting(count_session_id: int) -> CountSession:
    """Lock a count, after its bin, and then the levels of which it found more or less."""
    bin_id = CountSession.objects.filter(pk=count_session_id).values_list("bin", flat=True).first()
    bin_ = lock_bin(bin_id) if bin_id is not None else None
    row = lock_count(count_session_id)
    row.bin = bin_
    lock_levels(row.lines.exclude(difference=0).values_list("stock_level_id", flat=True))
    return row


@transaction.atomic
def post_count(*, count_session_id: int, note: str = "", actor: Actor) -> CountSession:
    """Move stock by the differences of a count; what came or went since it was counted stays counted in.

    What was found comes first, so that a lot that lay there in the place of another keeps the promises.

    :raises Refused: unless it waits to be looked at. :raises StockTooLow: when promised pieces would not be there.
    """
    row = lock_for_posting(count_session_id)
    refuse_unless(row, IS_FOR_REVIEW)
    lines = list(row.lines.exclude(difference=0).exclude(difference=None).select_related("stock_level__product", "lot"))
    _find(row, [line for line in lines if (line.difference or 0) > 0], actor)
    _lose(row, [line for line in lines if (line.difference or 0) < 0], actor)
    if row.trace:
        publish_growth([line.stock_level for line in row.lines.select_related("stock_level")], actor)
    row.post(at=actor.now)
    row.save(update_fields=["state", "posted_at"])
    record(actor, "inventory.post_count", row, note=f"{row.told} {differences_told(row)} {note}".strip())
    return row


def _lose(row: CountSession, lines: Sequence[CountLine], actor: Actor) -> None:
    """Take what was not there out of the bin, as far as it still has it in the book, and off the level."""
    for line in lines:
        if row.bin is not None:
            lost = {line.stock_level_id: -(line.difference or 0)}
            told: dict[str, Any] = {"reason": BinReason.COUNTED, "note": row.number, "lot_id": line.lot_id}
            pick_from_bins(pieces=lost, codes=[row.bin.code], actor=actor, **told)
    if lines:
        move_stock(changes=[_change(row, line) for line in lines], actor=actor)


def _find(row: CountSession, lines: Sequence[CountLine], actor: Actor) -> None:
    """Put what was found on the level and into the bin, which holds it whatever its room."""
    if lines:
        move_stock(changes=[_change(row, line) for line in lines], actor=actor)
    for line in lines:
        if row.bin is not None:
            carried = Carried(None, row.bin, line.difference or 0, row.number, line.lot)
            book(lock_level(line.stock_level_id), carried, BinReason.COUNTED, actor)


def _change(row: CountSession, line: CountLine) -> Change:
    """Return the movement of one difference; its reference lets it happen once."""
    note = f"{row.number}: {line.counted} counted in {row.what}, {line.expected} in the book"
    reason = MovementReason.ADJUSTMENT
    return Change(line.stock_level_id, line.difference or 0, reason, f"counted:{line.pk}", note, line.lot_id)
