"""Named conditions of the floor's acts; each says in a sentence what is missing and how to mend it."""

from collections.abc import Collection
from typing import Any

from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, Shipment
from fulfillment.states import DEAD_LABELS, AllocationState, FulfillmentOrderState, LabelState, ShipmentState
from oms.foundation.actions import Condition
from orders.models import Hold
from orders.states import HoldState, OrderState

STOPPING_ACTS = frozenset({"release", "fulfill", "pick", "ship"})
IN_HAND = (LabelState.PURCHASED, LabelState.PRINTED)


def in_state(states: Collection[str], what: str) -> Condition:
    """Return the condition that a row is in one of the states; ``what`` says what it must be for."""

    def check(row: Any) -> str | None:
        """Name the state that is in the way."""
        if row.state in states:
            return None
        return f"{row} is {row.get_state_display()}; only what is {_words(row, states)} can be {what}."

    return Condition("wrong_state", check)


def _words(row: Any, states: Collection[str]) -> str:
    """Return the states in the words of the page."""
    words = dict(row._meta.get_field("state").choices)
    return " or ".join(f"“{words[state]}”" for state in states)


def _released(row: FulfillmentOrder | Shipment) -> str | None:
    """Say that the order may not go yet."""
    if row.order.state == OrderState.RELEASED:
        return None
    return f"Order {row.order.number} is {row.order.get_state_display()}; it must be released first."


def _not_held(row: FulfillmentOrder | Shipment) -> str | None:
    """Say which hold stops the order."""
    for hold in Hold.objects.filter(order=row.order_id, state=HoldState.OPEN, line=None):
        if STOPPING_ACTS & set(hold.blocks):
            return f"Order {row.order.number} is on hold ({hold.get_reason_display()}); release the hold first."
    return None


def _all_picked(row: FulfillmentOrder) -> str | None:
    """Say how many pieces are still on the shelf."""
    states = list(Allocation.objects.filter(fulfillment_order=row).values_list("state", flat=True))
    waiting = states.count(AllocationState.ALLOCATED)
    if waiting:
        return f"{waiting} lines are not picked yet; confirm the picking first."
    return None if AllocationState.PICKED in states else "Nothing was picked; confirm the picking first."


def _nothing_picked_yet(row: FulfillmentOrder) -> str | None:
    """Say that the picking was confirmed already."""
    if Allocation.objects.filter(fulfillment_order=row, state=AllocationState.ALLOCATED).exists():
        return None
    return "Everything is picked; pack it."


def live_labels(shipment_id: int) -> list[Label]:
    """Return the labels of a shipment's parcels that are neither voided nor failed."""
    rows = Label.objects.filter(package__shipment=shipment_id).exclude(state__in=DEAD_LABELS)
    return list(rows.defer("document", "zpl").order_by("pk"))


def _without_labels(row: Shipment) -> str | None:
    """Say that labels are bought or asked for."""
    labels = live_labels(row.pk)
    if not labels:
        return None
    if any(one.state == LabelState.VOID_REQUESTED for one in labels):
        return "The old label is still being voided at the carrier; wait a moment."
    return "The parcels have labels or labels were asked for; void them first."


def _labels_of_work(row: FulfillmentOrder) -> str | None:
    """Say that a shipment of the fulfillment order has labels."""
    shipments = Shipment.objects.filter(fulfillment_order=row).exclude(state=ShipmentState.CANCELLED)
    for shipment in shipments:
        if any(one.state != LabelState.VOID_REQUESTED for one in live_labels(shipment.pk)):
            return f"Shipment {shipment.number} has labels; void them first."
    return None


def _labels_in_hand(row: Shipment) -> str | None:
    """Say that there is no label to print or void."""
    labels = live_labels(row.pk)
    if any(one.state in IN_HAND for one in labels):
        return None
    if labels:
        return "The carrier has not answered yet; the label comes by itself."
    return "There is no label; buy one first."


def _not_delivered(row: Package) -> str | None:
    """Say that the parcel has arrived already."""
    return "The parcel was delivered already." if row.delivered_at else None


def _was_shipped(row: Package) -> str | None:
    """Say that the parcel has not left."""
    if row.shipment.state == ShipmentState.SHIPPED:
        return None
    return "The parcel was not handed to the carrier yet; ship it first."


S = FulfillmentOrderState
ORDER_RELEASED = Condition("order_not_released", _released)
NOT_HELD = Condition("on_hold", _not_held)
ALL_PICKED = Condition("not_picked", _all_picked)
SOMETHING_TO_PICK = Condition("already_picked", _nothing_picked_yet)
WITHOUT_LABELS = Condition("has_labels", _without_labels)
WORK_WITHOUT_LABELS = Condition("has_labels", _labels_of_work)
LABELS_IN_HAND = Condition("no_label", _labels_in_hand)
NOT_DELIVERED = Condition("already_delivered", _not_delivered)
WAS_SHIPPED = Condition("not_shipped", _was_shipped)
