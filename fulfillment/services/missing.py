"""What a shelf did not have: pieces by where they were to lie, and how many units of an order that costs."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Q

from fulfillment.models import Allocation, FulfillmentOrder, PickTask, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.services.tracing import followed_levels, today_at
from fulfillment.states import AllocationState, PickListState, PickTaskState, WaveState
from inventory.models import StockLevel
from inventory.models.stock import MovementReason
from inventory.services.bin_leaving import pick_from_bins
from inventory.services.stock import Change
from oms.foundation.actor import Actor
from oms.foundation.refusals import Invalid, Reason, Refused

Place = tuple[int, int]
"""(allocation, stock level): of kits that are assembled each part has a level of its own."""

# a zone is over before its order is, whose other zones are still walked; what was put back is over at once
OVER = Q(pick_list__state=PickListState.COMPLETED) & ~Q(pick_list__wave__state=WaveState.IN_PROGRESS)
OVER |= Q(put_back_at__isnull=False)


def out_of_bins(waiting: Sequence[Allocation]) -> Counter[Place]:
    """Return what handhelds have taken out of the bins for locked work already: scanned, or reported as missing."""
    out: Counter[Place] = Counter()
    stops = PickTask.objects.filter(allocation__in=[one.pk for one in waiting]).exclude(OVER)
    for one in stops.exclude(state=PickTaskState.CANCELLED).select_related("allocation", "part"):
        level = one.part.stock_level_id if one.part is not None else one.allocation.stock_level_id
        out[one.allocation_id, level] += one.quantity if one.state == PickTaskState.SHORT else one.picked
    return out


def refuse_unsettled(row: FulfillmentOrder) -> None:
    """Raise :class:`Refused` while pieces of locked work that a walk reported missing have not left the stock yet."""
    stops = PickTask.objects.filter(fulfillment_order=row, state=PickTaskState.SHORT).exclude(OVER)
    stop = stops.filter(allocation__state=AllocationState.ALLOCATED).select_related("pick_list").first()
    if stop is not None:
        missing = f"{stop.missing} of {stop.quantity} were not found in {stop.bin or 'no bin'} on {stop.pick_list}"
        raise Refused(f"{missing}: confirm the picking with what is missing first.", code="pieces_missing")


def units_missed(waiting: Sequence[Allocation], lacking: Mapping[Place, int]) -> dict[int, int]:
    """Return how many units of each allocation cannot be had for lack of pieces; a kit lacks when any part does."""
    missed: Counter[int] = Counter()
    for one in waiting:
        for level, pieces in one.takes.items():
            per_unit = pieces // one.quantity
            missed[one.pk] = max(missed[one.pk], -(-lacking.get((one.pk, level), 0) // per_unit))
    return dict(+missed)


def missing_by_place(waiting: Sequence[Allocation], short: Mapping[str, int]) -> dict[Place, int]:
    """Spread the missing pieces of each SKU over what was to be picked of it, the last ones first.

    :raises Invalid: for a SKU that is not to be picked here, or more missing pieces than were to be picked.
    """
    levels = {level for one in waiting for level in one.takes}
    skus = dict(StockLevel.objects.filter(pk__in=levels).values_list("pk", "product__sku"))
    left = {sku: quantity for sku, quantity in short.items() if quantity}
    missing: dict[Place, int] = {}
    for one in reversed(waiting):
        for level, pieces in one.takes.items():
            part = min(pieces, left.get(skus[level], 0))
            if part > 0:
                missing[one.pk, level] = part
                left[skus[level]] -= part
    faults = [sku for sku, quantity in left.items() if quantity]
    if faults:
        kits = set(_assembled(waiting)) & set(faults)
        raise Invalid(reasons=[Reason("not_to_pick", _not_to_pick(sku, sku in kits), "short") for sku in faults])
    return missing


def _assembled(waiting: Sequence[Allocation]) -> list[str]:
    """Return the SKUs of the kits that are assembled here."""
    ids = [one.pk for one in waiting if one.is_assembled]
    return list(Allocation.objects.filter(pk__in=ids).values_list("order_line__sku", flat=True))


def _not_to_pick(sku: str, is_kit: bool) -> str:
    """Say why a SKU cannot be missing in that number."""
    if is_kit:
        return f"{sku} is assembled here; name the part of it that is missing."
    return f"{sku} is not to be picked here in that number; correct the missing pieces."


def lost_pieces(
    lacking: Mapping[Place, int], missed: Mapping[int, Allocation], row: FulfillmentOrder, actor: Actor, *, walked: bool
) -> list[Change]:
    """Return the movements that take pieces out of the books that the shelves do not have.

    Of a followed product they are of the lots that its bins should have had. What a walk lacked is of the lots that
    lay in the bins of its stops and could go, or of none: blocked and expired ones stay, and so do those of other bins.

    :param missed: what was missed of each allocation, by its id
    """
    note = f"not found while picking {row.number}"
    changes = []
    followed = followed_levels(level for _, level in lacking)
    for (pk, level), pieces in sorted(lacking.items()):
        one = missed[pk]
        reference = f"short:{one.pk}:{level}" if one.is_assembled else f"short:{one.pk}"
        if level not in followed:
            changes.append(Change(level, -pieces, MovementReason.DAMAGE, reference, note))
            continue
        lost = _lots_lost(pk, one, followed[level])
        if not walked and (rest := pieces - lost.total()) > 0:
            today = today_at(followed[level].location, actor.now)
            lost += pick_from_bins(pieces={level: rest}, today=today, actor=actor)
        for lot, part in lost.items():
            changes.append(Change(level, -part, MovementReason.DAMAGE, f"{reference}:{lot}", note, lot))
    return changes


def _lots_lost(allocation_id: int, missed: Allocation, level: StockLevel) -> Counter[int]:
    """Return of which lots pieces are missing, as the picker's stop noted it; from now on they belong to what ended.

    What is left of the allocation may be picked and missed again: it begins without them.
    """
    lost: Counter[int] = Counter()
    rows = TracedPieces.objects.filter(allocation=allocation_id, fate=Fate.LOST, lot__product=level.product_id)
    for lot, part in rows.values_list("lot", "quantity"):
        lost[lot] += part
    rows.update(allocation=missed)
    return lost
