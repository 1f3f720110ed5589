"""Orders of a walk whose stops are done: confirmed as picked, or given new stops for what the desk has changed."""

from collections.abc import Collection, Sequence

from django.db.models import Max, Q, QuerySet

from fulfillment.locks import open_allocations_of
from fulfillment.models import Allocation, PickList, PickTask
from fulfillment.services.picking import confirm_scanned
from fulfillment.services.tracing import forget
from fulfillment.services.walking.following import follow_wave
from fulfillment.services.walking.reading import is_wanted
from fulfillment.services.walking.stops import Stops, drop_stops, make_stops, pieces_in_turn
from fulfillment.states import LIVE_TASKS, AllocationState, FulfillmentOrderState, PickTaskState
from oms.foundation.actor import Actor
from oms.foundation.audit import record

MADE = (PickTaskState.PICKED, PickTaskState.SHORT)


def settle(walk: PickList, work: Collection[int], actor: Actor) -> None:
    """Settle locked fulfillment orders of a locked walk, and end the walk when no stop is left."""
    stops: dict[int, list[PickTask]] = {pk: [] for pk in work}
    # whose picking was stopped is no work of this walk, also when somebody has begun it anew
    known = _of_walk_or_wave(walk).filter(fulfillment_order__in=work, put_back_at=None)
    known = known.select_related(
        "fulfillment_order", "allocation__order_line", "allocation__stock_level", "part__stock_level"
    )
    for one in known.order_by("pk"):
        stops[one.fulfillment_order_id].append(one)
    gone = [one for each in stops.values() for one in each if one.state in LIVE_TASKS and not is_wanted(one)]
    drop_stops(gone, "The order was stopped or changed.", actor)
    for each in filter(None, stops.values()):
        at_work = each[0].fulfillment_order.state == FulfillmentOrderState.IN_PROGRESS
        if at_work and not any(one.state in LIVE_TASKS for one in each):
            _confirm_or_go_on(walk, each, actor)
    if not PickTask.objects.filter(pick_list=walk, state__in=LIVE_TASKS).exists():
        walk.complete(at=actor.now)
        walk.save(update_fields=["state", "completed_at", "leased_until"])
        record(actor, "floor.complete", walk, note=walk.told)
        if walk.wave_id:
            follow_wave(walk.wave_id, actor)


def _of_walk_or_wave(walk: PickList) -> "QuerySet[PickTask]":
    """Return the stops that an order of a walk may have: in all walks of its wave, since zones meet at packing."""
    mine = Q(pick_list__wave=walk.wave_id) if walk.wave_id else Q(pick_list=walk)
    return PickTask.objects.filter(mine)


def _confirm_or_go_on(walk: PickList, stops: Sequence[PickTask], actor: Actor) -> None:
    """Confirm what was scanned of one order; what the desk changed meanwhile gets stops at the end of the walk."""
    work = stops[0].fulfillment_order_id
    tote = next((one.tote for one in stops if one.pick_list_id == walk.pk), stops[0].tote)
    made = {(one.allocation_id, one.level.pk): one.quantity for one in stops if one.state in MADE}
    waiting = [one for one in open_allocations_of([work]) if one.state == AllocationState.ALLOCATED]
    unmade = [one.pk for one in waiting if any(made.get((one.pk, at)) != n for at, n in one.takes.items())]
    if unmade:
        last: int = PickTask.objects.filter(pick_list=walk).aggregate(last=Max("position"))["last"]
        forget(unmade)
        turned = pieces_in_turn(walk.location_id, Allocation.objects.filter(pk__in=unmade), actor.now)
        make_stops([Stops(walk, turned, {one.key: tote for one in turned.rows}, after=last)], actor)
    elif waiting:
        missing = {(one.allocation_id, one.level.pk): one.missing for one in stops if one.state == PickTaskState.SHORT}
        trace = next((one.trace for one in stops if one.trace), "")
        confirm_scanned(fulfillment_order_id=work, missing=missing, trace=trace, actor=actor)
