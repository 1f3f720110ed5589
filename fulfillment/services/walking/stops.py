"""The stops of walks: where pieces lie, in which order a walk comes to them, and into which tote they go."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from fulfillment.fetching import Fetch, to_fetch
from fulfillment.models import Allocation, PickList, PickTask
from fulfillment.picking.codes import bin_order
from fulfillment.picking.grid import Spot
from fulfillment.picking.site import Site, site_of
from fulfillment.services.tracing import forget_stops, today_at
from inventory.models import Bin
from inventory.models.bins import BinKind
from inventory.services.bin_leaving import bins_in_turn
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.inserts import insert_rows

BETWEEN_BINS, LONGEST_BIN = " + ", 32
TOTES = "ABCDEFGHJKLM"
SITES_KEPT = 16
SHELVES = (BinKind.PICK, BinKind.RESERVE, BinKind.QUARANTINE)


@dataclass(frozen=True, slots=True)
class Turned:
    """Pieces in the order of a walk, the bins of each, and how many millimetres it takes; None where nobody knows."""

    rows: Sequence[Fetch]
    bins: Mapping[tuple[int, int], str]
    length: int | None


@dataclass(frozen=True, slots=True)
class Stops:
    """What becomes the stops of one walk: its pieces, and by piece the tote; they come after a position."""

    walk: PickList
    turned: Turned
    totes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    after: int = 0


def site_at(location_id: int) -> Site:
    """Read the bins of a location as a floor, in one statement."""
    fields = ("code", "x_mm", "y_mm", "aisle", "zone", "kind")
    return _site(tuple(Bin.objects.filter(location=location_id).order_by("sequence", "code").values_list(*fields)))


@lru_cache(maxsize=SITES_KEPT)
def _site(rows: tuple[tuple[Any, ...], ...]) -> Site:
    """Return the floor of some bins; each scan of a walk asks for the same one, and bins hardly ever change."""
    return site_of(
        Spot(code, x, y, aisle, zone, packing=kind == BinKind.PACKING, shelf=kind in SHELVES)
        for code, x, y, aisle, zone, kind in rows
    )


def pieces_in_turn(location_id: int, pieces: "QuerySet[Allocation]", now: datetime) -> Turned:
    """Read pieces in the order in which a walk from the packing benches comes to them."""
    rows = to_fetch(pieces.select_related("stock_level__product", "stock_level__location"))
    today = today_at(rows[0].allocation.stock_level.location, now) if rows else None
    bins = bins_to_pick(rows, today)
    rows.sort(key=lambda one: (bin_order(bins[one.key]), one.level.product.sku, one.key))
    walked = site_at(location_id).tour([first_bin(bins[one.key]) for one in rows])
    return Turned([rows[at] for at in walked.order], bins, walked.length)


def make_stops(walks: Iterable[Stops], actor: Actor) -> list[PickTask]:
    """Add stops to locked or new walks, in as many statements for many as for one."""
    tasks = [
        PickTask(
            pick_list=one.walk,
            fulfillment_order_id=row.allocation.fulfillment_order_id,
            allocation=row.allocation,
            part=row.part,
            position=position,
            tote=one.totes[row.key],
            bin=one.turned.bins[row.key],
            quantity=row.quantity,
            created_at=actor.now,
        )
        for one in walks
        for position, row in enumerate(one.turned.rows, one.after + 1)
    ]
    insert_rows(tasks)
    record_many(actor, [Act("floor.plan", one, one.told, created=True) for one in tasks])
    return tasks


def drop_stops(stops: Sequence[PickTask], why: str, actor: Actor) -> None:
    """End stops, whose work is locked, that nobody will make."""
    for one in stops:
        one.cancel()
    save_many(stops, ["state"])
    forget_stops(stops)
    record_many(actor, [Act("floor.drop", one, why) for one in stops])


def first_bin(codes: str) -> str:
    """Return the first of the bins of a stop: the one that the walk goes to."""
    return codes.split(BETWEEN_BINS, maxsplit=1)[0]


def bins_to_pick(pieces: Sequence[Fetch], today: date | None) -> dict[tuple[int, int], str]:
    """Return by key where pieces lie: the bins that the ledger takes them from, else the level's usual one.

    Several bins stand with a plus between them, as many as the pieces need. Lots that are blocked, or expired by that
    day, are left where they are.
    """
    held: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in bins_in_turn([one.level.pk for one in pieces], today):
        held[row.stock_level_id].append((row.where, row.quantity))
    return {one.key: _enough(held[one.level.pk], one.quantity) or one.level.bin for one in pieces}


def _enough(held: Sequence[tuple[str, int]], wanted: int) -> str:
    """Return the first bins that together have so many pieces, as far as their codes fit."""
    codes: list[str] = []
    for code, quantity in held:
        if wanted <= 0 or len(BETWEEN_BINS.join([*codes, code])) > LONGEST_BIN:
            break
        codes.append(code)
        wanted -= quantity
    return BETWEEN_BINS.join(codes)
