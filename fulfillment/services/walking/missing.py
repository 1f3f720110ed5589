"""A short pick: the bin is flagged for a count, what it lacks leaves its book, and one number tells the story."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce

from fulfillment.models import Allocation, AllocationPart, PickTask, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.services.missing import OVER
from fulfillment.services.tracing import followed_levels, note_picked, today_at
from fulfillment.services.walking.stops import BETWEEN_BINS
from fulfillment.states import OPEN_ALLOCATIONS, AllocationState, FulfillmentOrderState, PickTaskState
from inventory.models import StockLevel
from inventory.models.bins import BinReason
from inventory.services.bin_counts import flag_for_count
from inventory.services.bin_leaving import pick_from_bins
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.numbers import random_code


def codes_of(task: PickTask) -> list[str]:
    """Return the bins of a stop, in the turn in which pieces are taken from them."""
    return task.bin.split(BETWEEN_BINS)


def leave_bins(task: PickTask, pieces: int, actor: Actor, *, lost: bool = False) -> None:
    """Take pieces out of the bins of a stop: they lie in a tote, which the book of bins does not know, or are lost."""
    level = task.level
    if level.in_bins and pieces:
        today = today_at(level.location, actor.now) if level.is_followed else None
        reason = BinReason.TAKEN_OUT if lost else BinReason.PICKED
        note = f"not found, short pick {task.trace}" if lost else f"tote {task.tote}"
        taken = {level.pk: pieces}
        lots = pick_from_bins(pieces=taken, codes=codes_of(task), reason=reason, note=note, today=today, actor=actor)
        if today is not None:
            note_picked(task, lots, actor, fate=Fate.LOST if lost else Fate.HELD)


def report_missing(task: PickTask, actor: Actor) -> str:
    """Flag the bins of a locked stop that lacks pieces and tell it on the order's timeline; return the sentence."""
    level, work = task.level, task.fulfillment_order
    what = f"{task.missing} of {task.quantity} × {level.product.sku} not found in {task.bin or 'no bin'}"
    note = f"{what}, short pick {task.trace}."
    lies_about = level.is_followed and level.without_bin > sum(pieces_in_hands([level.pk]).values())
    flag: dict[str, Any] = {"note": note, "trace": task.trace, "lies_about": lies_about}
    counts = flag_for_count(stock_level_id=level.pk, codes=codes_of(task), actor=actor, **flag)
    leave_bins(task, task.missing, actor, lost=True)
    numbers = ", ".join(one.number for one in counts)
    told = {"trace": task.trace, "missing": task.missing, "counts": [one.pk for one in counts]}
    acts = [Act("floor.miss", task, note, told)]
    acts += [Act("fulfillment.short_pick", work, f"{note} To be counted: {numbers}.", told)]
    record_many(actor, acts)
    kit = f" for {task.allocation.order_line.sku} as a whole" if task.part is not None else ""
    aside = " What of it lies about is put away first." if lies_about else ""
    return f"{what}. It is to be counted; the order is sourced again{kit}.{aside}"


def trace_of(task: PickTask) -> str:
    """Return the number of the short pick that a stop belongs to: one for all stops of an order on a walk."""
    mates = PickTask.objects.filter(pick_list=task.pick_list_id, fulfillment_order=task.fulfillment_order_id)
    known = mates.exclude(trace="").values_list("trace", flat=True).first()
    return known or random_code(7, prefix="S")


def pieces_in_hands(level_ids: Collection[int]) -> Mapping[tuple[int, int | None], int]:
    """Return by level and lot the pieces in totes and parcels: picked and not sent, or missing and still booked."""
    followed = followed_levels(level_ids)
    unnamed = _unnamed_in_hands([pk for pk in level_ids if pk not in followed])
    return {(pk, None): pieces for pk, pieces in unnamed.items()} | dict(_lots_in_hands(followed.values()))


def _lots_in_hands(levels: Iterable[StockLevel]) -> Counter[tuple[int, int | None]]:
    """Return by level and lot what was picked and not sent, or missed by a stop and still in the books."""
    pks = {(level.product_id, level.location_id): level.pk for level in levels}
    found: Counter[tuple[int, int | None]] = Counter()
    if not pks:
        return found
    live = Q(fate=Fate.HELD, allocation__state__in=OPEN_ALLOCATIONS)
    live |= Q(fate=Fate.LOST, allocation__state=AllocationState.ALLOCATED)
    rows = TracedPieces.objects.filter(live, lot__product__in={product for product, _ in pks})
    at = "allocation__fulfillment_order__location"
    for product, place, lot, pieces in rows.values_list("lot__product", at, "lot", "quantity"):
        if (product, place) in pks:
            found[pks[product, place], lot] += pieces
    return found


def _unnamed_in_hands(level_ids: Collection[int]) -> Mapping[int, int]:
    """Return by level the pieces in totes and parcels of what is followed by nothing."""
    found: dict[int, int] = {}
    pieces = Allocation.objects.filter(stock_level__in=list(level_ids), is_assembled=False).order_by()
    picked = pieces.filter(state=AllocationState.PICKED).values_list("stock_level")
    parts = AllocationPart.objects.filter(stock_level__in=list(level_ids), allocation__state=AllocationState.PICKED)
    of_kits = parts.order_by().values_list("stock_level").annotate(pieces=Sum(F("per_kit") * F("allocation__quantity")))
    lies_at = Coalesce(F("part__stock_level"), F("allocation__stock_level"))
    taken = (
        PickTask.objects.annotate(lies_at=lies_at)
        .filter(
            lies_at__in=list(level_ids),
            allocation__state=AllocationState.ALLOCATED,
            fulfillment_order__state=FulfillmentOrderState.IN_PROGRESS,
            state__in=[PickTaskState.OPEN, PickTaskState.SKIPPED, PickTaskState.PICKED, PickTaskState.SHORT],
        )
        .exclude(OVER)
    )
    away = Case(When(state=PickTaskState.SHORT, then=F("quantity")), default=F("picked"))
    on_walks = taken.order_by().values_list("lies_at").annotate(pieces=Sum(away))
    for level, number in [*picked.annotate(pieces=Sum("quantity")), *of_kits, *on_walks]:
        found[level] = found.get(level, 0) + number
    return found
