"""The acts on the list of the day: closing it, opening it again, the truck leaves, and what became of a lost answer."""

from functools import partial

from fulfillment import handover_forms as forms
from fulfillment.models import Manifest, Shipment
from fulfillment.services import handover
from fulfillment.states import ManifestState as M
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.actions import Action, register

LOAD = "fulfillment.load_manifest"
act = partial(Action, model=Manifest, subject="manifest_id", permission=LOAD)

register(
    act(
        name="close",
        label="Close",
        service=handover.close_list,
        conditions=handover.CAN_CLOSE,
        within=Shipment,
        shown=lambda row: row.state in (M.OPEN, M.FAILED),
        inverse="reopen",
        primary=True,
        icon="lock",
        help="Nothing more is loaded. What is not loaded whole, or is held, is left behind and named.",
    ),
    act(
        name="hand_over",
        label="Hand over",
        service=handover.hand_over_list,
        conditions=handover.CAN_HAND_OVER,
        form=forms.HandOver,
        within=Shipment,
        shown=lambda row: row.state in (M.CLOSED, M.CLOSING, M.UNKNOWN),
        irreversible="The parcels are on the truck; what comes back is a return.",
        primary=True,
        icon="local_shipping",
        help="All shipments on it are shipped together. What cannot leave is left behind and named.",
    ),
    act(
        name="reopen",
        label="Open again",
        service=handover.reopen_list,
        conditions=handover.CAN_REOPEN,
        within=Shipment,
        shown=lambda row: row.state in (M.CLOSED, M.FAILED),
        inverse="close",
        icon="lock_open",
        help="To load more or take something off. A carrier that closed its day keeps what it was told of.",
    ),
    act(
        name="drop",
        label="Drop the list",
        service=handover.drop_list,
        conditions=handover.CAN_DROP,
        within=Shipment,
        shown=lambda row: row.state in (M.OPEN, M.FAILED),
        irreversible="Begin another list; its parcels wait for it.",
        danger=True,
        icon="playlist_remove",
    ),
    act(
        name="ask_again",
        label="Ask the carrier again",
        service=handover.ask_again,
        conditions=handover.CAN_ASK,
        shown=lambda row: row.state == M.UNKNOWN,
        irreversible="It looks at the carrier's list; no parcel is told of twice.",
        primary=True,
        icon="sync",
    ),
    act(
        name="say_closed",
        label="The carrier has it",
        service=handover.say_closed,
        conditions=handover.CAN_ASK,
        form=forms.CarrierNumber,
        shown=lambda row: row.state == M.UNKNOWN,
        inverse="reopen",
        bulk=False,
        icon="task_alt",
        help="You have looked on the carrier's pages: all parcels of it are on its list.",
    ),
    act(
        name="say_not_closed",
        label="The carrier has it not",
        service=handover.say_not_closed,
        conditions=handover.CAN_ASK,
        form=forms.Reason,
        shown=lambda row: row.state == M.UNKNOWN,
        inverse="close",
        danger=True,
        bulk=False,
        icon="event_busy",
        help="You have looked on the carrier's pages: none of its parcels is on its list. Close it again then.",
    ),
    Action(
        model=Location,
        subject="location_id",
        name="close_day",
        label="Close a carrier's day",
        permission=LOAD,
        service=handover.close_day,
        form=forms.CloseDay,
        within=Shipment,
        shown=lambda row: row.kind != LocationKind.SUPPLIER,
        irreversible="Open the list again under “Handing over” before the driver comes.",
        bulk=False,
        icon="lock",
        help="Puts every labelled parcel of the carrier on its list, without scans, and closes it.",
    ),
)
