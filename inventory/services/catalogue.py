"""Keeping the catalogue: products and locations as a file gives them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction

from inventory.services.shelves import SWITCH, Entry, LocationShelf, ProductShelf, Shelf
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.audit import Act, record_many
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb, as_seen, nothing_earlier, refused

Row = TypeVar("Row", bound=Versioned)


def plan_products(*, entries: Sequence[Entry], earlier: Earlier = nothing_earlier) -> list[Plan]:
    """Return what :func:`store_products` would do, in the order of the entries; ``earlier`` as for a preview."""
    articles = {plan.row: plan for plan in plan_rows(ProductShelf(), _articles(entries), earlier)}

    def before(keys: Iterable[str]) -> dict[str, Plan]:
        """Return the plans of articles in the same call too."""
        wanted = set(keys)
        return {**earlier(wanted), **{plan.key: plan for plan in articles.values() if plan.key in wanted}}

    variants = {plan.row: plan for plan in plan_rows(ProductShelf(), _variants(entries), before)}
    return [articles.get(entry.row) or variants[entry.row] for entry in entries]


def plan_locations(*, entries: Sequence[Entry], principal: Any = None) -> list[Plan]:
    """Return what :func:`store_locations` would do."""
    return plan_rows(LocationShelf(principal), entries, nothing_earlier)


@transaction.atomic
def store_products(*, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
    """Create or change products by SKU, articles before their variants; values that a file lacks stay as they are."""
    groups = (_articles(entries), _variants(entries))
    done = {plan.row: plan for group in groups for plan in store_rows(ProductShelf(), group, actor, seen)}
    return [done[entry.row] for entry in entries]


@transaction.atomic
def store_locations(
    *, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None, principal: Any = None
) -> list[Plan]:
    """Create or change locations by code; values that a file does not have stay as they are."""
    return store_rows(LocationShelf(principal), entries, actor, seen)


def _articles(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of products that are nobody's variants."""
    return [entry for entry in entries if not entry.values.get("parent")]


def _variants(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of variants."""
    return [entry for entry in entries if entry.values.get("parent")]


def _ids(shelf: Shelf[Row], entries: Sequence[Entry]) -> list[int]:
    """Return the primary keys of the rows that the entries touch."""
    rows = shelf.model._default_manager.filter(**{f"{shelf.key}__in": shelf.keys(entries)})
    return list(rows.values_list("pk", flat=True))


def plan_rows(shelf: Shelf[Row], entries: Sequence[Entry], earlier: Earlier = nothing_earlier) -> list[Plan]:
    """Return what storing the entries would do."""
    if not entries:
        return []
    rows = shelf.model._default_manager.filter(**{f"{shelf.key}__in": [entry.key for entry in entries]})
    known = {getattr(row, shelf.key): row for row in rows}
    shelf.look_around(entries, earlier)
    return [plan_one(shelf, entry, known.get(entry.key)) for entry in entries]


def plan_one(shelf: Shelf[Row], entry: Entry, row: Row | None) -> Plan:
    """Return what storing one entry does to the row of its key, or to a new one."""
    fault = shelf.fault(entry)
    if fault is not None:
        return refused(entry, fault)
    if row is None:
        made = {name: [None, plain(value)] for name, value in entry.values.items()}
        return Plan(entry.row, entry.key, Verb.CREATE, made)
    pairs = {name: (shelf.value(row, name), value) for name, value in entry.values.items()}
    changes = {name: [plain(before), plain(value)] for name, (before, value) in pairs.items() if before != value}
    return Plan(entry.row, entry.key, Verb.CHANGE if changes else Verb.SAME, changes, object_id=row.pk)


def store_rows(shelf: Shelf[Row], entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
    """Lock what exists, change what differs, insert what is new, in a constant number of statements."""
    if not entries:
        return []
    known = {getattr(row, shelf.key): row for row in shelf.lock(_ids(shelf, entries))}
    shelf.look_around(entries, nothing_earlier)
    plans = [as_seen(plan_one(shelf, entry, known.get(entry.key)), seen) for entry in entries]
    return write_plans(shelf, entries, plans, known, actor)


def write_plans(
    shelf: Shelf[Row],
    entries: Sequence[Entry],
    plans: Sequence[Plan],
    known: Mapping[str, Row],
    actor: Actor,
    did: str = "imported",
) -> list[Plan]:
    """Write what the plans change on locked rows, with histories and audit lines, and return what was done.

    A row that is there already is switched on or off last, by its own service.
    """
    made, changed = _written(shelf, entries, plans, known)
    reason = f"{did} by {actor.label}"
    _insert(shelf, list(made.values()), actor, reason)
    told = {plan.row: {k: v for k, v in plan.changes.items() if k != SWITCH} for plan in plans if plan.row in changed}
    columns = {name for changes in told.values() for name in changes} - shelf.beside
    _update(shelf, [row for at, row in changed.items() if told[at]], columns, actor, reason)
    rows = made | changed
    shelf.put_beside({rows[plan.row].pk: plan.changes for plan in plans if plan.row in rows})
    room, word = shelf.model._meta.app_label, shelf.model._meta.model_name
    acts = [Act(f"{room}.change_{word}", changed[at], data=changes) for at, changes in told.items() if changes]
    record_many(actor, [*acts, *(Act(f"{room}.create_{word}", row) for row in made.values())])
    for plan in plans:
        if plan.row in changed and SWITCH in plan.changes:
            shelf.switch(changed[plan.row], plan.changes[SWITCH][1], note=reason, actor=actor)
    return [plan.made(made[plan.row].pk) if plan.row in made else plan for plan in plans]


def _written(
    shelf: Shelf[Row], entries: Sequence[Entry], plans: Sequence[Plan], known: Mapping[str, Row]
) -> tuple[dict[int, Row], dict[int, Row]]:
    """Set in memory what the plans change, and return new rows and changed ones by the row of the file."""
    rows: dict[Verb, dict[int, Row]] = {Verb.CREATE: {}, Verb.CHANGE: {}}
    for entry, plan in zip(entries, plans, strict=True):
        if plan.verb in rows:
            row = known.get(entry.key) or shelf.model(**{shelf.key: entry.key})
            for name in plan.changes:
                if name not in shelf.beside and (name != SWITCH or plan.verb is Verb.CREATE):
                    shelf.put(row, name, entry.values[name])
            rows[plan.verb][entry.row] = row
    return rows[Verb.CREATE], rows[Verb.CHANGE]


def plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def _insert(shelf: Shelf[Row], rows: list[Row], actor: Actor, reason: str) -> None:
    """Insert the rows with their histories."""
    if rows:
        shelf.model._default_manager.bulk_create(rows)
        _remember(shelf.model, rows, actor, reason, update=False)


def _update(shelf: Shelf[Row], rows: list[Row], columns: set[str], actor: Actor, reason: str) -> None:
    """Write the changed columns of locked rows in one statement, with their histories."""
    if not rows:
        return
    for row in rows:
        row.version += 1
    written = sorted({*columns, "version", "updated_at"})
    shelf.model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[shelf.key], update_fields=written
    )
    _remember(shelf.model, rows, actor, reason, update=True)


def _remember(model: Any, rows: list[Row], actor: Actor, reason: str, *, update: bool) -> None:
    """Write the history of the rows, naming who did it."""
    model.history.bulk_history_create(rows, update=update, default_change_reason=reason[:100], default_date=actor.now)
