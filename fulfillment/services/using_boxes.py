"""Boxes as stock: one leaves with each parcel that was packed in it, and comes back when the parcel is opened."""

from collections import Counter
from collections.abc import Sequence

from fulfillment.models import Package, Shipment
from inventory.services.packaging import Used, give_back_packaging, take_packaging
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many


def reference_of(package_id: int) -> str:
    """Return the reference of the movement by which a parcel's box left the stock."""
    return f"box:{package_id}"


def use_boxes(packages: Sequence[Package], actor: Actor) -> None:
    """Take the boxes of new parcels from the stock of their locations.

    What the books lack refuses nothing, for it is in the packer's hands: the shipment's timeline says so.
    """
    by_reference = {reference_of(one.pk): one for one in packages if one.box and one.box.product_id}
    used = [
        Used(one.box.product_id, one.shipment.location_id, reference)
        for reference, one in by_reference.items()
        if one.box and one.box.product_id
    ]
    lacking = Counter[tuple[Shipment, str]]()
    for missing in take_packaging(used, actor):
        package = by_reference[missing.reference]
        lacking[package.shipment, package.box.code if package.box else ""] += 1
    record_many(actor, [_lacking(shipment, code, times) for (shipment, code), times in lacking.items()])


def _lacking(shipment: Shipment, code: str, times: int) -> Act:
    """Return the line that says that the books had too few of a box."""
    note = f"The books of {shipment.location.name} had {times} × {code} too few; count them, and order more."
    return Act("fulfillment.lack_boxes", shipment, note, {"box": code, "missing": times})


def give_boxes_back(shipments: Sequence[Shipment], actor: Actor) -> None:
    """Bring the boxes of cancelled shipments' parcels back to the stock."""
    packages = Package.objects.filter(shipment__in=shipments, box__product__isnull=False).values_list("pk", flat=True)
    give_back_packaging([reference_of(pk) for pk in packages], actor)
