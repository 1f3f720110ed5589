"""Orders of a walk whose stops are done: confirmed as picked, or given new stops for what the desk has changed."""

from collections.abc import Collection, Sequence

from django.db.models import Max

from fulfillment.locks import open_allocations_of
from fulfillment.models import Allocation, PickList, PickTask
from fulfillment.services.picking import confirm_scanned
from fulfillment.services.walking.claiming import drop_stops, plan_stops
from fulfillment.services.walking.reading import is_wanted
from fulfillment.states import LIVE_TASKS, AllocationState, FulfillmentOrderState, PickTaskState
from oms.foundation.actor import Actor
from oms.foundation.audit import record

MADE = (PickTaskState.PICKED, PickTaskState.SHORT)


def settle(walk: PickList, work: Collection[int], actor: Actor) -> None:
    """Settle locked fulfillment orders of a locked walk, and end the walk when no stop is left."""
    own = PickTask.objects.filter(pick_list=walk)
    stops: dict[int, list[PickTask]] = {pk: [] for pk in work}
    known = own.filter(fulfillment_order__in=work).select_related(
        "fulfillment_order", "allocation__order_line", "allocation__stock_level", "part__stock_level"
    )
    for one in known.order_by("pk"):
        stops[one.fulfillment_order_id].append(one)
    gone = [one for each in stops.values() for one in each if one.state in LIVE_TASKS and not is_wanted(one)]
    drop_stops(gone, "The order was stopped or changed.", actor)
    for each in stops.values():
        at_work = each[0].fulfillment_order.state == FulfillmentOrderState.IN_PROGRESS
        if at_work and not any(one.state in LIVE_TASKS for one in each):
            _confirm_or_go_on(walk, each, actor)
    if not own.filter(state__in=LIVE_TASKS).exists():
        walk.complete(at=actor.now)
        walk.save(update_fields=["state", "completed_at", "leased_until"])
        record(actor, "floor.complete", walk, note=walk.told)


def _confirm_or_go_on(walk: PickList, stops: Sequence[PickTask], actor: Actor) -> None:
    """Confirm what was scanned of one order; what the desk changed meanwhile gets stops at the end of the walk."""
    work, tote = stops[0].fulfillment_order_id, stops[0].tote
    made = {(one.allocation_id, one.level.pk): one.quantity for one in stops if one.state in MADE}
    waiting = [one for one in open_allocations_of([work]) if one.state == AllocationState.ALLOCATED]
    unmade = [one.pk for one in waiting if any(made.get((one.pk, at)) != n for at, n in one.takes.items())]
    if unmade:
        last: int = PickTask.objects.filter(pick_list=walk).aggregate(last=Max("position"))["last"]
        plan_stops(walk, Allocation.objects.filter(pk__in=unmade), {work: tote}, after=last, actor=actor)
    elif waiting:
        missing = {(one.allocation_id, one.level.pk): one.missing for one in stops if one.state == PickTaskState.SHORT}
        trace = next((one.trace for one in stops if one.trace), "")
        confirm_scanned(fulfillment_order_id=work, missing=missing, trace=trace, actor=actor)
