"""What a mail speaks about: the parcel, the return or the money that its key names."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, Package, Pickup, Shipment, SubstituteOffer, SupplierRequest
from fulfillment.purchase_orders import purchase_order
from fulfillment.queries import items_with_lines, pieces_of_work, work_with_lines
from fulfillment.services.arriving import arrivals_of
from fulfillment.services.shortages import shortness_of
from fulfillment.states import OPEN_ALLOCATIONS, RequestState
from oms.outlets.models import Notification
from oms.outlets.notifications.kinds import named
from orders.models import OrderAddress, OrderLine, Payment, Refund
from orders.models.orders import AddressKind
from returns.models import Return, ReturnLine

WANTED = (RequestState.REQUESTED, RequestState.ACCEPTED)
Subject = tuple[int, dict[str, Any]]  # the order it belongs to, and the values of the template
Loader = Callable[[Collection[int]], dict[int, Subject]]


def _shipments(pks: Collection[int]) -> dict[int, Subject]:
    """Return shipments with their parcels and the pieces in them."""
    packages = _with_pieces(Package.objects.order_by("position"))
    shipments = Shipment.objects.filter(pk__in=pks).prefetch_related(Prefetch("packages", packages))
    return {one.pk: (one.order_id, {"shipment": one, "packages": list(one.packages.all())}) for one in shipments}


def _pickups(pks: Collection[int]) -> dict[int, Subject]:
    """Return pick-ups with their store, their pieces, and the code, which is kept out of what is stored."""
    packages = Prefetch("shipment__packages", _with_pieces(Package.objects.order_by("position")))
    rows = Pickup.objects.filter(pk__in=pks).select_related("shipment__location").prefetch_related(packages)
    return {
        one.pk: (
            one.shipment.order_id,
            {
                "pickup": one,
                "store": one.shipment.location,
                "until": one.expires_at.astimezone(one.shipment.location.zone).date(),
                "packages": list(one.shipment.packages.all()),
                "secret": one.code,
            },
        )
        for one in rows
    }


def _requests(pks: Collection[int]) -> dict[int, Subject]:
    """Return what suppliers are asked to send: the pieces, where they go, and a file of both."""
    pieces = pieces_of_work("fulfillment_order__")
    rows = SupplierRequest.objects.filter(pk__in=pks).select_related("fulfillment_order__location")
    found = list(rows.prefetch_related(pieces))
    orders = [one.fulfillment_order.order_id for one in found]
    current = OrderAddress.objects.filter(order__in=orders, kind=AddressKind.SHIPPING, replaced_at=None)
    to = {row.order_id: row for row in current}
    return {one.pk: _request(one, to.get(one.fulfillment_order.order_id)) for one in found}


def _request(one: SupplierRequest, to: OrderAddress | None) -> Subject:
    """Return what one supplier is asked to send, to where, and a file of both while it is wanted."""
    work = one.fulfillment_order
    town = f"{to.postal_code} {to.city} {to.region}".strip() if to else ""
    lines = [to.name, to.company, to.line1, to.line2, town, to.country, to.phone] if to else []
    told: dict[str, Any] = {
        "request": one,
        "pieces": [row for row in work.allocations.all() if row.state in OPEN_ALLOCATIONS],
        "to": [line for line in lines if line],
    }
    return work.order_id, told | ({"attached": purchase_order(one, to)} if one.state in WANTED else {})


def _packages(pks: Collection[int], now: datetime) -> dict[int, Subject]:
    """Return parcels with the pieces in them, and the day that it is: a day that has passed is expected no more."""
    packages = _with_pieces(Package.objects.filter(pk__in=pks).select_related("shipment"))
    told = {"today": timezone.localdate(now)}
    return {one.pk: (one.shipment.order_id, {"package": one, "packages": [one]} | told) for one in packages}


def _with_pieces(packages: "QuerySet[Package]") -> "QuerySet[Package]":
    """Let parcels bring their pieces with them."""
    return packages.prefetch_related(Prefetch("items", items_with_lines()))


def _returns(pks: Collection[int]) -> dict[int, Subject]:
    """Return returns with their lines."""
    lines = Prefetch("lines", ReturnLine.objects.select_related("order_line").order_by("order_line__position"))
    returns = Return.objects.filter(pk__in=pks).select_related("location").prefetch_related(lines)
    return {one.pk: (one.order_id, {"return": one, "return_lines": list(one.lines.all())}) for one in returns}


def _refunds(pks: Collection[int]) -> dict[int, Subject]:
    """Return refunds with the payments they went back through."""
    refunds = Refund.objects.filter(pk__in=pks).select_related("payment")
    return {one.pk: (one.order_id, {"refund": one}) for one in refunds}


def _payments(pks: Collection[int]) -> dict[int, Subject]:
    """Return payments."""
    return {one.pk: (one.order_id, {"payment": one}) for one in Payment.objects.filter(pk__in=pks)}


def _work(pks: Collection[int]) -> dict[int, Subject]:
    """Return work that is still to be sent, with its pieces and the day by which it arrives."""
    rows = list(work_with_lines(FulfillmentOrder.objects.filter(pk__in=pks)))
    arrives = arrivals_of(rows)
    days = {row.pk: arrives[row.pk][1] for row in rows if row.pk in arrives}
    return {row.pk: (row.order_id, {"work": row, "expected_on": days.get(row.pk)}) for row in rows}


def _lines(pks: Collection[int]) -> dict[int, Subject]:
    """Return lines, with those that they replace."""
    lines = OrderLine.objects.filter(pk__in=pks).select_related("replaces")
    return {one.pk: (one.order_id, {"line": one}) for one in lines}


def _offers(pks: Collection[int]) -> dict[int, Subject]:
    """Return offered substitutes with the lines that they are instead of."""
    offers = SubstituteOffer.objects.filter(pk__in=pks).select_related("product", "order_line")
    return {one.pk: (one.order_id, {"offer": one, "line": one.order_line}) for one in offers}


def _waiting(pks: Collection[int], now: datetime) -> dict[int, Subject]:
    """Return what orders lack, with the days on which it is expected."""
    known = shortness_of(pks, now=now)
    return {pk: (pk, {"missing": list(one.missing), "expected_on": one.expected_on}) for pk, one in known.items()}


LOADERS: dict[str, Loader] = {
    "substitute_offered": _offers,
    "payment_failed": _payments,
    "pieces_swapped": _lines,
    "arrives_later": _work,
    "pickup_ready": _pickups,
    "pickup_code": _pickups,
    "pickup_reminder": _pickups,
    "pickup_expired": _pickups,
    "supplier_request": _requests,
    "supplier_cancelled": _requests,
    "partner_to_cancel": _requests,
    "shipped": _shipments,
    "return_approved": _returns,
    "return_declined": _returns,
    "return_received": _returns,
    "refunded": _refunds,
}


def subjects_of(rows: Sequence[Notification], now: datetime) -> dict[int, dict[str, Any]]:
    """Return what each mail speaks about besides its order, by the mail's id; nothing where that is not the order's."""
    told: dict[int, dict[str, Any]] = {row.pk: {} for row in rows}
    parcels = partial(_packages, now=now)
    loaders: dict[str, Loader] = {
        **LOADERS,
        "backordered": partial(_waiting, now=now),
        "delayed": parcels,
        "delivered": parcels,
    }
    for loader in set(loaders.values()):
        mine = [(row, named(row.key)) for row in rows if loaders.get(row.kind) is loader]
        found = loader({pk for _, pk in mine}) if mine else {}
        for row, pk in mine:
            owner, values = found.get(pk, (0, {}))
            told[row.pk] = values if owner == row.order_id else {}
    return told
