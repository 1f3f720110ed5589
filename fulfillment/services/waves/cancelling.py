"""Cancelling a wave: what nobody has begun is free again; what somebody has begun goes on."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.locks import lock_fulfillment_orders, lock_pick_lists, lock_wave
from fulfillment.models import FulfillmentOrder, PickList, PickTask, Wave
from fulfillment.services.walking.following import follow_wave
from fulfillment.services.walking.stops import drop_stops
from fulfillment.states import LIVE_TASKS, FulfillmentOrderState, PickListState, WaveState
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
def cancel_wave(*, wave_id: int, actor: Actor) -> Wave:
    """Put a draft away, or free the orders of a released wave as far as nobody has begun their walks.

    :raises Refused: when nothing is left to be freed, or somebody released it at this very moment.
    """
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
    drop_stops(own, "The wave was cancelled.", actor)
    for one in walks:
        one.cancel()
    save_many(walks, ["state"])
    record_many(actor, [Act("floor.cancel_walk", one, one.told) for one in walks])
    elsewhere = PickTask.objects.filter(pick_list__wave=wave, fulfillment_order__in=work).exclude(pick_list__in=walks)
    going_on = set(elsewhere.values_list("fulfillment_order", flat=True))
    freed = [one for one in work if one.state == FulfillmentOrderState.IN_PROGRESS and one.pk not in going_on]
    for row in freed:
        row.stop()
    save_many(freed, ["state"])
    record_many(actor, [Act("fulfillment.stop_picking", row, row.told) for row in freed])
    told = f"{wave.told} {count(len(walks), 'walk')} and {count(len(freed), 'order')} are free again."
    record(actor, "fulfillment.free_wave", wave, note=told)
