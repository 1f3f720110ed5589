"""What is known of the parcels of the world's shops once they have left."""

from typing import Any

from fulfillment.models import CarrierClaim, Package, ParcelRisk, ProofOfDelivery
from tests.factories import NOW

PICTURE = b"\x89PNG\r\n\x1a\n"


def on_the_way(mark: str, package: Package) -> list[Any]:
    """Make what speaks against a parcel, marked as the shop's."""
    risk = {"level": "at_risk", "reason": "still", "since": NOW, "changed_at": NOW, "limit": "3 days"}
    ProofOfDelivery.objects.create(package=package, source="hand", signed_by=mark, signed_at=NOW, picture=PICTURE)
    claim = {"number": f"L{mark[:8].upper()}", "reason": "lost", "amount": 100, "currency": "EUR", "due_on": NOW.date()}
    return [
        ParcelRisk.objects.create(package=package, sentence=f"{mark} does not move.", **risk),
        CarrierClaim.objects.create(package=package, note=mark, **claim),
    ]
