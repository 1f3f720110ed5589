"""Cancelling a wave: what nobody has begun is free again; what somebody has begun goes on."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.locks import lock_fulfillment_orders, lock_wave
from fulfillment.locks_walks import lock_pick_lists
from fulfillment.models import FulfillmentOrder, PickList, PickTask, Wave
from fulfillment.services.walking.following import follow_wave
from fulfillment.services.walking.stops import drop_stops
from fulfillment.services.waves.choosing import refuse_others
from fulfillment.states import LIVE_TASKS, FulfillmentOrderState, PickListState, PickTaskState, WaveState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.refusals import Refused
from oms.foundation.wording import count


def _has_unbegun(row: Wave) -> str | None:
    """Say that nothing is left to be freed."""
    if row.state in (WaveState.DRAFT, WaveState.RELEASED):
        return None
    if row.state == WaveState.IN_PROGRESS and unbegun_of(row.pk).exists():
        return None
    return f"{row} is {row.get_state_display()}: no walk of it waits to be begun any more."


def unbegun_of(wave_id: int) -> "QuerySet[PickList]":
    """Return the walks of a wave that nobody has begun."""
    return PickList.objects.filter(wave=wave_id, state=PickListState.RELEASED, begun_at=None).order_by("pk")


CAN_CANCEL = (Condition("nothing_to_free", _has_unbegun),)


@transaction.atomic
def cancel_wave(*, wave_id: int, within: "QuerySet[FulfillmentOrder]", actor: Actor) -> Wave:
    """Put a draft away, or free the orders of a released wave as far as nobody has begun their walks.

    :raises Refused: when nothing is left to be freed, orders of it are not ``within`` what the person sees, or somebody
        released it at this very moment.
    """
    refuse_others(wave_id, within)
    wanted = list(unbegun_of(wave_id).values_list("pk", flat=True))
    stops = PickTask.objects.filter(pick_list__in=wanted, state__in=LIVE_TASKS).order_by("pk")
    work = lock_fulfillment_orders(stops.values_list("fulfillment_order", flat=True))
    walks = [one for one in lock_pick_lists(wanted) if one.begun_at is None and one.state == PickListState.RELEASED]
    wave = lock_wave(wave_id)
    refuse_unless(wave, *CAN_CANCEL)
    if unbegun_of(wave_id).exclude(pk__in=wanted).exists():
        raise Refused("Somebody released it at this moment. Look again, then cancel it.", code="changed_meanwhile")
    if wave.state == WaveState.DRAFT:
        wave.cancel(at=actor.now)
        wave.save(update_fields=["state", "ended_at"])
        record(actor, "fulfillment.cancel_wave", wave, note=wave.told)
        return wave
    _free(wave, walks, work, actor)
    return follow_wave(wave_id, actor)


def _free(wave: Wave, walks: Sequence[PickList], work: Sequence[FulfillmentOrder], actor: Actor) -> None:
    """End locked walks that nobody has begun, and let their locked orders wait again."""
    own = list(PickTask.objects.filter(pick_list__in=walks, state__in=LIVE_TASKS).order_by("pk"))
    begun, half = _begun_elsewhere(wave, walks, work)
    dropped = [one for one in own if one.fulfillment_order_id not in half]
    if not dropped:
        raise Refused("What is left of it belongs to orders that are half picked: pick it.", code="half_picked")
    drop_stops(dropped, "The wave was cancelled.", actor)
    kept = {one.pick_list_id for one in own if one.fulfillment_order_id in half}
    over = [one for one in walks if one.pk not in kept]
    for one in over:
        one.cancel()
    save_many(over, ["state"])
    record_many(actor, [Act("floor.cancel_walk", one, one.told) for one in over])
    freed = [one for one in work if one.state == FulfillmentOrderState.IN_PROGRESS and one.pk not in begun]
    for row in freed:
        row.stop()
    save_many(freed, ["state"])
    record_many(actor, [Act("fulfillment.stop_picking", row, row.told) for row in freed])
    told = f"{wave.told} {count(len(over), 'walk')} and {count(len(freed), 'order')} are free again."
    stays = f" {count(len(kept), 'walk')} with orders that are half picked can still be claimed." if kept else ""
    record(actor, "fulfillment.free_wave", wave, note=told + stays)


def _begun_elsewhere(
    wave: Wave, walks: Sequence[PickList], work: Sequence[FulfillmentOrder]
) -> tuple[set[int], set[int]]:
    """Return the orders that other walks of the wave have begun, and those of them that nobody is at any more.

    The pieces that the latter lack can be reached by the stops alone that nobody has made yet.
    """
    stops = PickTask.objects.filter(pick_list__wave=wave, fulfillment_order__in=work).exclude(pick_list__in=walks)
    told = list(stops.exclude(state=PickTaskState.CANCELLED).values_list("fulfillment_order", "state"))
    begun = {pk for pk, _ in told}
    return begun, begun - {pk for pk, state in told if state in LIVE_TASKS}
