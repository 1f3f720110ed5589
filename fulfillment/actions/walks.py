"""The acts on walks of the floor."""

from fulfillment.conditions import in_state
from fulfillment.models import PickList
from fulfillment.services.walking import free_walk
from fulfillment.states import ENDED_WALKS, PickListState
from oms.foundation.actions import Action, register

register(
    Action(
        model=PickList,
        name="free_walk",
        label="Free it for others",
        permission="fulfillment.free_picklist",
        service=free_walk,
        subject="pick_list_id",
        conditions=(in_state([PickListState.IN_PROGRESS], "freed"),),
        irreversible="Its person can take it over again with one button, as anybody else can.",
        help="For a handheld that is lost or empty. What lies in the totes stays there for whoever goes on.",
        icon="lock_open",
        shown=lambda row: row.state not in ENDED_WALKS,
    )
)
