"""The end of a packing: its parcels become a shipment, exactly as they were scanned."""

from django.db.models import prefetch_related_objects

from fulfillment.models import Package, PackParcel, Shipment
from fulfillment.services.lots_kept import refuse_kept
from fulfillment.services.packing import CAN_PACK, Content, Filling, make_shipments
from fulfillment.services.scan_packing.bench import Bench
from fulfillment.services.tracing import leave_in, place_in_parcels
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.wording import count


def finish(bench: Bench, actor: Actor) -> Shipment:
    """Make the shipment of locked work whose pieces all lie in closed parcels.

    :raises Refused: while a hold or the order's state is in the way of packing; the last parcel stays open then.
    """
    work, session = bench.work, bench.session
    prefetch_related_objects([work], "allocations")
    refuse_unless(work, *CAN_PACK)
    if bench.traces:
        refuse_kept(work, actor.now)
    parcels = list(session.parcels.select_related("box", "advised").order_by("position"))
    filling = Filling([_content(bench, parcel) for parcel in parcels])
    shipment = make_shipments([work], {work.pk: filling}, actor)[work.pk]
    packages = Package.objects.filter(shipment=shipment).order_by("position")
    for parcel, package in zip(parcels, packages, strict=True):
        parcel.package = package
    PackParcel.objects.bulk_update(parcels, ["package"])
    if bench.traces:
        leave_in(parcels)
    place_in_parcels([work.pk])
    session.finish(shipment=shipment, at=actor.now)
    session.save(update_fields=["state", "shipment", "done_at", "leased_until"])
    record(
        actor, "floor.pack_done", session, note=f"{work.number}: {count(len(parcels), 'parcel')}, every piece scanned."
    )
    return shipment


def _content(bench: Bench, parcel: PackParcel) -> Content:
    """Return what a closed parcel holds; it weighs what was weighed, else its pieces and its box."""
    inside = bench.inside(parcel)
    units = [one for one, times in inside for _ in range(times)]
    box = parcel.box
    outer = box.outer if box else (0, 0, 0)
    if box is None and len(units) == 1:
        product = units[0].stock_level.product
        outer = (product.length_mm, product.width_mm, product.height_mm)
    weight = parcel.weight_g or bench.grams_in(parcel)
    return Content(units, max(1, weight), str(box)[:60] if box else "", box, parcel.advised, outer)
