"""Taking stock files back: opposite movements, former bins and safety stocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from inventory.conditions import FOLLOWED_BY_NOTHING
from inventory.locks import lock_levels, lock_stock_file
from inventory.models import StockFile, StockLevel
from inventory.models.stock import MovementReason
from inventory.services.growing import publish_growth
from inventory.services.stock import Change, move_stock, too_low
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.imports.kinds import Undo, within
from oms.foundation.models import ImportRow

KEPT = ("bin", "safety_stock")
GONE = "This stock level is no longer there, or not at one of your locations."


def plan_undo_counts(*, rows: Sequence[ImportRow], principal: Any) -> list[Undo]:
    """Return which counts of a stock file can be taken back now."""
    levels = _mine(rows, principal)
    return [_judge(row, levels.get(row.object_id or 0)) for row in rows]


@transaction.atomic
def undo_counts(*, rows: Sequence[ImportRow], principal: Any, actor: Actor) -> list[Undo]:
    """Move what was counted in the opposite direction; what is promised by now stays, with the reason.

    Bins and safety stocks get their former values where nobody changed them since. The rows of the file are open
    again, so that it can be imported once more.
    """
    file = _locked_file(rows)
    mine = _mine(rows, principal)
    levels = {level.pk: level for level in lock_levels(mine)}
    done = [_judge(row, levels.get(row.object_id or 0)) for row in rows]
    possible = [(row, levels[row.object_id or 0]) for row, undo in zip(rows, done, strict=True) if undo.possible]
    changes = [
        Change(level.pk, -_moved(row), MovementReason.IMPORT, f"import-undo:{row.pk}", "stock file taken back")
        for row, level in possible
        if _moved(row)
    ]
    _keep_as_before(possible, actor)
    if changes:
        move_stock(changes=changes, actor=actor)
    _open_again(file, [row for row, _ in possible])
    return done


def _locked_file(rows: Sequence[ImportRow]) -> StockFile | None:
    """Lock the memory of the file that the rows stand in; stock levels are locked after it."""
    known = StockFile.objects.filter(digest__in={row.session.digest for row in rows}).first()
    return lock_stock_file(known.digest) if known else None


def _mine(rows: Sequence[ImportRow], principal: Any) -> dict[int, StockLevel]:
    """Return the levels of the rows within a person's scope."""
    levels = within(principal, StockLevel).filter(pk__in=[row.object_id for row in rows if row.object_id])
    return {level.pk: level for level in levels.select_related("product", "location")}


def _moved(row: ImportRow) -> int:
    """Return the pieces that a row has added to its level."""
    before, after = row.changes.get("on_hand", (0, 0))
    return int(after) - int(before or 0)


def _judge(row: ImportRow, level: StockLevel | None) -> Undo:
    """Return whether a row can be taken back."""
    if level is None:
        return Undo(row.row, False, GONE)
    if level.on_hand - _moved(row) < level.allocated and _moved(row) > 0:
        return Undo(row.row, False, too_low(level, _moved(row)).sentence)
    if _moved(row) and (reason := FOLLOWED_BY_NOTHING.reason(level)):
        return Undo(row.row, False, reason.sentence)
    stays = [name for name in KEPT if name in row.changes and getattr(level, name) != row.changes[name][1]]
    return Undo(row.row, True, f"Changed by somebody since, and left as it is: {', '.join(stays)}." if stays else "")


def _keep_as_before(possible: Sequence[tuple[ImportRow, StockLevel]], actor: Actor) -> None:
    """Put former bins and safety stocks back."""
    rows, eased, acts = [], [], []
    for row, level in possible:
        former = _former(row, level)
        if former.get("safety_stock", level.safety_stock) < level.safety_stock:
            eased.append(level)
        for name, value in former.items():
            setattr(level, name, value)
        if former:
            rows.append(level)
            acts.append(Act("inventory.keep_level", level, "stock file taken back", former))
    save_many(rows, list(KEPT))
    record_many(actor, acts)
    publish_growth(eased, actor)


def _former(row: ImportRow, level: StockLevel) -> dict[str, Any]:
    """Return the former bin and safety stock where they are still as imported; those of a new level do not matter."""
    pairs: Mapping[str, Any] = {name: row.changes[name] for name in KEPT if name in row.changes}
    return {
        name: before
        for name, (before, after) in pairs.items()
        if before is not None and before != after and getattr(level, name) == after
    }


def _open_again(file: StockFile | None, rows: Sequence[ImportRow]) -> None:
    """Let the rows of their file be counted again."""
    if file is not None:
        file.refused_rows = sorted({*file.refused_rows, *(row.row for row in rows)})
        file.save(update_fields=["refused_rows"])
