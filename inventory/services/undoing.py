"""Taking imports of master data back: changed rows get their former values, new ones are switched off."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import transaction

from inventory.services.catalogue import plain, plan_one, write_plans
from inventory.services.shelves import Entry, LocationShelf, ProductShelf, Shelf
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.imports.kinds import Undo
from oms.foundation.imports.plans import Plan, Verb, nothing_earlier, refused
from oms.foundation.models import ImportRow
from oms.foundation.objections import objections
from oms.foundation.refusals import Refused
from oms.foundation.tables import RowFault

Row = TypeVar("Row", bound=Versioned)
NOTE = "its import was taken back"
OFF_ALREADY = "It was switched off already."
GONE = "It is no longer there."


def plan_undo_products(*, rows: Sequence[ImportRow]) -> list[Undo]:
    """Return which imported products can be taken back now."""
    return plan_back(Back(ProductShelf(), rows))


def plan_undo_locations(*, rows: Sequence[ImportRow], principal: Any) -> list[Undo]:
    """Return which imported locations can be taken back now."""
    return plan_back(Back(LocationShelf(principal), rows))


@transaction.atomic
def undo_products(*, rows: Sequence[ImportRow], actor: Actor) -> list[Undo]:
    """Put the former values of changed products back where nobody changed them since, and stop selling new ones."""
    return take_back(Back(ProductShelf(), rows), actor)


@transaction.atomic
def undo_locations(*, rows: Sequence[ImportRow], principal: Any, actor: Actor) -> list[Undo]:
    """Put the former values of changed locations back where nobody changed them since, and close new ones."""
    return take_back(Back(LocationShelf(principal), rows), actor)


class Back(Generic[Row]):
    """Applied rows of an import on their way back."""

    def __init__(self, shelf: Shelf[Row], rows: Sequence[ImportRow]) -> None:
        self.shelf = shelf
        self.rows = rows
        self.changed = [row for row in rows if row.verb == Verb.CHANGE]
        self.created = [row for row in rows if row.verb == Verb.CREATE]
        self.ids = [row.object_id for row in rows if row.object_id is not None]

    def look(self, found: Sequence[Row]) -> None:
        """Take in the present rows, and what they depend on."""
        self.present: dict[int, Row] = {row.pk: row for row in found}
        entries = [Entry(row.row, row.key, self._values(row, row.changes)) for row in self.changed]
        entries += [Entry(row.row, row.key, {}) for row in self.created]
        self.shelf.look_around(entries, nothing_earlier)

    def _values(self, row: ImportRow, names: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
        """Return former values of some columns."""
        return {name: self.shelf.former(name, row.changes[name][0]) for name in names}

    def former(self, row: ImportRow) -> tuple[Entry, list[str]]:
        """Return the former values of columns that are as imported, and the columns that somebody changed since."""
        present = self.present[row.object_id or 0]
        now = {name: plain(self.shelf.value(present, name)) for name in row.changes}
        same = [name for name, (_, after) in row.changes.items() if now[name] == after]
        return Entry(row.row, row.key, self._values(row, same)), [name for name in row.changes if name not in same]


def _judged(back: Back[Row], row: ImportRow) -> tuple[Entry, Plan, Undo]:
    """Return what puts a changed row back, what that does, and whether it is possible."""
    if row.object_id not in back.present:
        nothing = Entry(row.row, row.key, {})
        return nothing, refused(nothing), Undo(row.row, False, GONE)
    entry, stays = back.former(row)
    plan = plan_one(back.shelf, entry, back.present[row.object_id])
    sentence = " ".join(fault.sentence for fault in plan.faults) or _staying(stays)
    return entry, plan, Undo(row.row, plan.verb == Verb.CHANGE, sentence)


def _staying(names: Sequence[str]) -> str:
    """Return which values are left alone."""
    return f"Changed by somebody since, and left as it is: {', '.join(names)}." if names else ""


def plan_back(back: Back[Row]) -> list[Undo]:
    """Return what :func:`take_back` would do, in the order of the rows."""
    back.look(list(back.shelf.model._default_manager.filter(pk__in=back.ids)))
    done = {row.row: _judged(back, row)[2] for row in back.changed}
    against = objections(back.shelf.off.act, [row.object_id for row in back.created if row.object_id])
    for row in back.created:
        reasons = [reason.sentence for reason in against.get(row.object_id or 0, ())]
        done[row.row] = _closed(back, row) or Undo(row.row, not reasons, " ".join(reasons))
    return [done[row.row] for row in back.rows]


def take_back(back: Back[Row], actor: Actor) -> list[Undo]:
    """Lock every row, put former values back in a constant number of statements, and switch new rows off."""
    back.look(back.shelf.lock(back.ids))
    judged = [_judged(back, row) for row in back.changed]
    possible = [(entry, plan) for entry, plan, undo in judged if undo.possible]
    known = {getattr(row, back.shelf.key): row for row in back.present.values()}
    entries, plans = [entry for entry, _ in possible], [plan for _, plan in possible]
    write_plans(back.shelf, entries, plans, known, actor, did="import taken back")
    done = {undo.row: undo for _, _, undo in judged}
    done |= {row.row: _closed(back, row) or _switch_off(back, row, actor) for row in back.created}
    return [done[row.row] for row in back.rows]


def _closed(back: Back[Row], row: ImportRow) -> Undo | None:
    """Return that nothing can or need be done for a new row, or None."""
    present: Any = back.present.get(row.object_id or 0)
    fault: RowFault | None = back.shelf.fault(Entry(row.row, row.key, {}))
    if present is None or fault is not None:
        return Undo(row.row, False, fault.sentence if fault else GONE)
    return None if present.is_active else Undo(row.row, True, OFF_ALREADY)


def _switch_off(back: Back[Row], row: ImportRow, actor: Actor) -> Undo:
    """Switch a new row off, or say why that is not possible."""
    try:
        with transaction.atomic():
            back.shelf.switch(back.present[row.object_id or 0], False, note=NOTE, actor=actor)
    except Refused as refusal:
        return Undo(row.row, False, refusal.sentence)
    return Undo(row.row, True)
