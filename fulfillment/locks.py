"""Locks of matching: order → payment → fulfillment order → shipment → stock levels, always in this order."""

from collections.abc import Iterable

from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, Shipment
from fulfillment.states import OPEN_ALLOCATIONS
from oms.foundation.locks import lock_row, lock_rows
from oms.foundation.refusals import NotFound
from orders.locks import lock_order, lock_orders, lock_payments


def lock_fulfillment_order(pk: int) -> FulfillmentOrder:
    """Lock the order, then its fulfillment order, and return that with the locked order on it."""
    order_id = FulfillmentOrder.objects.filter(pk=pk).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound("There is no fulfillment order with this number.")
    order = lock_order(order_id)
    fulfillment_order = lock_row(FulfillmentOrder, pk)
    fulfillment_order.order = order
    return fulfillment_order


def lock_shipment(pk: int, *, with_payments: bool = False) -> Shipment:
    """Lock the order, its payments when money will move, the fulfillment order and the shipment; return the last."""
    keys = Shipment.objects.filter(pk=pk).values_list("order_id", "fulfillment_order_id").first()
    if keys is None:
        raise NotFound("There is no shipment with this number.")
    order = lock_order(keys[0])
    if with_payments:
        lock_payments([order.pk])
    fulfillment_order = lock_row(FulfillmentOrder, keys[1])
    shipment = lock_row(Shipment, pk)
    shipment.order, shipment.fulfillment_order = order, fulfillment_order
    return shipment


def lock_package(pk: int) -> Package:
    """Lock the order, then the parcel, and return that with its shipment and the locked order."""
    order_id = Package.objects.filter(pk=pk).values_list("shipment__order_id", flat=True).first()
    if order_id is None:
        raise NotFound("There is no parcel with this number.")
    order = lock_order(order_id)
    package = lock_row(Package, pk)
    package.shipment.order = order
    return package


def lock_live_of(order_ids: Iterable[int], states: Iterable[str]) -> list[FulfillmentOrder]:
    """Lock the fulfillment orders of locked orders that are in one of the states, by primary key."""
    wanted = FulfillmentOrder.objects.filter(order__in=sorted(set(order_ids)), state__in=list(states))
    return list(wanted.select_for_update(of=("self",)).order_by("pk"))


def lock_shipments_of(order_ids: Iterable[int], states: Iterable[str]) -> list[Shipment]:
    """Lock the shipments of locked orders that are in one of the states, by primary key."""
    wanted = Shipment.objects.filter(order__in=sorted(set(order_ids)), state__in=list(states))
    return list(wanted.select_for_update(of=("self",)).order_by("pk"))


def open_allocations_of(fulfillment_order_ids: Iterable[int]) -> list[Allocation]:
    """Return the open allocations of locked fulfillment orders, whose lock covers them, by primary key."""
    wanted = Allocation.objects.filter(fulfillment_order__in=sorted(set(fulfillment_order_ids)))
    return list(wanted.filter(state__in=OPEN_ALLOCATIONS).order_by("pk"))


def lock_labels_of(package_ids: Iterable[int]) -> list[Label]:
    """Lock the labels of parcels whose shipment is locked, by primary key."""
    wanted = Label.objects.filter(package__in=sorted(set(package_ids)))
    return lock_rows(Label, wanted.values_list("pk", flat=True))


__all__ = [
    "lock_fulfillment_order",
    "lock_labels_of",
    "lock_live_of",
    "lock_orders",
    "lock_package",
    "lock_shipment",
    "lock_shipments_of",
    "open_allocations_of",
]
