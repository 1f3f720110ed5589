"""Matching's boxes on the order's page, and its parts of the order's API answer."""

from typing import Any

from fulfillment.conditions import IN_HAND
from fulfillment.models import FulfillmentOrder, Package, Shipment
from fulfillment.queries import (
    last_decision,
    picked_pieces,
    shipments_of_orders,
    shipments_with_parcels,
    with_tracking,
    work_of_orders,
    work_with_lines,
)
from fulfillment.states import FulfillmentOrderState
from oms.foundation.actions import offers
from oms.foundation.panels import Panel, add_panel, add_part
from oms.foundation.scope import scoped
from orders.models import Order

PAGE = "orders.order"
GONE = (FulfillmentOrderState.CANCELLED, FulfillmentOrderState.REJECTED)


def work_context(order: Order, principal: Any) -> dict[str, Any]:
    """Return the order's fulfillment orders and shipments that the person may see, with what may be done next."""
    mine = scoped(principal, FulfillmentOrder).filter(order=order).order_by("pk")
    sent = scoped(principal, Shipment).filter(order=order).exclude(state="cancelled").order_by("pk")
    work = list(work_with_lines(mine.exclude(state__in=GONE)))
    shipments = list(shipments_with_parcels(sent))
    return {
        "work": [{"row": row, "next": _next(row, principal)} for row in work],
        "ended": list(mine.filter(state__in=GONE).exclude(opened_at=None).select_related("location")),
        "shipments": [{"row": row, "next": _next(row, principal)} for row in shipments],
    }


def _next(row: Any, principal: Any) -> list[str]:
    """Return the labels of the main acts that are open for the person."""
    return [offer.action.label for offer in offers(row, principal) if offer.allowed and offer.action.primary]


def decision_context(order: Order, principal: Any) -> dict[str, Any]:
    """Return the newest sourcing decision in words: who ships, who lost and why, what is missing."""
    decision = last_decision(order.pk)
    if decision is None:
        return {"decision": None}
    outcome = decision.outcome
    return {
        "decision": decision,
        "candidates": [one for one in outcome["candidates"] if one["chosen"]],
        "rejections": outcome["rejections"],
        "shortages": outcome["shortages"],
        "count": order.sourcing_decisions.count(),
    }


def pieces_context(row: FulfillmentOrder, principal: Any) -> dict[str, Any]:
    """Return what is to be fetched from which bin, the instructions, and the parcels made of it."""
    shipments = scoped(principal, Shipment).filter(fulfillment_order=row).exclude(state="cancelled").order_by("pk")
    return {
        "row": row,
        "pieces": picked_pieces([row.pk]).get(row.pk, []),
        "shipments": list(shipments_with_parcels(shipments)),
        "instructions": row.order.instructions,
    }


def parcels_context(row: Shipment, principal: Any) -> dict[str, Any]:
    """Return the parcels of a shipment, and which of its papers can be printed."""
    shipment = shipments_with_parcels(Shipment.objects.filter(pk=row.pk)).get()
    may_label = principal.has_perm("fulfillment.label_shipment")
    parcels = [
        {"row": one, "label": may_label and any(label.state in IN_HAND for label in one.labels.all())}
        for one in shipment.packages.all()
    ]
    return {"row": shipment, "parcels": parcels, "labelled": any(one["label"] for one in parcels)}


def journey_context(row: Package, principal: Any) -> dict[str, Any]:
    """Return a parcel with everything the carrier told about it."""
    return {"parcel": with_tracking(Package.objects.filter(pk=row.pk)).get()}


add_panel("fulfillment.fulfillmentorder", Panel("To pick", "fulfillment/panels/pieces.html", pieces_context))
add_panel("fulfillment.shipment", Panel("Parcels", "fulfillment/panels/parcels.html", parcels_context))
add_panel("fulfillment.package", Panel("Journey", "fulfillment/panels/journey.html", journey_context))
add_panel(PAGE, Panel("Fulfillment", "fulfillment/panels/work.html", work_context, position=30))
add_panel(PAGE, Panel("Sourcing", "fulfillment/panels/decision.html", decision_context, position=60))
add_part(PAGE, "fulfillment_orders", work_of_orders, empty=[])
add_part(PAGE, "shipments", shipments_of_orders, empty=[])
