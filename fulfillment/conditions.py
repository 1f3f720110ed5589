"""Named conditions of the floor's acts; each says in a sentence what is missing and how to mend it."""

from collections.abc import Collection
from typing import Any

from fulfillment.models import (
    FulfillmentOrder,
    Label,
    Package,
    Pickup,
    ScarcityRun,
    Shipment,
    SourcingRuleSet,
    SupplierRequest,
)
from fulfillment.queries import is_prefetched, replayed, unsettled_labels
from fulfillment.states import (
    BEGUN,
    DEAD_LABELS,
    OPEN_REQUESTS,
    AllocationState,
    FulfillmentOrderState,
    LabelState,
    PickupState,
    RequestState,
    RuleSetState,
    ScarcityState,
    ShipmentState,
)
from inventory.models.places import LocationKind
from oms.foundation.actions import Condition
from orders.services.held import not_held
from orders.states import HeldAct, OrderState, ServiceLevel

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


def _all_picked(row: FulfillmentOrder) -> str | None:
    """Say how many pieces are still on the shelf."""
    states = [one.state for one in row.allocations.all()]
    waiting = states.count(AllocationState.ALLOCATED)
    if waiting:
        return f"{waiting} lines are not picked yet; confirm the picking first."
    return None if AllocationState.PICKED in states else "Nothing was picked; confirm the picking first."


def _nothing_picked_yet(row: FulfillmentOrder) -> str | None:
    """Say that the picking was confirmed already."""
    if any(one.state == AllocationState.ALLOCATED for one in row.allocations.all()):
        return None
    return "Everything is picked; pack it."


def live_labels(shipment: Shipment) -> list[Label]:
    """Return the labels of a shipment's parcels that are neither voided nor failed, those at hand where there are."""
    if is_prefetched(shipment, "packages"):
        labels = [label for package in shipment.packages.all() for label in package.labels.all()]
        return [label for label in labels if label.state not in DEAD_LABELS]
    rows = Label.objects.filter(package__shipment=shipment).exclude(state__in=DEAD_LABELS)
    return list(rows.defer("document", "zpl").order_by("pk"))


def _without_labels(row: Shipment) -> str | None:
    """Say that labels are bought or asked for."""
    labels = live_labels(row)
    if not labels:
        return None
    if any(one.state == LabelState.VOID_REQUESTED for one in labels):
        return "The old label is still being voided at the carrier; wait a moment."
    return "The parcels have labels or labels were asked for; void them first."


def _labels_of_work(row: FulfillmentOrder) -> str | None:
    """Say that a shipment of the fulfillment order has labels."""
    shipments = Shipment.objects.filter(fulfillment_order=row).exclude(state=ShipmentState.CANCELLED)
    for shipment in shipments:
        if any(one.state != LabelState.VOID_REQUESTED for one in live_labels(shipment)):
            return f"Shipment {shipment.number} has labels; void them first."
    return None


def _labels_in_hand(row: Shipment) -> str | None:
    """Say that there is no label to print or void."""
    labels = live_labels(row)
    if any(one.state in IN_HAND for one in labels):
        return None
    if labels:
        return "The carrier has not answered yet; the label comes by itself."
    return "There is no label; buy one first."


def _label_unsettled(row: Shipment) -> str | None:
    """Say that no label waits for a person."""
    if unsettled_labels().filter(package__shipment=row).exists():
        return None
    return "No label of this shipment waits for a person."


def _not_delivered(row: Package) -> str | None:
    """Say that the parcel has arrived already."""
    return "The parcel was delivered already." if row.delivered_at else None


def _was_shipped(row: Package) -> str | None:
    """Say that the parcel has not left."""
    if row.shipment.state == ShipmentState.SHIPPED:
        return None
    return "The parcel was not handed to the carrier yet; ship it first."


def _not_at_supplier(row: FulfillmentOrder) -> str | None:
    """Say that a supplier or third party does the work."""
    begun_here = row.state in BEGUN and not row.request_status
    if row.location.kind not in (LocationKind.SUPPLIER, LocationKind.THIRD_PARTY) or begun_here:
        return None
    return f"{row.location.name} sends it itself: enter its answer under “Partner requests”."


def held_by_partner(request: SupplierRequest) -> str:
    """Return the sentence that a third party holds the work of an open request, or was asked to let go of it."""
    work = request.fulfillment_order
    place, asked = work.location, request.state == RequestState.CANCELLING
    at = ((request.cancel_asked_at if asked else None) or request.asked_at).astimezone(place.zone)
    when = f"{at:%H:%M} on {at.day} {at:%B}"
    if asked:
        return f"{place.name} was asked to cancel {work.number} at {when}; no answer yet."
    return f"{place.name} has {work.number} since {when}: ask it to cancel first."


def _not_with_partner(row: FulfillmentOrder) -> str | None:
    """Say that a third party holds it."""
    if row.location.kind != LocationKind.THIRD_PARTY or row.request_status not in OPEN_REQUESTS:
        return None
    request = row.requests.filter(state__in=OPEN_REQUESTS).first()
    if request is None:
        return None
    request.fulfillment_order = row
    return held_by_partner(request)


def _collected_in_store(row: Shipment) -> str | None:
    """Say that the order is sent."""
    if row.order.service_level == ServiceLevel.PICKUP:
        return None
    return f"Order {row.order.number} is sent, not collected: buy a label."


def _sent_by_carrier(row: Shipment) -> str | None:
    """Say that the customer comes for it."""
    if row.order.service_level != ServiceLevel.PICKUP:
        return None
    return "The customer collects it in the store: lay it ready instead of buying a label."


def _no_pickup_waits(row: Shipment) -> str | None:
    """Say that the parcels lie ready already."""
    waiting = Pickup.objects.filter(shipment=row, state=PickupState.WAITING).first()
    return f"It lies ready already as {waiting.number}." if waiting else None


def _work_not_on_shelf(row: FulfillmentOrder) -> str | None:
    """Say that the parcels wait for their customer."""
    waiting = Pickup.objects.filter(shipment__fulfillment_order=row, state=PickupState.WAITING).first()
    return f"The parcels wait for the customer; take {waiting.number} from the shelf first." if waiting else None


def _pickup_waits(row: Pickup) -> str | None:
    """Say that nothing waits any more."""
    return None if row.state == PickupState.WAITING else f"{row} is {row.get_state_display()}; nothing waits any more."


def _is_draft(row: SourcingRuleSet) -> str | None:
    """Say that a tested set stays as it is."""
    if row.is_draft:
        return None
    return f"Version {row.number} is {row.get_state_display()} and stays as it is; copy it to a draft to change it."


def _may_be_activated(row: SourcingRuleSet) -> str | None:
    """Say why a set cannot be put into force."""
    if row.state == RuleSetState.ACTIVE:
        return f"Version {row.number} is in force already."
    if row.tested_at is None:
        return f"Version {row.number} was not tested yet; test it first."
    return None


def _was_replayed(row: SourcingRuleSet) -> str | None:
    """Say that nobody has looked what the set would have done."""
    if replayed(row.number):
        return None
    return "It cannot be activated without a replay: replay it on past orders first, to see what it changes."


def _may_be_retired(row: SourcingRuleSet) -> str | None:
    """Say why a set cannot be put away."""
    if row.state == RuleSetState.ACTIVE:
        return f"Version {row.number} is in force; it is retired when another one is activated."
    return "It is retired already." if row.state == RuleSetState.RETIRED else None


def _rules_in_force(row: SourcingRuleSet) -> str | None:
    """Say that a set decides nothing."""
    if row.state == RuleSetState.ACTIVE:
        return None
    return f"Version {row.number} is not in force; fees are learned for the rules that are."


def _for_least_freight(row: SourcingRuleSet) -> str | None:
    """Say that a set does not add up costs, so that no fee could weigh in."""
    if row.as_rules().prefer == "cheapest":
        return None
    return "Only rules that prefer the least freight weigh scarcity fees; these prefer something else."


def _fees_may_hold(row: ScarcityRun) -> str | None:
    """Say why a run's fees cannot be put into force."""
    if row.state in (ScarcityState.LEARNED, ScarcityState.OFF):
        gone = "The fees of this run are no longer kept; put newer ones into force, or learn new ones."
        return None if row.fees.exists() else gone
    if row.state == ScarcityState.ACTIVE:
        return "These fees are in force already."
    if row.state == ScarcityState.QUEUED:
        return "They are still being learned; wait a moment."
    return "There are no fees in this run; learn from another day."


def _has_fees(row: ScarcityRun) -> str | None:
    """Say that a run has nothing that could be capped."""
    if row.state in (ScarcityState.LEARNED, ScarcityState.OFF, ScarcityState.ACTIVE):
        return None
    return "There are no fees in this run that could be capped."


def _fees_in_force(row: ScarcityRun) -> str | None:
    """Say that there is nothing to switch off."""
    return None if row.state == ScarcityState.ACTIVE else "These fees are not in force, so they weigh in nothing."


S = FulfillmentOrderState
IN_FORCE = Condition("not_in_force", _rules_in_force)
FOR_LEAST_FREIGHT = Condition("not_for_least_freight", _for_least_freight)
FEES_MAY_HOLD = Condition("no_fees", _fees_may_hold)
FEES_IN_FORCE = Condition("fees_not_in_force", _fees_in_force)
HAS_FEES = Condition("no_fees", _has_fees)
NOT_WITH_PARTNER = Condition("with_partner", _not_with_partner)
NOT_AT_SUPPLIER = Condition("at_supplier", _not_at_supplier)
COLLECTED_IN_STORE = Condition("not_collected_in_store", _collected_in_store)
SENT_BY_CARRIER = Condition("collected_in_store", _sent_by_carrier)
NO_PICKUP_WAITS = Condition("lies_ready", _no_pickup_waits)
WORK_NOT_ON_SHELF = Condition("lies_ready", _work_not_on_shelf)
PICKUP_WAITS = Condition("waits_no_more", _pickup_waits)
IS_DRAFT = Condition("not_a_draft", _is_draft)
MAY_BE_ACTIVATED = Condition("not_tested", _may_be_activated)
REPLAYED = Condition("not_replayed", _was_replayed)
MAY_BE_RETIRED = Condition("in_force", _may_be_retired)
ORDER_RELEASED = Condition("order_not_released", _released)
PICK_NOT_HELD = not_held(HeldAct.PICK)
PACK_NOT_HELD = not_held(HeldAct.PACK)
LABEL_NOT_HELD = not_held(HeldAct.LABEL)
SHIP_NOT_HELD = not_held(HeldAct.SHIP)
ALL_PICKED = Condition("not_picked", _all_picked)
SOMETHING_TO_PICK = Condition("already_picked", _nothing_picked_yet)
WITHOUT_LABELS = Condition("has_labels", _without_labels)
WORK_WITHOUT_LABELS = Condition("has_labels", _labels_of_work)
LABELS_IN_HAND = Condition("no_label", _labels_in_hand)
LABEL_UNSETTLED = Condition("nothing_unsettled", _label_unsettled)
NOT_DELIVERED = Condition("already_delivered", _not_delivered)
WAS_SHIPPED = Condition("not_shipped", _was_shipped)
IN_USE = Condition("is_in_use", lambda row: None if row.is_active else "It is out of use already.")
OUT_OF_USE = Condition("is_out_of_use", lambda row: "It is in use already." if row.is_active else None)
