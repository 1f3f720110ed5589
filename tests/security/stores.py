"""What lies ready in the store of the world's shops, what their supplier is asked, and what was refused at packing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from fulfillment.models import Box, FulfillmentOrder, PackScan, PackSession, Pickup, Shipment, SupplierRequest
from tests.factories import NOW


def stores(mark: str, work: FulfillmentOrder, shipment: Shipment) -> list[Any]:
    """Make a pick-up of a shipment, a request and a mispack of some work, marked as the shop's, and a box for all."""
    until = NOW + timedelta(days=7)
    box, _ = Box.objects.get_or_create(code="shared-box", defaults={"length_mm": 9, "width_mm": 9, "height_mm": 9})
    packer, _ = User.objects.get_or_create(username="packs")
    session = PackSession.objects.create(fulfillment_order=work)
    refused = {"tone": "wrong", "mispack": "unknown", "sentence": mark, "code": mark, "at": NOW, "act": "scan"}
    number, shelf = f"P{mark[:8].upper()}", f"{mark} shelf"
    return [
        box,
        PackScan.objects.create(key=uuid4(), session=session, person=packer, **refused),
        Pickup.objects.create(
            number=number, shipment=shipment, code="123456", shelf=shelf, ready_at=NOW, expires_at=until
        ),
        SupplierRequest.objects.create(
            number=f"Q{mark[:8].upper()}", fulfillment_order=work, asked_at=NOW, answer=mark
        ),
    ]
