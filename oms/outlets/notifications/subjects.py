"""What a mail speaks about: the parcel, the return or the money that its key names."""

from collections.abc import Callable
from typing import Any

from fulfillment.models import Package, Shipment
from orders.models import Order, Payment, Refund
from returns.models import Return, ReturnLine

Loader = Callable[[Order, int], dict[str, Any]]


def _shipment(order: Order, pk: int) -> dict[str, Any]:
    """Return the shipment with its parcels and the pieces in them."""
    shipment = Shipment.objects.filter(order=order, pk=pk).first()
    packages = Package.objects.filter(shipment=pk, shipment__order=order).order_by("position")
    return {"shipment": shipment, "packages": list(packages.prefetch_related("items__allocation__order_line"))}


def _package(order: Order, pk: int) -> dict[str, Any]:
    """Return the parcel."""
    package = Package.objects.filter(shipment__order=order, pk=pk).select_related("shipment").first()
    return {"package": package, "packages": [package] if package else []}


def _return(order: Order, pk: int) -> dict[str, Any]:
    """Return the return with its lines."""
    one = Return.objects.filter(order=order, pk=pk).select_related("location").first()
    lines = ReturnLine.objects.filter(return_order=pk, return_order__order=order).select_related("order_line")
    return {"return": one, "return_lines": list(lines.order_by("order_line__position"))}


def _refund(order: Order, pk: int) -> dict[str, Any]:
    """Return the refund with the payment it went back through."""
    return {"refund": Refund.objects.filter(order=order, pk=pk).select_related("payment").first()}


def _payment(order: Order, pk: int) -> dict[str, Any]:
    """Return the payment."""
    return {"payment": Payment.objects.filter(order=order, pk=pk).first()}


def _nothing(order: Order, pk: int) -> dict[str, Any]:
    """Return nothing: the mail speaks of the order alone."""
    return {}


LOADERS: dict[str, Loader] = {
    "payment_failed": _payment,
    "shipped": _shipment,
    "delayed": _package,
    "delivered": _package,
    "return_approved": _return,
    "return_declined": _return,
    "return_received": _return,
    "refunded": _refund,
}


def subject_of(kind: str, key: str, order: Order) -> dict[str, Any]:
    """Return what a mail of the kind and key speaks about besides its order."""
    pk = key.split(":")[1]
    return LOADERS.get(kind, _nothing)(order, int(pk) if pk.isdigit() else 0)
