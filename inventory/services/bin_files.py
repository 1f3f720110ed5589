"""Bins as a file gives them: new ones, changed facts, and taking both back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from inventory.locks import lock_bins
from inventory.models import Bin, Location
from inventory.services.bin_room import contents_of
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.imports.kinds import Undo, within
from oms.foundation.imports.plans import Plan, Seen, Verb, as_seen, refused
from oms.foundation.models import ImportRow
from oms.foundation.tables import RowFault

Key = tuple[int, str]
FACTS = ("kind", "zone", "aisle", "bay", "level", "x_mm", "y_mm", "sequence", "capacity_mm3", "capacity_g")
GONE = "It is no longer there, or not at one of your locations."


@dataclass(frozen=True, slots=True)
class BinTold:
    """What one row of a file says; ``facts`` are those of its columns."""

    row: int
    location: str
    code: str
    facts: Mapping[str, Any]
    faults: tuple[RowFault, ...] = ()

    @property
    def key(self) -> str:
        """Return the bin as people name it."""
        return f"{self.code} at {self.location}"

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)


def plan_bins(*, entries: Sequence[BinTold], principal: Any = None) -> list[Plan]:
    """Return what :func:`store_bins` would do, in the order of the entries."""
    placed, plans = _placed(entries, principal)
    known = _known(placed)
    plans |= {entry.row: _plan(entry, known.get(key)) for key, entry in placed.items()}
    return [plans[entry.row] for entry in entries]


@transaction.atomic
def store_bins(
    *, entries: Sequence[BinTold], actor: Actor, seen: Seen | None = None, principal: Any = None
) -> list[Plan]:
    """Make new bins and change the facts of known ones, in a constant number of statements."""
    placed, plans = _placed(entries, principal)
    locked = lock_bins(row.pk for row in _known(placed).values())
    known = {(row.location_id, row.code): row for row in locked}
    plans |= {entry.row: as_seen(_plan(entry, known.get(key)), seen) for key, entry in placed.items()}
    new = {
        entry.row: Bin(location_id=key[0], code=key[1], **entry.facts)
        for key, entry in placed.items()
        if plans[entry.row].verb == Verb.CREATE
    }
    Bin.objects.bulk_create(new.values())
    changed = [(known[key], plans[one.row]) for key, one in placed.items() if plans[one.row].verb == Verb.CHANGE]
    for row, plan in changed:
        _put(row, {name: after for name, (_, after) in plan.changes.items()})
    save_many([row for row, _ in changed], list(FACTS))
    acts = [Act("inventory.create_bin", row, "imported") for row in new.values()]
    acts += [Act("inventory.change_bin", row, "imported", data=plan.changes) for row, plan in changed]
    record_many(actor, acts)
    done = {row: plan.made(new[row].pk) if row in new else plan for row, plan in plans.items()}
    return [done[entry.row] for entry in entries]


def _placed(entries: Sequence[BinTold], principal: Any) -> tuple[dict[Key, BinTold], dict[int, Plan]]:
    """Return the entries by (location, code), and by row why others are refused."""
    places = dict(within(principal, Location).values_list("code", "pk"))
    placed: dict[Key, BinTold] = {}
    plans: dict[int, Plan] = {}
    for one in entries:
        if one.location in places:
            placed[places[one.location], one.code] = one
        else:
            known = ", ".join(sorted(places)[:20]) or "none"
            sentence = f"there is no location “{one.location}”; known locations: {known}."
            plans[one.row] = refused(one, RowFault(one.row, "location", "unknown_location", sentence))
    return placed, plans


def _known(placed: Mapping[Key, BinTold]) -> dict[Key, Bin]:
    """Return the bins that are there already."""
    rows = Bin.objects.filter(location__in={key[0] for key in placed}, code__in={key[1] for key in placed})
    return {key: row for row in rows if (key := (row.location_id, row.code)) in placed}


def _plan(entry: BinTold, row: Bin | None) -> Plan:
    """Return what an entry does to its bin, or to a new one."""
    if row is None:
        return Plan(entry.row, entry.key, Verb.CREATE, {name: [None, value] for name, value in entry.facts.items()})
    pairs = {name: [getattr(row, name), value] for name, value in entry.facts.items()}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return Plan(entry.row, entry.key, Verb.CHANGE if changes else Verb.SAME, changes, object_id=row.pk)


def _put(row: Bin, facts: Mapping[str, Any]) -> None:
    """Set facts of a bin."""
    for name, value in facts.items():
        setattr(row, name, value)


def plan_undo_bins(*, rows: Sequence[ImportRow], principal: Any) -> list[Undo]:
    """Return which bins of a file can be taken back now."""
    mine = within(principal, Bin).in_bulk([row.object_id for row in rows if row.object_id])
    return _judged(rows, mine)


@transaction.atomic
def undo_bins(*, rows: Sequence[ImportRow], principal: Any, actor: Actor) -> list[Undo]:
    """Take new bins out of use, and put former facts back where they are still as imported."""
    mine = within(principal, Bin).filter(pk__in=[row.object_id for row in rows if row.object_id])
    locked = {row.pk: row for row in lock_bins(mine.values_list("pk", flat=True))}
    done = _judged(rows, locked)
    possible = [(told, locked[told.object_id or 0]) for told, undo in zip(rows, done, strict=True) if undo.possible]
    acts = []
    for told, row in possible:
        if told.verb == Verb.CREATE:
            row.is_active = False
            acts.append(Act("inventory.close_bin", row, "its import was taken back"))
            continue
        _put(row, {name: told.changes[name][0] for name in _unchanged(told, row)})
        acts.append(Act("inventory.change_bin", row, "its import was taken back"))
    save_many([row for _, row in possible], [*FACTS, "is_active"])
    record_many(actor, acts)
    return done


def _judged(rows: Sequence[ImportRow], bins: Mapping[int, Bin]) -> list[Undo]:
    """Return whether each applied row can be taken back: a new bin only while it is empty."""
    contents = contents_of(bins)
    return [_judge(told, bins.get(told.object_id or 0), contents[told.object_id or 0].pieces) for told in rows]


def _judge(told: ImportRow, row: Bin | None, pieces: int) -> Undo:
    """Return whether one row can be taken back."""
    if row is None:
        return Undo(told.row, False, GONE)
    if told.verb == Verb.CREATE:
        return Undo(told.row, not pieces, "Something lies in it by now; move that first." if pieces else "")
    stays = sorted(set(told.changes) - set(_unchanged(told, row)))
    sentence = f"Changed by somebody since, and left as it is: {', '.join(stays)}." if stays else ""
    return Undo(told.row, len(stays) < len(told.changes), sentence)


def _unchanged(told: ImportRow, row: Bin) -> list[str]:
    """Return the facts that are still as imported."""
    return [name for name, (_, after) in told.changes.items() if getattr(row, name) == after]
