"""Reading matching: an order's work and parcels, the floor's queue, all in a constant number of statements."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Length

from fulfillment.models import (
    Allocation,
    AllocationPart,
    CarrierClaim,
    FulfillmentOrder,
    Label,
    Package,
    PackageItem,
    ParcelPhoto,
    ParcelRisk,
    ProofOfDelivery,
    Shipment,
    SourcingDecision,
    SourcingRuleSet,
    TracedPieces,
    TrackingEvent,
)
from fulfillment.parcel_answers import shipment_answer
from fulfillment.states import (
    TROUBLED_LABELS,
    FulfillmentOrderState,
    LabelState,
    ShipmentState,
)
from fulfillment.states_parcels import RiskLevel

Arrivals = Callable[[Sequence[FulfillmentOrder]], Mapping[int, tuple[date, date]]]
"""Tells by which days five and nine of ten parcels of work arrive, by its id."""


def work_with_lines(rows: "QuerySet[FulfillmentOrder]") -> "QuerySet[FulfillmentOrder]":
    """Return fulfillment orders with all that their answers show."""
    return rows.select_related("order", "location").prefetch_related(pieces_of_work())


def pieces_of_work(path: str = "") -> "Prefetch[Any]":
    """Let the pieces of fulfillment orders, found below a path, be read with lines, bins and parts."""
    parts = Prefetch("parts", AllocationPart.objects.select_related("stock_level__product"))
    pieces = Allocation.objects.select_related("order_line", "stock_level__product").prefetch_related(parts)
    return Prefetch(f"{path}allocations", pieces.order_by("order_line__position", "pk"))


def shipments_with_parcels(rows: "QuerySet[Shipment]") -> "QuerySet[Shipment]":
    """Return shipments with all that their answers show; the labels come without their documents."""
    return rows.select_related("order", "location", "fulfillment_order").prefetch_related(
        Prefetch("packages", with_tracking(Package.objects.order_by("position")))
    )


def items_with_lines() -> "QuerySet[PackageItem]":
    """Return what is inside parcels with the lines of its order.

    Joined, because Django asks SQLite for the targets of a foreign key with an OR for each, and it takes a thousand.
    """
    return PackageItem.objects.select_related("allocation__order_line").order_by("pk")


def with_tracking(rows: "QuerySet[Package]") -> "QuerySet[Package]":
    """Return parcels with their box, their events, newest first, their labels, what is inside and against them."""
    proofs = ProofOfDelivery.objects.defer("picture").annotate(picture_bytes=Length("picture"))
    return (
        with_photo(rows)
        .select_related("box", "advised", "risk")
        .prefetch_related(
            Prefetch("proof", proofs),
            Prefetch("claims", CarrierClaim.objects.order_by("-pk")),
            Prefetch("tracking_events", TrackingEvent.objects.order_by("-occurred_at", "-pk")),
            Prefetch("labels", Label.objects.defer("document", "zpl").order_by("-pk")),
            Prefetch("items", items_with_lines()),
            Prefetch("traces", TracedPieces.objects.select_related("lot__product").order_by("pk")),
        )
    )


def with_photo(rows: "QuerySet[Package]") -> "QuerySet[Package]":
    """Return parcels with ``has_photo``: whether somebody has taken one."""
    photo = ParcelPhoto.objects.filter(package=OuterRef("pk")).exclude(image=b"")
    return rows.annotate(has_photo=Exists(photo))


def box_told(row: Package) -> str:
    """Return the box of a parcel, and the advised one where it is another; nothing where neither is known."""
    used = row.box.code if row.box else ""
    if row.advised is None or row.advised_id == row.box_id:
        return used
    return f"{used or 'no box'}, advised {row.advised.code}"


def packages_with_labels() -> "QuerySet[Package]":
    """Return parcels in their order with all their labels, without the documents."""
    labels = Prefetch("labels", Label.objects.defer("document", "zpl").order_by("pk"))
    return Package.objects.order_by("position").prefetch_related(labels)


def is_prefetched(row: Model, relation: str) -> bool:
    """Return whether the rows of a relation are at hand."""
    return relation in getattr(row, "_prefetched_objects_cache", {})


def queue(rows: "QuerySet[FulfillmentOrder]") -> "QuerySet[FulfillmentOrder]":
    """Return fulfillment orders with the numbers of their lines and pieces, for a list."""
    return rows.select_related("order", "location").annotate(
        line_count=Count("allocations__order_line", distinct=True), piece_count=Sum("allocations__quantity")
    )


def waiting_at(rows: "QuerySet[FulfillmentOrder]", location: str) -> "QuerySet[FulfillmentOrder]":
    """Return what waits to be picked at a location."""
    code = "" if "\x00" in location else location
    return rows.filter(location__code=code, state=FulfillmentOrderState.OPEN)


def unsettled_labels() -> "QuerySet[Label]":
    """Return the labels that need a person: nobody asks their carrier any more, or for long in vain."""
    long = Q(attempts__gt=len(settings.UNKNOWN_ASK_SECONDS))
    waiting = (LabelState.UNKNOWN, LabelState.VOID_REQUESTED)
    return Label.objects.filter(Q(next_try_at=None) | long, state__in=waiting)


def shipments_for_a_person(rows: "QuerySet[Shipment]") -> "QuerySet[Shipment]":
    """Return the shipments with a label whose fate nobody knows, and packed ones with a parcel that was last refused.

    They are found from their labels in trouble, which are few and have an index.
    """
    troubled = Label.objects.filter(state__in=TROUBLED_LABELS).values("package__shipment")
    unsettled = unsettled_labels().filter(package__shipment=OuterRef("pk"))
    newest = Label.objects.filter(package=OuterRef("pk")).order_by("-pk").values("state")[:1]
    left = Package.objects.annotate(newest=Subquery(newest)).filter(newest=LabelState.FAILED, shipment=OuterRef("pk"))
    refused = Q(Exists(left))
    return rows.filter(Q(Exists(unsettled)) | Q(state=ShipmentState.PACKED) & refused, pk__in=troubled)


def at_risk_now(rows: "QuerySet[ParcelRisk]", today: date) -> "QuerySet[ParcelRisk]":
    """Return the parcels at risk that nobody has put off beyond a day."""
    return rows.exclude(level=RiskLevel.NONE).filter(Q(snoozed_until=None) | Q(snoozed_until__lte=today))


LONGEST_WAIT = timedelta(minutes=5)


def waiting_for_a_carrier(rows: "QuerySet[Shipment]", now: datetime) -> "QuerySet[Shipment]":
    """Return the shipments with a label that was asked for minutes ago and that no carrier has sold or refused yet."""
    late = Label.objects.filter(state=LabelState.REQUESTED, created_at__lt=now - LONGEST_WAIT)
    return rows.filter(state=ShipmentState.PACKED, pk__in=late.values("package__shipment"))


def work_answer(row: FulfillmentOrder, arrives: tuple[date, date] | None = None) -> dict[str, Any]:
    """Return a fulfillment order read by :func:`work_with_lines` as plain values, with the days on which it arrives."""
    return {
        "number": row.number,
        "order": row.order.number,
        "location": row.location.code,
        "state": row.state,
        "request_status": row.request_status,
        "ship_by": row.ship_by,
        **delivery_answer(arrives),
        "opened_at": row.opened_at,
        "picked_at": row.picked_at,
        "packed_at": row.packed_at,
        "fulfilled_at": row.fulfilled_at,
        "fixed_at": row.fixed_at,
        "version": row.version,
        "lines": pieces_answer(row),
    }


def delivery_answer(arrives: tuple[date, date] | None) -> dict[str, date | None]:
    """Return the days by which five and nine of ten parcels arrive, as answers name them."""
    p50, p90 = arrives or (None, None)
    return {"delivery_p50": p50, "delivery_p90": p90}


def pieces_answer(row: FulfillmentOrder) -> list[dict[str, Any]]:
    """Return the pieces of a fulfillment order, at hand with their lines, as plain values."""
    return [
        {
            "position": one.order_line.position,
            "sku": one.order_line.sku,
            "title": one.order_line.title,
            "quantity": one.quantity,
            "state": one.state,
            "bin": one.stock_level.bin,
            "parts": [_part(one, part) for part in one.parts.all()],
        }
        for one in row.allocations.all()
    ]


def _part(one: Allocation, part: AllocationPart) -> dict[str, Any]:
    """Return what is to be fetched of one component of kits, as plain values."""
    level = part.stock_level
    return {"sku": level.product.sku, "quantity": part.per_kit * one.quantity, "bin": level.bin}


def work_of_orders(order_ids: Sequence[int], *, arrivals: Arrivals) -> dict[int, list[dict[str, Any]]]:
    """Return the fulfillment orders of each order with their ``arrivals``, oldest first, without replaced plans."""
    rows = list(work_with_lines(FulfillmentOrder.objects.filter(order__in=list(order_ids)).order_by("pk")))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    arrives = arrivals(rows)
    for row in rows:
        if row.state not in ("cancelled", "rejected") or row.opened_at is not None:
            found[row.order_id].append(work_answer(row, arrives.get(row.pk)))
    return found


def shipments_of_orders(order_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the shipments of each order, oldest first; cancelled ones are left out."""
    rows = Shipment.objects.filter(order__in=list(order_ids)).exclude(state="cancelled").order_by("pk")
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in shipments_with_parcels(rows):
        found[row.order_id].append(shipment_answer(row))
    return found


def last_decision(order_id: int) -> SourcingDecision | None:
    """Return the newest decision on an order, without its snapshot."""
    return SourcingDecision.objects.filter(order=order_id).defer("snapshot").order_by("-pk").first()


def replayed(version: int) -> bool:
    """Say whether a version of the sourcing rules was replayed on past orders, with a self-check that agreed."""
    return SourcingRuleSet.objects.filter(number=version, replayed_at__isnull=False).exists()
