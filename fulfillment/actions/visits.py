"""The acts on a driver's visit: booking it, sending it away, and what became of a lost answer."""

from functools import partial

from fulfillment import handover_forms as forms
from fulfillment.models import DriverVisit
from fulfillment.services import visiting
from fulfillment.states import VisitState as V
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.actions import Action, register

BOOK = "fulfillment.book_drivervisit"
act = partial(Action, model=DriverVisit, subject="visit_id", permission=BOOK, bulk=False)

register(
    Action(
        model=Location,
        subject="location_id",
        name="book_driver",
        label="Book a carrier's driver",
        permission=BOOK,
        service=visiting.book_driver,
        form=forms.BookDriver,
        shown=lambda row: row.kind != LocationKind.SUPPLIER,
        irreversible="Cancel the visit under “Drivers”.",
        bulk=False,
        icon="airport_shuttle",
        help="A worker asks the carrier, once. Without numbers for all parcels that wait for it here.",
    ),
    act(
        name="cancel_visit",
        label="Cancel",
        service=visiting.cancel_visit,
        conditions=visiting.CAN_CANCEL,
        form=forms.Reason,
        shown=lambda row: row.state in (V.REQUESTED, V.BOOKED),
        irreversible="Book another driver for the day.",
        danger=True,
        icon="event_busy",
        help="Carriers take a booked visit back on their own pages only: cancel it there too.",
    ),
    act(
        name="say_booked",
        label="The driver comes",
        service=visiting.say_booked,
        conditions=visiting.CAN_SAY,
        form=forms.VisitFound,
        shown=lambda row: row.state == V.UNKNOWN,
        irreversible="Cancel the visit if it was a mistake.",
        primary=True,
        icon="task_alt",
        help="You have looked on the carrier's pages: the visit is there.",
    ),
    act(
        name="say_not_booked",
        label="No driver comes",
        service=visiting.say_not_booked,
        conditions=visiting.CAN_SAY,
        form=forms.Reason,
        shown=lambda row: row.state == V.UNKNOWN,
        irreversible="Book another driver.",
        danger=True,
        icon="event_busy",
        help="You have looked on the carrier's pages: there is none.",
    ),
)
