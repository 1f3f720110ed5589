"""Matching's boxes on the order's page, its column in the list of orders, and its parts of the order's API answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from fulfillment import (  # noqa: F401  registering is their import
    act_names,
    handover_panel,
    moving_panel,
    partner_panel,
    shortage_panel,
)
from fulfillment.conditions import IN_HAND
from fulfillment.customs_papers import needs_invoice
from fulfillment.fetching import picked_pieces
from fulfillment.filters import UNSENT
from fulfillment.models import (
    CarrierClaim,
    ExpectedDay,
    FulfillmentOrder,
    Package,
    ParcelRisk,
    ScarcityRun,
    Shipment,
    SourcingDecision,
    SubstituteOffer,
    SupplierRequest,
)
from fulfillment.queries import (
    last_decision,
    shipments_of_orders,
    shipments_with_parcels,
    with_tracking,
    work_of_orders,
    work_with_lines,
)
from fulfillment.rate_table import note_of, offered, turned_rows
from fulfillment.services.arriving import arrivals_of
from fulfillment.states import FulfillmentOrderState
from fulfillment.store_panel import pickups_of
from inventory.models import StockLevel
from inventory.queries import availability, substitutes_of
from oms.foundation.actions import offers
from oms.foundation.look.cells import moment
from oms.foundation.look.columns import Column, add_column
from oms.foundation.look.words import changes_told, detail_acts, name_acts
from oms.foundation.money import minor_text
from oms.foundation.panels import Panel, add_panel, add_part
from oms.foundation.scope import scoped
from orders.models import Order

PAGE = "orders.order"
GONE = (FulfillmentOrderState.CANCELLED, FulfillmentOrderState.REJECTED)


def leaves_by(row: FulfillmentOrder, *, now: datetime) -> str:
    """Return the cut-off that a location's work has to make, on the location's clock, marked when it is over."""
    late = row.ship_by is not None and row.ship_by < now and row.state in UNSENT
    return moment(row.ship_by, zone=ZoneInfo(row.location.timezone), late=late)


def leaving_of_orders(order_ids: Sequence[int], principal: Any) -> Mapping[int, str]:
    """Return the earliest cut-off of each order that still has to leave, as far as the person may see."""
    mine = scoped(principal, FulfillmentOrder).filter(order__in=list(order_ids), state__in=UNSENT)
    rows = mine.select_related("location")
    now = timezone.now()
    return {row.order_id: leaves_by(row, now=now) for row in rows.order_by("-ship_by")}


def work_context(order: Order, principal: Any) -> dict[str, Any]:
    """Return the order's fulfillment orders and shipments that the person may see, with what may be done next."""
    mine = scoped(principal, FulfillmentOrder).filter(order=order).order_by("pk")
    sent = scoped(principal, Shipment).filter(order=order).exclude(state="cancelled").order_by("pk")
    work, now = list(work_with_lines(mine.exclude(state__in=GONE))), timezone.now()
    shipments, arrives = list(shipments_with_parcels(sent)), arrivals_of(work)
    return {
        "work": [
            {
                "row": row,
                "next": _next(row, principal),
                "leaves": leaves_by(row, now=now),
                "arrives": arrives.get(row.pk),
            }
            for row in work
        ],
        "ended": list(mine.filter(state__in=GONE).exclude(opened_at=None).select_related("location")),
        "shipments": [{"row": row, "next": _next(row, principal)} for row in shipments],
        "pickups": [{"row": row, "next": _next(row, principal)} for row in pickups_of(order, principal)],
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
        "instead": instead_of_missing(order, principal),
        "may_swap": principal.has_perm("orders.swap_order"),
        "decision": decision,
        "candidates": [one for one in outcome["candidates"] if one["chosen"]],
        "rejections": outcome["rejections"],
        "order": order,
        "count": order.sourcing_decisions.count(),
        "may_see": principal.has_perm("fulfillment.view_sourcingdecision"),
    }


def whole_decision_context(row: SourcingDecision, principal: Any) -> dict[str, Any]:
    """Return every location that a decision looked at, with its numbers, what it ships or why it does not."""
    outcome = row.outcome
    ships: Counter[int] = Counter()
    for portion in outcome["portions"]:
        ships[portion["location_id"]] += portion["quantity"]
    judged = {one["location_id"]: one for one in outcome["candidates"]}
    lost = {one["location_id"]: one for one in outcome["rejections"]}
    codes = {pk: (judged.get(pk) or lost[pk])["code"] for pk in [*judged, *lost]}
    order = sorted(codes, key=lambda pk: not ships[pk])
    run = _fees_of(outcome)
    return {
        "row": row,
        "places": [
            {
                "code": codes[pk],
                "judged": judged.get(pk),
                "lost": lost.get(pk),
                "ships": ships[pk],
                "scarcity": _fee_told(judged.get(pk), run),
            }
            for pk in order
        ],
        "run": run,
        "may_see_fees": principal.has_perm("fulfillment.view_scarcityrun"),
        "shortages": outcome["shortages"],
        "method": outcome["method"],
        "order_number": row.order.number,
    }


def _fees_of(outcome: Mapping[str, Any]) -> ScarcityRun | None:
    """Return the run whose scarcity fees weighed in a decision, None where none did."""
    number = outcome.get("fees_run", 0)
    return ScarcityRun.objects.filter(pk=number).first() if number else None


def _fee_told(judged: Mapping[str, Any] | None, run: ScarcityRun | None) -> str:
    """Return the scarcity fee of all that a location could fill."""
    if run is None or judged is None:
        return ""
    return f"{minor_text(judged.get('scarcity', 0), run.currency)} {run.currency}"


def instead_of_missing(order: Order, principal: Any) -> list[dict[str, Any]]:
    """Return for each missing line of a live order what may be sent instead, with what of it is free now and where."""
    missing = [line for line in order.lines.all() if line.quantity_short and line.product_id is not None]
    if not (missing and order.is_live):
        return []
    known = substitutes_of(line.product_id for line in missing if line.product_id is not None)
    offered = {
        (one.order_line_id, one.product_id): one for one in SubstituteOffer.objects.filter(order=order).order_by("pk")
    }
    skus = sorted({product.sku for products in known.values() for product in products})
    levels = scoped(principal, StockLevel)
    free = {one.sku: one for one in availability(skus, now=timezone.now(), levels=levels)}
    return [
        {
            "line": line,
            "offers": [
                {"product": one, "free": free[one.sku], "offered": offered.get((line.pk, one.pk))}
                for one in known.get(line.product_id or 0, [])
            ],
        }
        for line in missing
    ]


def pieces_context(row: FulfillmentOrder, principal: Any) -> dict[str, Any]:
    """Return what is to be fetched from which bin, the instructions, and the parcels made of it."""
    shipments = scoped(principal, Shipment).filter(fulfillment_order=row).exclude(state="cancelled").order_by("pk")
    return {
        "row": row,
        "pieces": picked_pieces([row.pk]).get(row.pk, []),
        "shipments": list(shipments_with_parcels(shipments)),
        "instructions": row.order.instructions,
    }


def supplier_context(row: SupplierRequest, principal: Any) -> dict[str, Any]:
    """Return what a supplier is to send, and the parcels that it has sent."""
    return pieces_context(row.fulfillment_order, principal)


def parcels_context(row: Shipment, principal: Any) -> dict[str, Any]:
    """Return the parcels of a shipment, and which of its papers can be printed."""
    shipment = shipments_with_parcels(Shipment.objects.filter(pk=row.pk)).get()
    may_label = principal.has_perm("fulfillment.label_shipment")
    parcels = [
        {"row": one, "label": may_label and any(label.state in IN_HAND for label in one.labels.all())}
        for one in shipment.packages.all()
    ]
    return {
        "row": shipment,
        "parcels": parcels,
        "labelled": any(one["label"] for one in parcels),
        "offered": offered(shipment),
        "nobody": note_of(shipment),
        "turned": turned_rows(shipment),
        "invoiced": needs_invoice(shipment),
    }


def journey_context(row: Package, principal: Any) -> dict[str, Any]:
    """Return a parcel with everything the carrier told about it, and the days on which it was to arrive."""
    parcel = with_tracking(Package.objects.filter(pk=row.pk)).get()
    return {"parcel": parcel, "days": list(ExpectedDay.objects.filter(package=row.pk).order_by("pk"))}


def risk_context(row: ParcelRisk | CarrierClaim, principal: Any) -> dict[str, Any]:
    """Return the journey of a parcel at risk, or of a claimed one."""
    return {**journey_context(row.package, principal), "is_risk": isinstance(row, ParcelRisk)}


def promise_context(row: Any, principal: Any) -> dict[str, Any]:
    """Return the SKU that is asked for."""
    return {"sku": row.sku}


add_column("orders_order", Column("leaves", "leaves by", leaving_of_orders))
add_panel("fulfillment.fulfillmentorder", Panel("To pick", "fulfillment/panels/pieces.html", pieces_context))
add_panel("fulfillment.supplierrequest", Panel("To send", "fulfillment/panels/pieces.html", supplier_context))
add_panel("fulfillment.shipment", Panel("Parcels", "fulfillment/panels/parcels.html", parcels_context))
add_panel("fulfillment.carrierclaim", Panel("Journey", "fulfillment/panels/journey.html", risk_context))
add_panel("fulfillment.parcelrisk", Panel("Journey", "fulfillment/panels/journey.html", risk_context))
add_panel("fulfillment.package", Panel("Journey", "fulfillment/panels/journey.html", journey_context))
add_panel(
    "fulfillment.sourcingdecision", Panel("Locations", "fulfillment/panels/whole_decision.html", whole_decision_context)
)
add_panel("inventory.product", Panel("Promise", "fulfillment/panels/can_promise.html", promise_context))
add_panel(PAGE, Panel("Fulfillment", "fulfillment/panels/work.html", work_context, position=30))
add_panel(PAGE, Panel("Sourcing", "fulfillment/panels/decision.html", decision_context, position=60))
add_part(PAGE, "fulfillment_orders", partial(work_of_orders, arrivals=arrivals_of), empty=[])
add_part(PAGE, "shipments", shipments_of_orders, empty=[])
name_acts(
    "floor",
    {
        "claim": "Walk begun",
        "make_walk": "Walk of a wave made",
        "cancel_walk": "Walk of a wave cancelled",
        "begin_wave": "First walk begun",
        "complete_wave": "Wave done",
        "cancel_wave": "Wave cancelled",
        "plan": "Stop planned",
        "take_over": "Walk taken over",
        "give_back": "Walk given back",
        "free": "Walk freed for others",
        "pick": "Taken from the bin",
        "miss": "Not in the bin",
        "skip": "Left for later",
        "drop": "Not wanted any more",
        "complete": "Walk done",
    },
)
detail_acts("fulfillment", {"change_shippingrate": changes_told, "change_box": changes_told})
