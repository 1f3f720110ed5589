"""What the floor says against acts: it is in the parcel, it is on the truck, of its lot nothing may go."""

from collections import defaultdict
from collections.abc import Sequence

from fulfillment.conditions import held_by_partner
from fulfillment.models import FulfillmentOrder, Label, Shipment, SubstituteOffer, SupplierRequest
from fulfillment.services.lots_kept import kept_here
from fulfillment.states import (
    BEGUN,
    DEAD_LABELS,
    OPEN_REQUESTS,
    FulfillmentOrderState,
    LabelState,
    OfferState,
    ShipmentState,
)
from inventory.models.places import LocationKind
from oms.foundation.objections import objects_to
from oms.foundation.refusals import Reason

Reasons = dict[int, list[Reason]]


@objects_to("orders.cancel")
def shipped_or_in_hand(ids: Sequence[int]) -> Reasons:
    """Object to cancelling what has left, or what somebody has in hands right now."""
    found = _left(ids)
    for pk, reasons in _in_hand(ids, "cancel").items():
        found[pk].extend(reasons)
    return found


@objects_to("orders.cancel")
@objects_to("orders.cancel_line")
@objects_to("orders.recall")
@objects_to("orders.change_shipping")
@objects_to("orders.edit_address")
def with_partner(ids: Sequence[int]) -> Reasons:
    """Object to changing what a third party holds: it must be asked to cancel first, and agree."""
    found: Reasons = defaultdict(list)
    rows = SupplierRequest.objects.filter(
        fulfillment_order__order__in=list(ids),
        fulfillment_order__location__kind=LocationKind.THIRD_PARTY,
        state__in=OPEN_REQUESTS,
    )
    for row in rows.select_related("fulfillment_order__location").order_by("pk"):
        found[row.fulfillment_order.order_id].append(Reason("with_partner", held_by_partner(row)))
    return found


@objects_to("orders.recall")
def in_hand(ids: Sequence[int]) -> Reasons:
    """Object to recalling an order of which the floor has begun to work on a part."""
    found = _left(ids)
    for pk, reasons in _in_hand(ids, "recall").items():
        found[pk].extend(reasons)
    return found


@objects_to("orders.change_shipping")
def under_way(ids: Sequence[int]) -> Reasons:
    """Object to another shipping method once something was shipped, or is in somebody's hands."""
    found = _left(ids)
    for pk, reasons in _in_hand(ids, "change").items():
        found[pk].extend(reasons)
    return found


@objects_to("orders.cancel_line")
def packed_or_picked(ids: Sequence[int]) -> Reasons:
    """Object to taking pieces out of an order that somebody has in hands right now."""
    return _in_hand(ids, "reduce")


@objects_to("orders.edit_address")
def label_bought(ids: Sequence[int]) -> Reasons:
    """Object to another address once a label carries the old one."""
    labels = Label.objects.filter(package__shipment__order__in=list(ids)).exclude(
        state__in=[*DEAD_LABELS, LabelState.VOID_REQUESTED]
    )
    found: Reasons = defaultdict(list)
    rows = labels.exclude(package__shipment__state__in=[ShipmentState.CANCELLED, ShipmentState.SHIPPED])
    for order_id, number in rows.values_list("package__shipment__order_id", "package__shipment__number").distinct():
        sentence = f"The label of shipment {number} carries the present address; void the label first."
        found[order_id].append(Reason("label_bought", sentence))
    for order_id, number in _unfinished_business(ids):
        sentence = f"Shipment {number} is on its way, and nothing else is left to send."
        found[order_id].append(Reason("shipped", sentence))
    return found


@objects_to("orders.accept_offer")
@objects_to("orders.decline_offer")
def nothing_offered(ids: Sequence[int]) -> Reasons:
    """Object to an answer where no substitute is offered."""
    rows = SubstituteOffer.objects.filter(order__in=list(ids), state=OfferState.OPEN)
    asked = set(rows.values_list("order_id", flat=True))
    reason = Reason("no_offer", "No substitute is offered; offer one first.")
    return {pk: [reason] for pk in ids if pk not in asked}


@objects_to("fulfillment.pack")
def of_kept_lots(ids: Sequence[int]) -> Reasons:
    """Object to packing pieces of a lot that is blocked or was found expired."""
    return {pk: list(why.reasons) for pk, why in kept_here(ids, expired=True).items()}


@objects_to("fulfillment.buy_labels")
@objects_to("fulfillment.ship")
def with_blocked_lots(ids: Sequence[int]) -> Reasons:
    """Object to labels for parcels, and to sending them, that hold pieces of a blocked lot."""
    work = dict(Shipment.objects.filter(pk__in=list(ids)).values_list("pk", "fulfillment_order"))
    kept = kept_here(set(work.values()))
    return {pk: list(kept[own].reasons) for pk, own in work.items() if own in kept}


def _left(ids: Sequence[int]) -> Reasons:
    """Return an objection for every order of which a shipment has left."""
    found: Reasons = defaultdict(list)
    shipped = Shipment.objects.filter(order__in=list(ids), state=ShipmentState.SHIPPED)
    for order_id, number in shipped.order_by("pk").values_list("order_id", "number"):
        sentence = f"Shipment {number} is on its way; what has left can only come back as a return."
        found[order_id].append(Reason("shipped", sentence))
    return found


def _in_hand(ids: Sequence[int], verb: str) -> Reasons:
    """Return an objection for every order that somebody is picking or has packed."""
    found: Reasons = defaultdict(list)
    rows = FulfillmentOrder.objects.filter(order__in=list(ids), state__in=BEGUN).select_related("location")
    rows = rows.exclude(location__kind=LocationKind.THIRD_PARTY, request_status__in=OPEN_REQUESTS)
    for row in rows.order_by("pk"):
        first = "stop picking" if row.state == FulfillmentOrderState.IN_PROGRESS else "unpack and stop picking"
        sentence = (
            f"{row.location.code} has {row.number} {row.get_state_display()}; to {verb} the order, {first} there first."
            if row.location.kind != LocationKind.SUPPLIER
            else f"{row.location.name} has accepted {row.number}; to {verb} the order, cancel the request there first."
        )
        found[row.order_id].append(Reason("being_fulfilled", sentence))
    return found


def _unfinished_business(ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return (order, shipment number) of orders that have shipped and have no work left."""
    live = FulfillmentOrder.objects.filter(order__in=list(ids)).exclude(
        state__in=[FulfillmentOrderState.FULFILLED, FulfillmentOrderState.CANCELLED, FulfillmentOrderState.REJECTED]
    )
    shipped = Shipment.objects.filter(order__in=list(ids), state=ShipmentState.SHIPPED)
    rows = shipped.exclude(order__in=live.values("order")).exclude(order__short_since__isnull=False)
    return list(rows.order_by("pk").values_list("order_id", "number"))
