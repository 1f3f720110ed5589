"""A blocked lot: promises of pieces that other lots cannot keep are taken back, and their orders sourced again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, Sum

from fulfillment.locks import lock_fulfillment_orders, open_allocations_of
from fulfillment.models import FulfillmentOrder
from fulfillment.services.counted import NOT_BEGUN, Told, end_promises, newest_first, work_at
from fulfillment.services.lots_kept import tell_who_holds
from fulfillment.services.missing import units_missed
from fulfillment.services.picking import miss_pieces
from fulfillment.services.tracing import today_at
from inventory.locks import lock_levels
from inventory.models import BinStock, Lot, StockLevel
from oms.foundation.actor import Actor
from oms.foundation.numbers import random_code


@dataclass(frozen=True, slots=True)
class Blocked:
    """A lot that was blocked, at one of the locations where it lies."""

    lot_id: int
    location_id: int


@transaction.atomic
def take_promises_back(*, blocked: Sequence[Blocked], actor: Actor) -> None:
    """Take promises back that the lots of a location which may go cannot keep.

    They are taken from the newest work that nobody has begun; begun work is told at its stop. In which totes and
    parcels pieces lie already stands on the timelines of the lot and of the work.
    """
    lots = Lot.objects.filter(blocked_at__isnull=False).select_related("product")
    lots_by_level: dict[int, Lot] = {}
    for one, lot in ((one, lots.filter(pk=one.lot_id).first()) for one in blocked):
        if lot is not None:
            levels = StockLevel.objects.filter(product=lot.product_id, location=one.location_id)
            lots_by_level |= dict.fromkeys(levels.values_list("pk", flat=True), lot)
            tell_who_holds(lot, one.location_id, actor)
    work = {row.pk: row for row in lock_fulfillment_orders(work_at(dict.fromkeys(lots_by_level, 0)))}
    for level in lock_levels(lots_by_level):
        _take_back(level, lots_by_level[level.pk], work, actor)


def _take_back(level: StockLevel, lot: Lot, work: Mapping[int, FulfillmentOrder], actor: Actor) -> None:
    """Take promises of a locked level back, as far as it has too few pieces that may go."""
    lacking = level.allocated - level.on_hand + _unsellable(level, actor)
    if lacking <= 0:
        return
    free = [pk for pk, one in work.items() if one.state in NOT_BEGUN]
    waiting = [one for one in open_allocations_of(free) if level.pk in one.takes]
    gone, _ = newest_first(waiting, {level.pk: lacking})
    ended = miss_pieces(waiting, units_missed(waiting, gone), actor)
    trace = random_code(7, prefix="S")
    why = f"of {lot} may not go: {lot.blocked_why}. Short pick {trace}"
    end_promises(list(ended.values()), work, Told("fulfillment.recall_lot", why, trace, {"lot": lot.pk}), actor)


def _unsellable(level: StockLevel, actor: Actor) -> int:
    """Return the pieces in bins that are blocked or have expired; what was picked of them waits for a person."""
    bad = Q(lot__blocked_at__isnull=False) | Q(lot__expires_on__lt=today_at(level.location, actor.now))
    rows = BinStock.objects.filter(bad, stock_level=level, bin__isnull=False)
    return int(rows.aggregate(pieces=Sum("quantity"))["pieces"] or 0)
