"""Counting stock by a file: levels are brought to the counted pieces through movements, row by row accountable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from inventory.locks import lock_stock_file
from inventory.models import Location, Product, StockFile, StockLevel
from inventory.models.stock import OWN_KINDS, MovementReason
from inventory.services.growing import publish_growth
from inventory.services.stock import Change, levels_at, lock_found, move_stock
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import within
from oms.foundation.imports.plans import WRITES, Plan, Seen, Verb, as_seen, refused
from oms.foundation.tables import RowFault

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one row of a stock file says; ``kept`` are bin and safety stock, where the file has such columns."""

    row: int
    sku: str
    location: str
    on_hand: int
    kept: Mapping[str, Any]
    faults: tuple[RowFault, ...] = ()

    @property
    def key(self) -> str:
        """Return the level as people name it."""
        return f"{self.sku} at {self.location}"

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)


@dataclass(frozen=True, slots=True)
class FileMemory:
    """By what a stock file is remembered; ``run`` makes the references of its movements unique."""

    digest: str
    name: str
    run: str


def plan_counts(*, entries: Sequence[Counted], principal: Any = None) -> list[Plan]:
    """Return what :func:`store_counts` would do, in the order of the entries."""
    placed, unknown = _placed(entries, principal)
    levels = levels_at(set(placed))
    return _in_order(entries, [*unknown, *(_plan(entry, levels.get(pair)) for pair, entry in placed.items())])


@transaction.atomic
def store_counts(
    *, entries: Sequence[Counted], file: FileMemory, actor: Actor, seen: Seen | None = None, principal: Any = None
) -> list[Plan]:
    """Count levels to what the rows say and remember how far the file was taken; rows at fault change nothing.

    Each level stands in at most one row.
    """
    if not entries:
        return []
    told = {"name": file.name[:200], "imported_at": actor.now, "actor_label": actor.label[:150]}
    StockFile.objects.get_or_create(digest=file.digest, defaults=told)
    memory = lock_stock_file(file.digest)
    placed, unknown = _placed(entries, principal)
    before = levels_at(set(placed))
    plans = {pair: as_seen(_plan(entry, None), seen) for pair, entry in placed.items() if pair not in before}
    fresh = {pair: placed[pair] for pair, plan in plans.items() if plan.verb == Verb.CREATE}
    levels = lock_found(level.pk for level in [*before.values(), *_created(fresh).values()])
    by_pair = {(level.product_id, level.location_id): level for level in levels.values()}
    plans |= {pair: as_seen(_plan(placed[pair], by_pair[pair]), seen) for pair in before}
    good = {pair: placed[pair] for pair, plan in plans.items() if plan.verb in WRITES}
    _move(good, by_pair, before, file.run, actor)
    _keep(good, by_pair, actor)
    done = [plan.made(by_pair[pair].pk) if pair in good else plan for pair, plan in plans.items()]
    done = _in_order(entries, [*unknown, *done])
    _remember(memory, done)
    return done


def file_taken_before(digest: str) -> StockFile | None:
    """Return what is remembered of a stock file."""
    return StockFile.objects.filter(digest=digest).first()


def _in_order(entries: Sequence[Counted], plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans in the order of their entries."""
    by_row = {plan.row: plan for plan in plans}
    return [by_row[entry.row] for entry in entries]


def _placed(entries: Sequence[Counted], principal: Any) -> tuple[dict[Pair, Counted], list[Plan]]:
    """Return the entries by (product, location), and why others that name what is unknown here are refused."""
    named = list(Product.objects.filter(sku__in=[one.sku for one in entries]).only("sku", "followed_by"))
    products = {one.sku: one.pk for one in named}
    followed = {one.sku: one.followed_word for one in named if one.is_followed}
    here = list(within(principal, Location).values_list("code", "pk", "kind"))
    places, own = {code: pk for code, pk, _ in here}, {pk for _, pk, kind in here if kind in OWN_KINDS}
    placed: dict[Pair, Counted] = {}
    unknown = []
    for entry in entries:
        if entry.location not in places:
            known = ", ".join(sorted(places)[:20]) or "none"
            sentence = f"there is no location “{entry.location}”; known locations: {known}."
            unknown.append(refused(entry, RowFault(entry.row, "location", "unknown_location", sentence)))
        elif entry.sku not in products:
            sentence = f"there is no product with the SKU “{entry.sku}”; import the products first."
            unknown.append(refused(entry, RowFault(entry.row, "sku", "unknown_sku", sentence)))
        elif entry.sku in followed and places[entry.location] in own:
            sentence = (
                f"{entry.sku} is followed by {followed[entry.sku]}: handhelds take it in, and count it bin by bin."
            )
            unknown.append(refused(entry, RowFault(entry.row, "sku", "is_followed", sentence)))
        else:
            placed[products[entry.sku], places[entry.location]] = entry
    return placed, unknown


def _plan(entry: Counted, level: StockLevel | None) -> Plan:
    """Return what counting does to the level, or to a new one."""
    if level is None:
        made = {"on_hand": [None, entry.on_hand], **{name: [None, value] for name, value in entry.kept.items()}}
        return Plan(entry.row, entry.key, Verb.CREATE, made)
    if entry.on_hand < level.allocated:
        return refused(entry, _promised(entry, level))
    wanted = {"on_hand": entry.on_hand, **entry.kept}
    pairs = {name: [getattr(level, name), value] for name, value in wanted.items()}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return Plan(entry.row, entry.key, Verb.CHANGE if changes else Verb.SAME, changes, object_id=level.pk)


def _created(fresh: Mapping[Pair, Counted]) -> dict[Pair, StockLevel]:
    """Make empty levels, with bin and safety stock, and return them."""
    rows = [StockLevel(product_id=pair[0], location_id=pair[1], **entry.kept) for pair, entry in fresh.items()]
    StockLevel.objects.bulk_create(rows, ignore_conflicts=True)
    return levels_at(set(fresh)) if fresh else {}


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
) -> None:
    """Move the differences."""
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


def _keep(good: Mapping[Pair, Counted], levels: Mapping[Pair, StockLevel], actor: Actor) -> None:
    """Write changed bins and safety stocks in one statement."""
    rows, eased = [], []
    for pair, entry in good.items():
        level = levels[pair]
        safety = entry.kept.get("safety_stock", level.safety_stock)
        if all(getattr(level, name) == value for name, value in entry.kept.items()):
            continue
        if safety < level.safety_stock:
            eased.append(level)
        level.bin, level.safety_stock, level.version = entry.kept.get("bin", level.bin), safety, level.version + 1
        rows.append(level)
    if rows:
        StockLevel.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product", "location"],
            update_fields=["bin", "safety_stock", "version", "updated_at"],
        )
        publish_growth(eased, actor)


def _remember(file: StockFile, done: Sequence[Plan]) -> None:
    """Note how far the file was taken and which of its rows still wait."""
    taken = {plan.row for plan in done}
    refused_now = {plan.row for plan in done if plan.verb == Verb.REFUSE}
    file.refused_rows = sorted((set(file.refused_rows) - taken) | refused_now)
    file.last_row = max(file.last_row, *taken)
    file.save(update_fields=["refused_rows", "last_row"])
