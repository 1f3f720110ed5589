"""Packing: picked pieces go into parcels, and out of them again."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from fulfillment.conditions import ALL_PICKED, NOT_HELD, ORDER_RELEASED, WORK_WITHOUT_LABELS, in_state
from fulfillment.locks import lock_fulfillment_order, lock_shipments_of, open_allocations_of
from fulfillment.models import Allocation, FulfillmentOrder, Package, PackageItem, Shipment
from fulfillment.states import FulfillmentOrderState, ShipmentState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record, record_many
from oms.foundation.money import split_amount
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid

S = FulfillmentOrderState
CAN_PACK = (in_state([S.IN_PROGRESS], "packed"), ALL_PICKED, ORDER_RELEASED, NOT_HELD)
CAN_UNPACK = (in_state([S.READY], "unpacked"), WORK_WITHOUT_LABELS)
UNSENT = (ShipmentState.PACKING, ShipmentState.PACKED, ShipmentState.LABELLED)
MAX_WEIGHT_G = 20_000_000
MAX_PARCELS = 1_000
# What one person may lift (grams): without a word on parcels there are as many as this asks for.
LIFTABLE_G = 25_000


@transaction.atomic
def pack(
    *,
    fulfillment_order_id: int,
    parcels: int | None = None,
    weight_g: int | None = None,
    material: str = "",
    actor: Actor,
) -> Shipment:
    """Put the picked pieces into parcels and return the shipment; ``weight_g`` is of all parcels together.

    Without a weight the products' own weights are added up; without a number of parcels none is heavier than 25 kg,
    as far as whole pieces allow.

    :raises Invalid: for more parcels than pieces, or when neither the form nor the products tell a weight.
    """
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_PACK)
    picked = open_allocations_of([row.pk])
    units = _units(picked)
    total = weight_g or _own_weight(picked)
    if parcels is None:
        parcels = min(-(-total // LIFTABLE_G), len(units), MAX_PARCELS)
    _refuse_absurd(parcels, len(units), weight_g)
    shipment = Shipment(
        number=random_code(8, prefix="S"), order=row.order, fulfillment_order=row, location_id=row.location_id
    )
    shipment.pack(at=actor.now)
    shipment.save()
    _fill(shipment, units, parcels, total, material)
    row.pack(at=actor.now)
    row.save(update_fields=["state", "packed_at"])
    data = {"shipment": shipment.number, "parcels": parcels, "weight_g": total}
    record_many(actor, [Act("fulfillment.pack", row, data=data), Act("fulfillment.pack", shipment, created=True)])
    return shipment


def _units(picked: Sequence[Allocation]) -> list[Allocation]:
    """Return one entry for each piece."""
    return [one for one in picked for _ in range(one.quantity)]


def _refuse_absurd(parcels: int, pieces: int, weight_g: int | None) -> None:
    """Raise for parcels that would be empty and weights that nobody can carry."""
    if not 1 <= parcels <= pieces:
        sentence = f"{pieces} pieces go into 1 to {pieces} parcels, not {parcels}."
        raise Invalid(sentence, code="bad_parcels", field="parcels")
    if weight_g is not None and not parcels <= weight_g <= MAX_WEIGHT_G:
        sentence = f"{weight_g} g is no weight for {parcels} parcels; enter grams of all parcels together."
        raise Invalid(sentence, code="bad_weight", field="weight_g")


def _own_weight(picked: Sequence[Allocation]) -> int:
    """Return the weight of the pieces in grams; raises :class:`Invalid` when no product tells one."""
    rows = Allocation.objects.filter(pk__in=[one.pk for one in picked])
    weights = dict(rows.values_list("pk", "stock_level__product__weight_g"))
    total = sum(weights[one.pk] * one.quantity for one in picked)
    if not total:
        raise Invalid("The products have no weight; weigh the parcel and enter it.", code="no_weight", field="weight_g")
    return total


def _fill(shipment: Shipment, units: Sequence[Allocation], parcels: int, weight_g: int, material: str) -> None:
    """Spread the pieces over the parcels, as evenly as whole pieces go, weight in the same proportion."""
    sizes = split_amount(len(units), [1] * parcels)
    weights = split_amount(weight_g, sizes)
    packages = [
        Package(shipment=shipment, position=position, material=material, weight_g=max(1, weight))
        for position, weight in enumerate(weights, 1)
    ]
    Package.objects.bulk_create(packages)
    items: list[PackageItem] = []
    start = 0
    for package, size in zip(packages, sizes, strict=True):
        inside = units[start : start + size]
        start += size
        counted = Counter(inside).items()
        items += [PackageItem(package=package, allocation=one, quantity=pieces) for one, pieces in counted]
    PackageItem.objects.bulk_create(items)


@transaction.atomic
def unpack(*, fulfillment_order_id: int, actor: Actor) -> FulfillmentOrder:
    """Open the parcels again: the shipment is cancelled, the pieces stay picked."""
    row = lock_fulfillment_order(fulfillment_order_id)
    refuse_unless(row, *CAN_UNPACK)
    cancel_unsent(row, actor)
    row.unpack()
    row.save(update_fields=["state", "packed_at"])
    record(actor, "fulfillment.unpack", row)
    return row


def cancel_unsent(row: FulfillmentOrder, actor: Actor) -> None:
    """Cancel the shipments of a locked fulfillment order that have not left."""
    shipments = [one for one in lock_shipments_of([row.order_id], UNSENT) if one.fulfillment_order_id == row.pk]
    for one in shipments:
        one.cancel()
    save_many(shipments, ["state"])
    record_many(actor, [Act("fulfillment.cancel", one) for one in shipments])
