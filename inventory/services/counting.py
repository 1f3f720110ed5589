"""Counting stock by a file: levels are brought to the counted pieces through movements, row by row accountable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory.locks import lock_stock_file
from inventory.models import Location, Product, StockFile, StockLevel
from inventory.models.stock import MovementReason
from inventory.services.catalogue import Stored
from inventory.services.stock import Change, levels_at, lock_found, move_stock, publish_growth
from oms.foundation.actor import Actor
from oms.foundation.tables import RowFault

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one row of a stock file says; ``bin`` and ``safety_stock`` are None where the file has no such column."""

    row: int
    sku: str
    location: str
    on_hand: int
    bin: str | None
    safety_stock: int | None


@transaction.atomic
def store_counts(*, entries: Sequence[Counted], digest: str, name: str, run: str, actor: Actor) -> Stored:
    """Count levels to what the rows say and remember how far the file was taken; rows at fault change nothing.

    Each level stands in at most one row. ``run`` makes the references of the movements unique.
    """
    told = {"name": name[:200], "imported_at": actor.now, "actor_label": actor.label[:150]}
    StockFile.objects.get_or_create(digest=digest, defaults=told)
    file = lock_stock_file(digest)
    placed, faults = _placed(entries)
    before = levels_at(set(placed))
    levels = lock_found(_created(placed, before).values())
    by_pair = {(level.product_id, level.location_id): level for level in levels.values()}
    faults += [_promised(entry, by_pair[pair]) for pair, entry in placed.items() if _below(entry, by_pair[pair])]
    refused = {fault.row for fault in faults}
    good = {pair: entry for pair, entry in placed.items() if entry.row not in refused}
    moved = _move(good, by_pair, before, run, actor)
    kept = _keep(good, by_pair, actor)
    _remember(file, entries, refused)
    created = sum(pair not in before for pair in good)
    changed = sum(by_pair[pair].pk in moved | kept for pair in good if pair in before)
    return Stored(created, changed, len(good) - created - changed, faults)


def file_taken_before(digest: str) -> StockFile | None:
    """Return what is remembered of a stock file."""
    return StockFile.objects.filter(digest=digest).first()


def _placed(entries: Sequence[Counted]) -> tuple[dict[Pair, Counted], list[RowFault]]:
    """Return the rows by (product, location), and the faults of those that name an unknown one."""
    products = dict(Product.objects.filter(sku__in=[one.sku for one in entries]).values_list("sku", "pk"))
    places = dict(Location.objects.values_list("code", "pk"))
    placed: dict[Pair, Counted] = {}
    faults = []
    for entry in entries:
        if entry.location not in places:
            known = ", ".join(sorted(places)[:20]) or "none"
            sentence = f"there is no location “{entry.location}”; known locations: {known}."
            faults.append(RowFault(entry.row, "location", "unknown_location", sentence))
        elif entry.sku not in products:
            sentence = f"there is no product with the SKU “{entry.sku}”; import the products first."
            faults.append(RowFault(entry.row, "sku", "unknown_sku", sentence))
        else:
            placed[products[entry.sku], places[entry.location]] = entry
    return placed, faults


def _created(placed: Mapping[Pair, Counted], before: Mapping[Pair, StockLevel]) -> dict[Pair, int]:
    """Make the missing levels, with bin and safety stock, and return the ids of all."""
    missing = [
        StockLevel(product_id=pair[0], location_id=pair[1], bin=entry.bin or "", safety_stock=entry.safety_stock or 0)
        for pair, entry in placed.items()
        if pair not in before
    ]
    StockLevel.objects.bulk_create(missing, ignore_conflicts=True)
    found = dict(before)
    if missing:
        found |= levels_at({(row.product_id, row.location_id) for row in missing})
    return {pair: level.pk for pair, level in found.items()}


def _below(entry: Counted, level: StockLevel) -> bool:
    """Tell whether fewer pieces were counted than are promised."""
    return entry.on_hand < level.allocated


def _promised(entry: Counted, level: StockLevel) -> RowFault:
    """Return why the row cannot be taken."""
    sentence = (
        f"{level.allocated} pieces of {entry.sku} at {entry.location} are promised to orders, but {entry.on_hand} were"
        " counted; move or cancel orders first, then import this row again."
    )
    return RowFault(entry.row, "on_hand", "stock_too_low", sentence)


def _move(
    good: Mapping[Pair, Counted],
    levels: Mapping[Pair, StockLevel],
    before: Mapping[Pair, StockLevel],
    run: str,
    actor: Actor,
) -> set[int]:
    """Move the differences and return the ids of the levels that moved."""
    changes = [
        Change(
            levels[pair].pk,
            entry.on_hand - levels[pair].on_hand,
            MovementReason.IMPORT if pair in before else MovementReason.OPENING,
            f"import:{run}:{entry.row}",
        )
        for pair, entry in good.items()
        if entry.on_hand != levels[pair].on_hand
    ]
    if changes:
        move_stock(changes=changes, actor=actor)
    return {change.stock_level_id for change in changes}


def _keep(good: Mapping[Pair, Counted], levels: Mapping[Pair, StockLevel], actor: Actor) -> set[int]:
    """Write changed bins and safety stocks in one statement and return the ids of those levels."""
    rows, eased = [], []
    for pair, entry in good.items():
        level = levels[pair]
        bin_ = level.bin if entry.bin is None else entry.bin
        safety = level.safety_stock if entry.safety_stock is None else entry.safety_stock
        if (bin_, safety) == (level.bin, level.safety_stock):
            continue
        if safety < level.safety_stock:
            eased.append(level)
        level.bin, level.safety_stock, level.version = bin_, safety, level.version + 1
        rows.append(level)
    if rows:
        StockLevel.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product", "location"],
            update_fields=["bin", "safety_stock", "version", "updated_at"],
        )
        publish_growth(eased, actor)
    return {row.pk for row in rows}


def _remember(file: StockFile, entries: Sequence[Counted], refused: set[int]) -> None:
    """Note how far the file was taken and which of its rows still wait."""
    taken = {entry.row for entry in entries}
    file.refused_rows = sorted((set(file.refused_rows) - taken) | refused)
    file.last_row = max(file.last_row, *taken)
    file.save(update_fields=["refused_rows", "last_row"])
