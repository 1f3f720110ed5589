"""Keeping the catalogue: products and locations as a file or a person gives them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction

from inventory.locks import lock_locations, lock_products
from inventory.models import Location, Product
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.audit import Act, record_many
from oms.foundation.tables import RowFault

Row = TypeVar("Row", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row of a file says: its key and the values of the columns the file has."""

    row: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a number of rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)


@transaction.atomic
def store_products(*, entries: Sequence[Entry], actor: Actor) -> Stored:
    """Create or change products by SKU; values that a file does not have stay as they are."""
    return _store(Product, "sku", lock_products, entries, actor)


@transaction.atomic
def store_locations(*, entries: Sequence[Entry], actor: Actor) -> Stored:
    """Create or change locations by code; values that a file does not have stay as they are."""
    return _store(Location, "code", lock_locations, entries, actor)


def _store(
    model: type[Row], key: str, lock: Callable[[Iterable[int]], list[Row]], entries: Sequence[Entry], actor: Actor
) -> Stored:
    """Lock what exists, change what differs, insert what is new, in a constant number of statements."""
    keys = [entry.key for entry in entries]
    ids = model._default_manager.filter(**{f"{key}__in": keys}).values_list("pk", flat=True)
    known = {getattr(row, key): row for row in lock(list(ids))}
    acts, changed, created = [], [], []
    columns: set[str] = set()
    for entry in entries:
        row = known.get(entry.key)
        if row is None:
            created.append(model(**{key: entry.key, **entry.values}))
            continue
        differences = _apply(row, entry.values)
        if differences:
            changed.append(row)
            columns |= differences.keys()
            acts.append(Act(f"inventory.change_{model._meta.model_name}", row, data=differences))
    _insert(model, key, created, actor)
    _update(model, key, changed, columns, actor)
    acts += [Act(f"inventory.create_{model._meta.model_name}", row) for row in created]
    record_many(actor, acts)
    return Stored(len(created), len(changed), len(entries) - len(created) - len(changed))


def _apply(row: Versioned, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the values that differ and return them as before and after."""
    differences = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            differences[name] = [_plain(before), _plain(value)]
            setattr(row, name, value)
    return differences


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def _insert(model: type[Row], key: str, rows: list[Row], actor: Actor) -> None:
    """Insert the rows with their histories."""
    if rows:
        model._default_manager.bulk_create(rows)
        _remember(model, rows, actor, update=False)


def _update(model: type[Row], key: str, rows: list[Row], columns: set[str], actor: Actor) -> None:
    """Write the changed columns of locked rows in one statement, with their histories."""
    if not rows:
        return
    for row in rows:
        row.version += 1
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[key], update_fields=sorted({*columns, "version", "updated_at"})
    )
    _remember(model, rows, actor, update=True)


def _remember(model: Any, rows: list[Row], actor: Actor, *, update: bool) -> None:
    """Write the history of the rows, naming who imported them."""
    model.history.bulk_history_create(
        rows, update=update, default_change_reason=f"imported by {actor.label}"[:100], default_date=actor.now
    )
