"""The acts of pick-up in store."""

from functools import partial

from fulfillment import forms
from fulfillment.conditions import COLLECTED_IN_STORE
from fulfillment.models import Pickup, Shipment
from fulfillment.services import collecting
from fulfillment.states import PickupState, ShipmentState
from oms.foundation.actions import Action, register

act = partial(Action, model=Pickup, subject="pickup_id", shown=lambda row: row.state == PickupState.WAITING)

register(
    Action(
        model=Shipment,
        subject="shipment_id",
        name="make_ready",
        label="Ready to collect",
        permission="fulfillment.pack_fulfillmentorder",
        service=collecting.make_ready,
        conditions=collecting.CAN_MAKE_READY,
        form=forms.Shelf,
        shown=lambda row: row.state == ShipmentState.PACKED and COLLECTED_IN_STORE.check(row) is None,
        irreversible="The customer is told; take the pick-up from the shelf to go back.",
        primary=True,
        icon="shelves",
        help="The customer is mailed a code, and until when it waits.",
    ),
    act(
        name="collect",
        label="Hand out",
        permission="fulfillment.collect_pickup",
        service=collecting.collect,
        beforehand=collecting.count_try,
        conditions=collecting.CAN_COLLECT,
        form=forms.Collect,
        bulk=False,
        irreversible="The customer has it; what comes back is a return.",
        primary=True,
        icon="handshake",
        help="Ask for the code of the mail, and write down who takes it.",
    ),
    act(
        name="send_code",
        label="Send a new code",
        permission="fulfillment.collect_pickup",
        service=collecting.send_code,
        conditions=collecting.CAN_CHANGE,
        irreversible="The old code opens nothing any more; send another one.",
        icon="password",
        help="When the customer has lost the mail.",
    ),
    act(
        name="keep_longer",
        label="Keep longer",
        permission="fulfillment.collect_pickup",
        service=collecting.keep_longer,
        conditions=collecting.CAN_CHANGE,
        form=forms.KeepLonger,
        irreversible="The customer was told a later day; it goes back to stock after that.",
        icon="more_time",
        help="The customer asks for some days more.",
    ),
    act(
        name="withdraw_pickup",
        label="Take from the shelf",
        permission="fulfillment.collect_pickup",
        service=collecting.withdraw_pickup,
        conditions=collecting.CAN_CHANGE,
        form=forms.Reason,
        irreversible="The code opens nothing any more; lay it ready again for a new one.",
        danger=True,
        icon="remove_shopping_cart",
        help="To unpack or cancel it.",
    ),
)
