"""Lots that may not go: promises that other lots cannot keep are taken back, and their orders sourced again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, Sum

from fulfillment.locks import lock_fulfillment_orders, open_allocations_of
from fulfillment.models import FulfillmentOrder
from fulfillment.services.counted import NOT_BEGUN, Told, end_promises, newest_first, work_at
from fulfillment.services.lots_kept import in_hands, tell_who_holds, why_not
from fulfillment.services.missing import units_missed
from fulfillment.services.picking import miss_pieces
from fulfillment.services.tracing import today_at
from inventory.locks import lock_levels
from inventory.models import BinStock, Lot, StockLevel
from oms.foundation.actor import Actor
from oms.foundation.numbers import random_code


@dataclass(frozen=True, slots=True)
class Blocked:
    """A lot that may not go from one of the locations where it lies."""

    lot_id: int
    location_id: int


@transaction.atomic
def take_promises_back(*, blocked: Sequence[Blocked], actor: Actor) -> None:
    """Take promises back that the lots of a location which may go cannot keep.

    They are taken from the newest work that nobody has begun; begun work is told at its stop. In which totes and
    parcels pieces lie already stands on the timelines of the lot and of the work.
    """
    found = _levels_of(blocked, actor)
    for level, lot in found:
        tell_who_holds(lot, level.location_id, actor)
    _take_back_at({level.pk: lot for level, lot in found}, actor)


def sweep_expired(*, actor: Actor) -> int:
    """Take promises back of pieces that have expired at their location's midnight; return at how many levels."""
    by_then = (actor.now + timedelta(days=1)).date()
    bad = Q(lot__blocked_at__isnull=False) | Q(lot__expires_on__lt=by_then)
    rows = BinStock.objects.filter(bad, quantity__gt=0, stock_level__allocated__gt=0).order_by("pk")
    pairs = [Blocked(lot, place) for lot, place in rows.values_list("lot", "stock_level__location")]
    bad_at = dict(_levels_of(pairs, actor))
    found = {level.pk: lot for level, lot in bad_at.items() if _lacking(level, actor) > 0}
    _take_back_at(found, actor)
    return len(found)


def _levels_of(blocked: Sequence[Blocked], actor: Actor) -> list[tuple[StockLevel, Lot]]:
    """Return the levels of lots that still may not go, each with its lot."""
    lots = Lot.objects.select_related("product").in_bulk({one.lot_id for one in blocked})
    levels = StockLevel.objects.filter(product__in={lot.product_id for lot in lots.values()})
    levels = levels.filter(location__in={one.location_id for one in blocked}).select_related("location")
    by_place = {(row.product_id, row.location_id): row for row in levels}
    found = []
    for one in dict.fromkeys(blocked):
        lot = lots[one.lot_id]
        row = by_place.get((lot.product_id, one.location_id))
        if row is not None and why_not(lot, row.location, actor.now):
            found.append((row, lot))
    return found


@transaction.atomic
def _take_back_at(lots_by_level: Mapping[int, Lot], actor: Actor) -> None:
    """Take promises back at some levels, each with a lot of which too many pieces may not go."""
    work = {row.pk: row for row in lock_fulfillment_orders(work_at(dict.fromkeys(lots_by_level, 0)))}
    for level in lock_levels(lots_by_level):
        _take_back(level, lots_by_level[level.pk], work, actor)


def _take_back(level: StockLevel, lot: Lot, work: Mapping[int, FulfillmentOrder], actor: Actor) -> None:
    """Take promises of a locked level back, as far as it has too few pieces that may go."""
    lacking = _lacking(level, actor)
    if lacking <= 0:
        return
    free = [pk for pk, one in work.items() if one.state in NOT_BEGUN]
    waiting = [one for one in open_allocations_of(free) if level.pk in one.takes]
    if not waiting:
        return
    gone, _ = newest_first(waiting, {level.pk: lacking})
    ended = miss_pieces(waiting, units_missed(waiting, gone), actor)
    trace = random_code(7, prefix="S")
    why = f"of {lot} may not go: {why_not(lot, level.location, actor.now)} Short pick {trace}"
    end_promises(list(ended.values()), work, Told("fulfillment.recall_lot", why, trace, {"lot": lot.pk}), actor)


def _lacking(level: StockLevel, actor: Actor) -> int:
    """Return how many promised pieces of a level are not among those that may go.

    What was picked of a lot that may not go waits for a person: its promise belongs to begun work.
    """
    bad = Q(lot__blocked_at__isnull=False) | Q(lot__expires_on__lt=today_at(level.location, actor.now))
    lying = BinStock.objects.filter(bad, stock_level=level).aggregate(pieces=Sum("quantity"))["pieces"] or 0
    mine = Q(lot__product=level.product_id, allocation__fulfillment_order__location=level.location_id)
    held = in_hands(bad & mine).aggregate(pieces=Sum("quantity"))["pieces"] or 0
    return int(level.allocated - level.on_hand + lying - held)
