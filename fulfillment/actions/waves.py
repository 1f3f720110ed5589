"""The acts on waves: releasing a draft, and freeing what nobody has begun."""

from fulfillment.models import FulfillmentOrder, Wave
from fulfillment.services import waves
from fulfillment.states import WaveState
from oms.foundation.actions import Action, register

register(
    Action(
        model=Wave,
        name="release",
        label="Release",
        permission="fulfillment.release_wave",
        service=waves.release_wave,
        subject="wave_id",
        conditions=waves.CAN_RELEASE,
        within=FulfillmentOrder,
        inverse="cancel",
        primary=True,
        icon="waves",
        shown=lambda row: row.state == WaveState.DRAFT,
        help="Its orders are begun and its walks can be claimed. What is held or was changed is passed over.",
    ),
    Action(
        model=Wave,
        name="cancel",
        label="Cancel",
        permission="fulfillment.release_wave",
        service=waves.cancel_wave,
        subject="wave_id",
        conditions=waves.CAN_CANCEL,
        within=FulfillmentOrder,
        irreversible="Make a new wave of what waits again.",
        danger=True,
        icon="cancel",
        shown=lambda row: row.state in (WaveState.DRAFT, WaveState.RELEASED, WaveState.IN_PROGRESS),
        help="What nobody has begun waits to be picked again. Walks that somebody has begun go on.",
    ),
)
