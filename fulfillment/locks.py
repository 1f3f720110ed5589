"""Locks of matching: order → payment → fulfillment order → shipment → stock levels, always in this order."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from fulfillment.models import (
    Allocation,
    Box,
    DriverVisit,
    FulfillmentOrder,
    Label,
    Manifest,
    Package,
    PackSession,
    Pickup,
    ScarcityRun,
    Shipment,
    ShippingRate,
    SourcingRuleSet,
    SupplierRequest,
    Wave,
)
from fulfillment.states import OPEN_ALLOCATIONS, ScarcityState
from inventory.locks import lock_levels
from oms.foundation.locks import lock_row, lock_rows
from oms.foundation.refusals import NotFound
from orders.locks import lock_orders, lock_payments

NEWEST_RUNS = 50


def lock_manifest(pk: int) -> Manifest:
    """Lock the list of a day, before any order that is on it, and return it with its location."""
    row = lock_row(Manifest, pk)
    prefetch_related_objects([row], "location")
    return row


def lock_visit(pk: int) -> DriverVisit:
    """Lock the visit of a carrier's driver, which has no other rows behind it, and return it with its location."""
    row = lock_row(DriverVisit, pk)
    prefetch_related_objects([row], "location")
    return row


def lock_fulfillment_order(pk: int) -> FulfillmentOrder:
    """Lock the order, then its fulfillment order, and return that with the locked order on it."""
    found = lock_fulfillment_orders([pk])
    if not found:
        raise NotFound("There is no fulfillment order with this number.")
    return found[0]


def lock_fulfillment_orders(ids: Iterable[int]) -> list[FulfillmentOrder]:
    """Lock the orders, then their fulfillment orders; return those with locked orders, holds and locations on them."""
    wanted = dict(FulfillmentOrder.objects.filter(pk__in=set(ids)).values_list("pk", "order_id"))
    orders = {order.pk: order for order in lock_orders(wanted.values())}
    rows = lock_rows(FulfillmentOrder, wanted)
    for row in rows:
        row.order = orders[row.order_id]
    prefetch_related_objects(rows, "location", "order__holds")
    return rows


def lock_shipment(pk: int, *, with_payments: bool = False) -> Shipment:
    """Lock the order, its payments when money will move, the fulfillment order and the shipment; return the last."""
    found = lock_shipments([pk], with_payments=with_payments)
    if not found:
        raise NotFound("There is no shipment with this number.")
    return found[0]


def lock_shipments(ids: Iterable[int], *, with_payments: bool = False) -> list[Shipment]:
    """Lock the orders, their payments when money will move, the fulfillment orders and the shipments; return the last.

    Each has its locked order with its holds, its locked fulfillment order and its location on it.
    """
    keys = Shipment.objects.filter(pk__in=set(ids)).values_list("pk", "order_id", "fulfillment_order_id")
    wanted = {pk: (order_id, work_id) for pk, order_id, work_id in keys}
    orders = {order.pk: order for order in lock_orders(order_id for order_id, _ in wanted.values())}
    if with_payments:
        lock_payments(orders)
    work = {row.pk: row for row in lock_rows(FulfillmentOrder, (work_id for _, work_id in wanted.values()))}
    shipments = lock_rows(Shipment, wanted)
    for shipment in shipments:
        shipment.order, shipment.fulfillment_order = orders[shipment.order_id], work[shipment.fulfillment_order_id]
    prefetch_related_objects(shipments, "location", "order__holds")
    for shipment in shipments:
        shipment.fulfillment_order.location = shipment.location
    return shipments


def lock_pickup(pk: int) -> Pickup:
    """Lock the order, its payments, the fulfillment order and the shipment, then the pick-up; return that with them."""
    found = Pickup.objects.filter(pk=pk).values_list("shipment_id", flat=True).first()
    if found is None:
        raise NotFound("There is no pick-up with this number.")
    shipment = lock_shipment(found, with_payments=True)
    pickup = lock_row(Pickup, pk)
    pickup.shipment = shipment
    return pickup


def lock_pickups(ids: Iterable[int]) -> list[Pickup]:
    """Lock pick-ups of locked orders by primary key, and return them with their shipments and locations."""
    rows = lock_rows(Pickup, ids)
    prefetch_related_objects(rows, "shipment__location")
    return rows


def lock_request(pk: int) -> SupplierRequest:
    """Lock the order, its payments, the fulfillment order and a supplier's request; return that with them."""
    found = SupplierRequest.objects.filter(pk=pk).values_list("fulfillment_order_id", "fulfillment_order__order_id")
    if not found:
        raise NotFound("There is no request with this number.")
    work_id, order_id = found[0]
    lock_orders([order_id])
    lock_payments([order_id])
    work = lock_fulfillment_order(work_id)
    row = lock_row(SupplierRequest, pk)
    row.fulfillment_order = work
    return row


def lock_requests_of(work_ids: Iterable[int], states: Iterable[str]) -> list[SupplierRequest]:
    """Lock the requests of locked fulfillment orders that are in one of the states, by primary key."""
    wanted = SupplierRequest.objects.filter(fulfillment_order__in=sorted(set(work_ids)), state__in=list(states))
    return list(
        wanted.select_related("fulfillment_order__location").select_for_update(no_key=True, of=("self",)).order_by("pk")
    )


def lock_package(pk: int) -> Package:
    """Lock the order, then the parcel, and return that with its shipment and the locked order."""
    found = lock_packages([pk])
    if not found:
        raise NotFound("There is no parcel with this number.")
    return found[0]


def lock_packages(ids: Iterable[int]) -> list[Package]:
    """Lock the orders, then their parcels by primary key, and return those with shipments and locked orders."""
    wanted = dict(Package.objects.filter(pk__in=set(ids)).values_list("pk", "shipment__order_id"))
    orders = {order.pk: order for order in lock_orders(wanted.values())}
    packages = lock_rows(Package, wanted)
    shipments = Shipment.objects.in_bulk({package.shipment_id for package in packages})
    for package in packages:
        package.shipment = shipments[package.shipment_id]
        package.shipment.order = orders[package.shipment.order_id]
    return packages


def lock_live_of(order_ids: Iterable[int], states: Iterable[str]) -> list[FulfillmentOrder]:
    """Lock the fulfillment orders of locked orders that are in one of the states, by primary key, with locations."""
    wanted = FulfillmentOrder.objects.filter(order__in=sorted(set(order_ids)), state__in=list(states))
    return list(wanted.select_related("location").select_for_update(no_key=True, of=("self",)).order_by("pk"))


def lock_shipments_of(order_ids: Iterable[int], states: Iterable[str]) -> list[Shipment]:
    """Lock the shipments of locked orders that are in one of the states, by primary key."""
    wanted = Shipment.objects.filter(order__in=sorted(set(order_ids)), state__in=list(states))
    return list(wanted.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def open_allocations_of(fulfillment_order_ids: Iterable[int]) -> list[Allocation]:
    """Return the open allocations of locked fulfillment orders, whose lock covers them, by primary key.

    Those that are assembled have their parts at hand.
    """
    wanted = Allocation.objects.filter(fulfillment_order__in=sorted(set(fulfillment_order_ids)))
    rows = list(wanted.filter(state__in=OPEN_ALLOCATIONS).order_by("pk"))
    prefetch_related_objects([one for one in rows if one.is_assembled], "parts")
    return rows


def lock_all_of_work(ids: Iterable[int]) -> None:
    """Lock whatever an act on fulfillment orders may touch, down to the stock levels of their open pieces."""
    _lock_levels_of(row.pk for row in lock_fulfillment_orders(ids))


def lock_all_of_shipments(ids: Iterable[int]) -> None:
    """Lock whatever an act on shipments may touch, money and the stock levels of their open pieces too."""
    _lock_levels_of(row.fulfillment_order_id for row in lock_shipments(ids, with_payments=True))


def _lock_levels_of(fulfillment_order_ids: Iterable[int]) -> None:
    """Lock the stock levels of the open pieces of locked fulfillment orders."""
    lock_levels({level for one in open_allocations_of(fulfillment_order_ids) for level in one.takes})


def lock_labels_of(package_ids: Iterable[int]) -> list[Label]:
    """Lock the labels of parcels whose shipment is locked, by primary key."""
    wanted = Label.objects.filter(package__in=sorted(set(package_ids)))
    return lock_rows(Label, wanted.values_list("pk", flat=True))


def lock_wave(pk: int) -> Wave:
    """Lock a wave, after its orders and its walks."""
    return lock_row(Wave, pk)


def lock_pack_session(pk: int, work: FulfillmentOrder) -> PackSession:
    """Lock the packing of locked work, and return it with that."""
    session = lock_row(PackSession, pk)
    session.fulfillment_order = work
    return session


def lock_rule_sets() -> list[SourcingRuleSet]:
    """Lock every set of sourcing rules, by primary key: who makes one or puts one into force does so alone."""
    return lock_rows(SourcingRuleSet, SourcingRuleSet.objects.values_list("pk", flat=True))


def lock_scarcity_runs() -> list[ScarcityRun]:
    """Lock the runs that have scarcity fees and are in force or newer: who switches fees on or off does so alone."""
    rows = ScarcityRun.objects.filter(state__in=[ScarcityState.LEARNED, ScarcityState.ACTIVE, ScarcityState.OFF])
    newest = list(rows.order_by("-pk").values_list("pk", flat=True)[:NEWEST_RUNS])
    held = rows.filter(state=ScarcityState.ACTIVE).values_list("pk", flat=True)
    return lock_rows(ScarcityRun, [*newest, *held])


__all__ = [
    "lock_all_of_shipments",
    "lock_all_of_work",
    "lock_fulfillment_order",
    "lock_fulfillment_orders",
    "lock_labels_of",
    "lock_live_of",
    "lock_manifest",
    "lock_orders",
    "lock_pack_session",
    "lock_package",
    "lock_packages",
    "lock_pickup",
    "lock_pickups",
    "lock_request",
    "lock_requests_of",
    "lock_rule_sets",
    "lock_scarcity_runs",
    "lock_shipment",
    "lock_shipments",
    "lock_shipments_of",
    "lock_visit",
    "lock_wave",
    "open_allocations_of",
]


def lock_rates(ids: Iterable[int]) -> list[ShippingRate]:
    """Lock rates in the order of their primary keys and return them."""
    return lock_rows(ShippingRate, ids)


def lock_boxes(ids: Iterable[int]) -> list[Box]:
    """Lock boxes in the order of their primary keys and return them."""
    return lock_rows(Box, ids)
