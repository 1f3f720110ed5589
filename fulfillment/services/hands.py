"""What somebody has in hands: picked, scanned into a tote, packed or labelled; and taking it all back."""

from collections.abc import Collection

from fulfillment.conditions import IN_HAND, live_labels
from fulfillment.locks import open_allocations_of
from fulfillment.models import FulfillmentOrder, PickTask, Shipment
from fulfillment.services.labels import void_labels
from fulfillment.services.packing import unpack
from fulfillment.services.picking import stop_picking
from fulfillment.sourcing.wording import enumeration
from fulfillment.states import AllocationState, FulfillmentOrderState, LabelState, ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.refusals import refuse_if

TAKE_BACK = "Picked pieces lie on the shelf again"
"""The tick with which a person says that what was picked or packed was put back, so that its labels can be voided."""


def in_hands(row: FulfillmentOrder, allocation_ids: Collection[int]) -> bool:
    """Return whether some of the pieces of locked work are picked or packed, or lie in a tote already."""
    if any(one.state == AllocationState.PICKED for one in open_allocations_of([row.pk]) if one.pk in allocation_ids):
        return True
    if row.state != FulfillmentOrderState.IN_PROGRESS:
        return False
    stops = PickTask.objects.filter(fulfillment_order=row, allocation__in=list(allocation_ids), put_back_at=None)
    newest = {
        (one, part): picked for one, part, picked in stops.order_by("pk").values_list("allocation", "part", "picked")
    }
    return any(newest.values())


def picked_there(row: FulfillmentOrder) -> str:
    """Say that pieces must be put back first."""
    return f"{row.number} at {row.location.name} is picked: put the pieces back on the shelf and stop picking first."


def put_back(row: FulfillmentOrder, is_back: bool, actor: Actor) -> None:
    """Void the labels, open the parcels and stop the picking of locked work, whose pieces a person has put back.

    :raises Refused: when nobody says that they lie on the shelf again, or a carrier has not answered yet.
    """
    shipments = list(Shipment.objects.filter(fulfillment_order=row).exclude(state=ShipmentState.CANCELLED))
    bought = [one for one in shipments if any(label.state in IN_HAND for label in live_labels(one))]
    words = f" The labels of {enumeration([one.number for one in bought])} are voided with it." if bought else ""
    sentence = f"{row.number} is picked: put the pieces back on the shelf, then tick “{TAKE_BACK}”.{words}"
    refuse_if(not is_back, sentence, code="being_fulfilled", field="take_back")
    asked = (LabelState.REQUESTED, LabelState.UNKNOWN)
    waits = any(label.state in asked for one in shipments for label in live_labels(one))
    refuse_if(waits, "A carrier has not answered for a label yet; wait a moment, then try again.", code="has_labels")
    for one in bought:
        void_labels(shipment_id=one.pk, actor=actor)
    if row.state == FulfillmentOrderState.READY:
        unpack(fulfillment_order_id=row.pk, actor=actor)
    stop_picking(fulfillment_order_id=row.pk, actor=actor)
