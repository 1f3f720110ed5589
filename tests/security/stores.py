"""What lies ready in the store of the world's shops, and what their supplier is asked."""

from datetime import timedelta
from typing import Any

from fulfillment.models import FulfillmentOrder, Pickup, Shipment, SupplierRequest
from tests.factories import NOW


def stores(mark: str, work: FulfillmentOrder, shipment: Shipment) -> list[Any]:
    """Make a pick-up of a shipment and a request for some work, marked as the shop's."""
    until = NOW + timedelta(days=7)
    number, shelf = f"P{mark[:8].upper()}", f"{mark} shelf"
    return [
        Pickup.objects.create(
            number=number, shipment=shipment, code="123456", shelf=shelf, ready_at=NOW, expires_at=until
        ),
        SupplierRequest.objects.create(
            number=f"Q{mark[:8].upper()}", fulfillment_order=work, asked_at=NOW, answer=mark
        ),
    ]
