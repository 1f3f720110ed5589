"""The state of a wave: what that of its walks makes it, in every committed moment."""

from collections.abc import Iterable

from fulfillment.locks import lock_wave
from fulfillment.models import PickList, Wave
from fulfillment.states import ENDED_WALKS, WaveState
from oms.foundation.actor import Actor
from oms.foundation.audit import record


def follow_wave(wave_id: int, actor: Actor) -> Wave:
    """Bring a wave in step with its walks, which the transaction has locked and changed."""
    wave = lock_wave(wave_id)
    wanted = state_of(PickList.objects.filter(wave=wave_id))
    if wave.state == wanted:
        return wave
    if wanted == WaveState.IN_PROGRESS:
        wave.begin()
    elif wanted == WaveState.COMPLETED:
        wave.complete(at=actor.now)
    else:
        wave.cancel(at=actor.now)
    wave.save(update_fields=["state", "ended_at"])
    record(actor, f"floor.{WORDS[wanted]}", wave, note=wave.told)
    return wave


WORDS = {WaveState.IN_PROGRESS: "begin_wave", WaveState.COMPLETED: "complete_wave", WaveState.CANCELLED: "cancel_wave"}


def state_of(walks: Iterable[PickList]) -> WaveState:
    """Return the state of a released wave with some walks."""
    rows = list(walks)
    is_begun = any(one.begun_at is not None for one in rows)
    is_over = all(one.state in ENDED_WALKS for one in rows)
    if is_begun:
        return WaveState.COMPLETED if is_over else WaveState.IN_PROGRESS
    return WaveState.CANCELLED if is_over else WaveState.RELEASED
