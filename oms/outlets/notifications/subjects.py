"""What a mail speaks about: the parcel, the return or the money that its key names."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet

from fulfillment.models import FulfillmentOrder, Package, Shipment, SubstituteOffer
from fulfillment.queries import items_with_lines, work_with_lines
from fulfillment.services.arriving import arrivals_of
from fulfillment.services.shortages import shortness_of
from oms.outlets.models import Notification
from orders.models import OrderLine, Payment, Refund
from returns.models import Return, ReturnLine

Subject = tuple[int, dict[str, Any]]  # the order it belongs to, and the values of the template
Loader = Callable[[Collection[int]], dict[int, Subject]]


def _shipments(pks: Collection[int]) -> dict[int, Subject]:
    """Return shipments with their parcels and the pieces in them."""
    packages = _with_pieces(Package.objects.order_by("position"))
    shipments = Shipment.objects.filter(pk__in=pks).prefetch_related(Prefetch("packages", packages))
    return {one.pk: (one.order_id, {"shipment": one, "packages": list(one.packages.all())}) for one in shipments}


def _packages(pks: Collection[int]) -> dict[int, Subject]:
    """Return parcels with the pieces in them."""
    packages = _with_pieces(Package.objects.filter(pk__in=pks).select_related("shipment"))
    return {one.pk: (one.shipment.order_id, {"package": one, "packages": [one]}) for one in packages}


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
    "shipped": _shipments,
    "delayed": _packages,
    "delivered": _packages,
    "return_approved": _returns,
    "return_declined": _returns,
    "return_received": _returns,
    "refunded": _refunds,
}


def subjects_of(rows: Sequence[Notification], now: datetime) -> dict[int, dict[str, Any]]:
    """Return what each mail speaks about besides its order, by the mail's id; nothing where that is not the order's."""
    told: dict[int, dict[str, Any]] = {row.pk: {} for row in rows}
    loaders: dict[str, Loader] = {**LOADERS, "backordered": partial(_waiting, now=now)}
    for loader in set(loaders.values()):
        mine = [(row, _named(row)) for row in rows if loaders.get(row.kind) is loader]
        found = loader({pk for _, pk in mine}) if mine else {}
        for row, pk in mine:
            owner, values = found.get(pk, (0, {}))
            told[row.pk] = values if owner == row.order_id else {}
    return told


def _named(row: Notification) -> int:
    """Return the id of what a mail's key names, 0 where it names none."""
    pk = row.key.split(":")[1]
    return int(pk) if pk.isdigit() else 0
