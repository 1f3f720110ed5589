"""Photographs of parcels: taken at the packing station, kept with the parcel, erased with the customer."""

from django.db import transaction

from fulfillment.documents.photo import NoPhoto, plain_photo
from fulfillment.locks import lock_shipment
from fulfillment.models import Package, ParcelPhoto, Shipment
from fulfillment.states import ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid, NotFound, Refused


@transaction.atomic
def photograph(*, shipment_id: int, position: int, content: bytes, person_id: int, actor: Actor) -> ParcelPhoto:
    """Keep a photo of one parcel, in the place of an earlier one.

    :raises Invalid: for what is no small JPEG picture. :raises Refused: for parcels that were opened or have left.
    """
    shipment = lock_shipment(shipment_id)
    if shipment.state in (ShipmentState.CANCELLED, ShipmentState.SHIPPED):
        raise Refused(f"{shipment.number} is {shipment.get_state_display()}; take photos before.", code="too_late")
    package = Package.objects.filter(shipment=shipment, position=position).first()
    if package is None:
        raise NotFound(f"Shipment {shipment.number} has no parcel {position}.")
    try:
        image = plain_photo(content)
    except NoPhoto as fault:
        raise Invalid(str(fault), code="bad_photo", field="photo") from fault
    told = {"image": image, "person_id": person_id, "taken_at": actor.now}
    photo, _ = ParcelPhoto.objects.update_or_create(package=package, defaults=told)
    record(actor, "fulfillment.photograph", shipment, note=f"{shipment.number}, parcel {position}.")
    return photo


def photo_of(shipment: Shipment, position: int) -> bytes:
    """Return the photo of a parcel; raises :class:`NotFound` where there is none, or where it was erased."""
    found = ParcelPhoto.objects.filter(package__shipment=shipment, package__position=position).first()
    if found is None or not found.image:
        raise NotFound(f"Parcel {position} of shipment {shipment.number} has no photo.", code="no_photo")
    return bytes(found.image)
