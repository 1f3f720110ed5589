"""Incoming stock as a file gives it: new announcements, changed pieces and days, and taking both back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from inventory.locks import lock_incoming_rows
from inventory.models import IncomingStock, Location, Product
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.imports.kinds import Undo, within
from oms.foundation.imports.plans import Plan, Seen, Verb, as_seen, refused
from oms.foundation.models import ImportRow
from oms.foundation.tables import RowFault

Key = tuple[str, int, int]
GONE = "It is no longer there, or not at one of your locations."


@dataclass(frozen=True, slots=True)
class Announced:
    """What one row of a file says."""

    row: int
    reference: str
    sku: str
    location: str
    quantity: int
    expected_on: date
    faults: tuple[RowFault, ...] = ()

    @property
    def key(self) -> str:
        """Return the announcement as people name it."""
        return f"{self.reference}: {self.sku} to {self.location}"

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)

    @property
    def expects(self) -> dict[str, Any]:
        """Return the columns that a file can change."""
        return {"quantity": self.quantity, "expected_on": self.expected_on.isoformat()}


def plan_announcements(*, entries: Sequence[Announced], principal: Any = None) -> list[Plan]:
    """Return what :func:`store_announcements` would do, in the order of the entries."""
    placed, plans = _placed(entries, principal)
    known = _known(placed)
    plans |= {entry.row: _plan(entry, known.get(key)) for key, entry in placed.items()}
    return [plans[entry.row] for entry in entries]


@transaction.atomic
def store_announcements(
    *, entries: Sequence[Announced], actor: Actor, seen: Seen | None = None, principal: Any = None
) -> list[Plan]:
    """Announce what is new and change what is expected otherwise, in a constant number of statements.

    What is closed, or has come beyond what a row expects, refuses the row.
    """
    placed, plans = _placed(entries, principal)
    locked = lock_incoming_rows(row.pk for row in _known(placed).values())
    known = {(row.reference, row.product_id, row.location_id): row for row in locked}
    plans |= {entry.row: as_seen(_plan(entry, known.get(key)), seen) for key, entry in placed.items()}
    changed = [(known[key], entry) for key, entry in placed.items() if plans[entry.row].verb == Verb.CHANGE]
    new = {entry.row: _fresh(key, entry) for key, entry in placed.items() if plans[entry.row].verb == Verb.CREATE}
    IncomingStock.objects.bulk_create(new.values())
    for row, entry in changed:
        row.quantity, row.expected_on = entry.quantity, entry.expected_on
    save_many([row for row, _ in changed], ["quantity", "expected_on"])
    acts = [Act("inventory.announce_stock", row, f"{row.quantity} pieces, imported.") for row in new.values()]
    acts += [
        Act("inventory.reschedule_stock", row, "imported", data=plans[entry.row].changes) for row, entry in changed
    ]
    record_many(actor, acts)
    done = {row: plan.made(new[row].pk) if row in new else plan for row, plan in plans.items()}
    return [done[entry.row] for entry in entries]


def _placed(entries: Sequence[Announced], principal: Any) -> tuple[dict[Key, Announced], dict[int, Plan]]:
    """Return the entries by (reference, product, location), and by row why others are refused."""
    products = dict(Product.objects.filter(sku__in=[one.sku for one in entries]).values_list("sku", "pk"))
    places = dict(within(principal, Location).values_list("code", "pk"))
    placed: dict[Key, Announced] = {}
    plans: dict[int, Plan] = {}
    for one in entries:
        if one.location not in places:
            known = ", ".join(sorted(places)[:20]) or "none"
            sentence = f"there is no location “{one.location}”; known locations: {known}."
            plans[one.row] = refused(one, RowFault(one.row, "location", "unknown_location", sentence))
        elif one.sku not in products:
            sentence = f"there is no product with the SKU “{one.sku}”; import the products first."
            plans[one.row] = refused(one, RowFault(one.row, "sku", "unknown_sku", sentence))
        else:
            placed[one.reference, products[one.sku], places[one.location]] = one
    return placed, plans


def _known(placed: Mapping[Key, Announced]) -> dict[Key, IncomingStock]:
    """Return the announcements that are there already."""
    rows = IncomingStock.objects.filter(
        reference__in={key[0] for key in placed}, product__in={key[1] for key in placed}
    )
    return {key: row for row in rows if (key := (row.reference, row.product_id, row.location_id)) in placed}


def _plan(entry: Announced, row: IncomingStock | None) -> Plan:
    """Return what an entry does to its announcement, or to a new one."""
    if row is None:
        return Plan(entry.row, entry.key, Verb.CREATE, {name: [None, value] for name, value in entry.expects.items()})
    before = {"quantity": row.quantity, "expected_on": row.expected_on.isoformat()}
    changes = {name: [before[name], value] for name, value in entry.expects.items() if before[name] != value}
    if not changes:
        return Plan(entry.row, entry.key, Verb.SAME, object_id=row.pk)
    if row.closed_at is not None:
        return refused(entry, RowFault(entry.row, "reference", "closed", "it has come, or is expected no more."))
    if entry.quantity <= row.received:
        sentence = f"{row.received} pieces have come already; expect more than that, or close it on its page."
        return refused(entry, RowFault(entry.row, "quantity", "already_received", sentence))
    return Plan(entry.row, entry.key, Verb.CHANGE, changes, object_id=row.pk)


def _fresh(key: Key, entry: Announced) -> IncomingStock:
    """Return an announcement that is not saved yet."""
    reference, product, place = key
    return IncomingStock(
        reference=reference,
        product_id=product,
        location_id=place,
        quantity=entry.quantity,
        expected_on=entry.expected_on,
    )


def plan_undo_announcements(*, rows: Sequence[ImportRow], principal: Any) -> list[Undo]:
    """Return which announcements of a file can be taken back now."""
    mine = within(principal, IncomingStock).in_bulk([row.object_id for row in rows if row.object_id])
    return [_judge(row, mine.get(row.object_id or 0)) for row in rows]


@transaction.atomic
def undo_announcements(*, rows: Sequence[ImportRow], principal: Any, actor: Actor) -> list[Undo]:
    """Expect new ones no more, and put former pieces and days back where they are still as imported."""
    mine = within(principal, IncomingStock).filter(pk__in=[row.object_id for row in rows if row.object_id])
    locked = {row.pk: row for row in lock_incoming_rows(mine.values_list("pk", flat=True))}
    done = [_judge(row, locked.get(row.object_id or 0)) for row in rows]
    possible = [(row, locked[row.object_id or 0]) for row, undo in zip(rows, done, strict=True) if undo.possible]
    acts = []
    for told, row in possible:
        if told.verb == Verb.CREATE:
            row.closed_at = actor.now
            acts.append(Act("inventory.close_incoming", row, "its import was taken back"))
            continue
        row.quantity = told.changes.get("quantity", [row.quantity])[0]
        row.expected_on = date.fromisoformat(told.changes.get("expected_on", [row.expected_on.isoformat()])[0])
        acts.append(Act("inventory.reschedule_stock", row, "its import was taken back"))
    save_many([row for _, row in possible], ["quantity", "expected_on", "closed_at"])
    record_many(actor, acts)
    return done


def _judge(told: ImportRow, row: IncomingStock | None) -> Undo:
    """Return whether an applied row can be taken back."""
    if row is None:
        return Undo(told.row, False, GONE)
    if row.closed_at is not None:
        return Undo(told.row, False, "It has come, or is expected no more.")
    after = {"quantity": row.quantity, "expected_on": row.expected_on.isoformat()}
    if any(after[name] != pair[1] for name, pair in told.changes.items()):
        return Undo(told.row, False, "Somebody has changed what is expected since.")
    before = told.changes.get("quantity", [row.quantity])[0]
    if told.verb == Verb.CHANGE and before <= row.received:
        return Undo(told.row, False, f"{row.received} pieces have come already.")
    return Undo(told.row, True)
