"""What lies ready in the world's stores, what partners are asked, packing refused, trucks take, and is counted."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from fulfillment.documents.sheet import render_sheets
from fulfillment.models import (
    Box,
    DriverVisit,
    FulfillmentOrder,
    FulfillmentPartner,
    Manifest,
    ManifestParcel,
    PackScan,
    PackSession,
    ParcelPhoto,
    PartnerMessage,
    Pickup,
    Shipment,
    SupplierRequest,
    TracedPieces,
    Wave,
)
from inventory.models import Bin, CountSession, Lot
from tests.factories import NOW
from tests.security.parcels import on_the_way

PAPER = render_sheets("Label", [])


def stores(mark: str, work: FulfillmentOrder, shipment: Shipment) -> list[Any]:
    """Make a pick-up of a shipment, a request, a mispack and a wave, marked as the shop's, and a box for all."""
    partner, _ = FulfillmentPartner.objects.get_or_create(
        location=work.location, defaults={"way": "edi", "our_id": "US", "their_id": mark[:15]}
    )
    until = NOW + timedelta(days=7)
    box, _ = Box.objects.get_or_create(code="shared-box", defaults={"length_mm": 9, "width_mm": 9, "height_mm": 9})
    packer, _ = User.objects.get_or_create(username="packs")
    session = PackSession.objects.create(fulfillment_order=work)
    refused = {"tone": "wrong", "mispack": "unknown", "sentence": mark, "code": mark, "at": NOW, "act": "scan"}
    number, shelf = f"P{mark[:8].upper()}", f"{mark} shelf"
    request = SupplierRequest.objects.create(
        number=f"Q{mark[:8].upper()}", fulfillment_order=work, asked_at=NOW, answer=mark
    )
    photo = {"image": b"\xff\xd8\xff\xd9", "taken_at": NOW}
    for package in shipment.packages.all():
        ParcelPhoto.objects.create(package=package, **photo)
    lot, traced = _traced(work, shipment)
    return [
        box,
        lot,
        traced,
        PackScan.objects.create(key=uuid4(), session=session, person=packer, **refused),
        partner,
        request,
        PartnerMessage.objects.create(
            partner=partner, request=request, direction="in", kind="945", key=mark, sentence=mark, body=mark.encode()
        ),
        Pickup.objects.create(
            number=number, shipment=shipment, code="123456", shelf=shelf, ready_at=NOW, expires_at=until
        ),
        Wave.objects.create(number=f"W{mark[:8].upper()}", location=work.location, strategy="cluster"),
        *on_the_way(mark, shipment.packages.get()),
    ]


def _traced(work: FulfillmentOrder, shipment: Shipment) -> tuple[Lot, TracedPieces]:
    """Make a lot that all shops share, and say that a piece of it went in a shipment's parcel."""
    allocation, package = work.allocations.get(), shipment.packages.get()
    lot, _ = Lot.objects.get_or_create(product=allocation.stock_level.product, number="shared-lot")
    told = {"allocation": allocation, "package": package, "quantity": 1, "at": NOW}
    return lot, TracedPieces.objects.create(lot=lot, **told)


def truck(mark: str, shipment: Shipment) -> tuple[Manifest, DriverVisit]:
    """Make a list of the day with a shipment's parcel and a driver's visit; two shops at one place share none."""
    package = shipment.packages.get()
    row = Manifest.objects.create(
        number=f"M{mark[:8].upper()}", location=shipment.location, carrier=f"post-{shipment.pk}", day=NOW.date()
    )
    ManifestParcel.objects.create(manifest=row, package=package, tracking_number=package.tracking_number, loaded_at=NOW)
    visit = DriverVisit.objects.create(
        number=f"V{mark[:8].upper()}", location=row.location, carrier=row.carrier, day=row.day, parcels=1, weight_g=500
    )
    return row, visit


def count_of(shelf: Bin, mark: str) -> CountSession:
    """Return the count of a bin, made when there is none."""
    told = {"location": shelf.location, "number": f"C{mark[:7].upper()}", "note": mark}
    return CountSession.objects.get_or_create(bin=shelf, defaults=told)[0]
